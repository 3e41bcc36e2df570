// build: -O2 -static
// signalfd(2): signals are read, in order, with their reasons; poll(2) and a reader that waits see them come.
#include "../process.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

int main(void)
{
    sigset_t set, other;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1), sigaddset(&set, SIGRTMIN), sigaddset(&set, SIGCHLD);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, 0));
    int fd = SUCCEED(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    struct signalfd_siginfo info[4];
    EXPECT_ERRNO(read(fd, info, sizeof info), EAGAIN);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    EQUAL(poll(&poller, 1, 0), 0);
    SUCCEED(kill(getpid(), SIGUSR1));
    SUCCEED(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 77}));
    EQUAL(poll(&poller, 1, 0), 1);
    EXPECT_ERRNO(read(fd, info, sizeof *info - 1), EINVAL);
    EQUAL(read(fd, info, sizeof info), 2 * sizeof *info);
    EQUAL(info[0].ssi_signo, SIGUSR1);
    EQUAL(info[0].ssi_code, SI_USER);
    EQUAL(info[0].ssi_pid, getpid());
    EQUAL(info[1].ssi_signo, SIGRTMIN);
    EQUAL(info[1].ssi_int, 77);
    EQUAL(poll(&poller, 1, 0), 0);

    // A child's end, for one that waits.
    pid_t child = start_child();
    if (child == 0) {
        usleep(30000);
        _exit(5);
    }
    EQUAL(poll(&poller, 1, 5000), 1);
    EQUAL(read(fd, info, sizeof info), sizeof *info);
    EQUAL(info[0].ssi_signo, SIGCHLD);
    EQUAL(info[0].ssi_pid, child);
    EQUAL(info[0].ssi_status, 5);
    EQUAL(info[0].ssi_code, CLD_EXITED);
    wait_for(child);
    SUCCEED(fcntl(fd, F_SETFL, 0));
    child = start_child();
    if (child == 0) {
        usleep(30000);
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    EQUAL(read(fd, info, sizeof *info), sizeof *info);
    EQUAL(info[0].ssi_pid, child);
    wait_for(child);
    EQUAL(read(fd, info, sizeof *info), sizeof *info);
    EQUAL(info[0].ssi_signo, SIGCHLD);

    // Another set.
    sigemptyset(&other);
    sigaddset(&other, SIGUSR2);
    SUCCEED(sigprocmask(SIG_BLOCK, &other, 0));
    EQUAL(signalfd(fd, &other, 0), fd);
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(poll(&poller, 1, 0), 0);
    SUCCEED(kill(getpid(), SIGUSR2));
    EQUAL(read(fd, info, sizeof info), sizeof *info);
    EQUAL(info[0].ssi_signo, SIGUSR2);

    EXPECT_ERRNO(signalfd(1, &set, 0), EINVAL);
    EXPECT_ERRNO(signalfd(99, &set, 0), EBADF);
    EXPECT_ERRNO(signalfd(-1, &set, 1), EINVAL);
    EXPECT_ERRNO(signalfd(-1, BAD, 0), EFAULT);
    return 0;
}
