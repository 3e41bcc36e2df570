// build: -O2 -static
// pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2), waitid(2) by P_PIDFD.
#include "../process.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int pidfd_open(pid_t pid, int flags) { return syscall(SYS_pidfd_open, pid, flags); }
static int pidfd_send(int fd, int signal, void *info, int flags)
{
    return syscall(SYS_pidfd_send_signal, fd, signal, info, flags);
}
static int pidfd_getfd(int fd, int other, int flags) { return syscall(SYS_pidfd_getfd, fd, other, flags); }

int main(void)
{
    int ends[2], ready[2];
    char byte;
    SUCCEED(pipe(ends));
    SUCCEED(pipe(ready));
    pid_t child = start_child();
    if (child == 0) {
        close(ends[1]);
        EQUAL(write(ready[1], "x", 1), 1);
        for (;;)
            pause();
    }
    EQUAL(read(ready[0], &byte, 1), 1);
    int fd = SUCCEED(pidfd_open(child, 0));
    EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    EQUAL(poll(&poller, 1, 0), 0);
    SUCCEED(pidfd_send(fd, 0, 0, 0));
    int own = SUCCEED(pidfd_open(getpid(), 0));
    int same = SUCCEED(pidfd_getfd(own, ends[1], 0));
    EQUAL(fcntl(same, F_GETFD), FD_CLOEXEC);
    EQUAL(write(same, "x", 1), 1);
    EXPECT_ERRNO(pidfd_getfd(fd, ends[1], 0), EBADF);
    int theirs = SUCCEED(pidfd_getfd(fd, ends[0], 0));
    EQUAL(read(theirs, &byte, 1), 1);
    EXPECT_ERRNO(pidfd_getfd(fd, 0, 1), EINVAL);

    siginfo_t info = {0};
    SUCCEED(pidfd_send(fd, SIGTERM, 0, 0));
    EQUAL(poll(&poller, 1, 5000), 1);
    EQUAL(poller.revents, POLLIN);
    SUCCEED(waitid(P_PIDFD, fd, &info, WEXITED));
    EQUAL(info.si_pid, child);
    EQUAL(info.si_status, SIGTERM);
    EXPECT_ERRNO(waitid(P_PIDFD, fd, &info, WEXITED), ECHILD);
    EXPECT_ERRNO(pidfd_send(fd, SIGTERM, 0, 0), ESRCH);

    EXPECT_ERRNO(pidfd_open(0, 0), EINVAL);
    EXPECT_ERRNO(pidfd_open(-1, 0), EINVAL);
    EXPECT_ERRNO(pidfd_open(child, 0), ESRCH);
    EXPECT_ERRNO(pidfd_open(getpid(), 1), EINVAL);
    EXPECT_ERRNO(pidfd_send(own, SIGTERM, 0, 99), EINVAL);
    EXPECT_ERRNO(pidfd_send(ends[0], SIGTERM, 0, 0), EBADF);
    EXPECT_ERRNO(pidfd_send(own, 99, 0, 0), EINVAL);
    EXPECT_ERRNO(waitid(P_PIDFD, ends[0], &info, WEXITED), EBADF);
    memset(&info, 0, sizeof info);
    info.si_signo = SIGUSR2;
    EXPECT_ERRNO(pidfd_send(own, SIGUSR1, &info, 0), EINVAL);
    return 0;
}
