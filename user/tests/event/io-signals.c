// build: -O2 -static
// O_ASYNC, F_SETOWN, F_SETSIG: a signal when a pipe, a socket or a terminal becomes ready.
#include "../process.h"
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

static siginfo_t info;

static int comes(int signal)
{
    sigset_t set;
    struct timespec second = {0, 200000000};
    sigemptyset(&set);
    sigaddset(&set, signal);
    return sigtimedwait(&set, &info, &second) == signal;
}

int main(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGIO), sigaddset(&set, SIGRTMIN);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, 0));
    int ends[2], pair[2], master, slave;
    SUCCEED(pipe(ends));
    EQUAL(fcntl(ends[0], F_GETOWN), 0);
    SUCCEED(fcntl(ends[0], F_SETOWN, getpid()));
    EQUAL(fcntl(ends[0], F_GETOWN), getpid());
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(comes(SIGIO), 0);
    SUCCEED(fcntl(ends[0], F_SETFL, O_ASYNC));
    EQUAL(fcntl(ends[0], F_GETFL) & O_ASYNC, O_ASYNC);
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(comes(SIGIO), 1);
    EQUAL(info.si_code, SI_KERNEL);
    SUCCEED(fcntl(ends[0], F_SETSIG, SIGRTMIN));
    EQUAL(fcntl(ends[0], F_GETSIG), SIGRTMIN);
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(comes(SIGRTMIN), 1);
    EQUAL(info.si_fd, ends[0]);
    EQUAL(info.si_code, POLL_IN);
    SUCCEED(fcntl(ends[0], F_SETFL, 0));
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(comes(SIGRTMIN), 0);

    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    int on = 1;
    SUCCEED(ioctl(pair[0], FIOASYNC, &on));
    SUCCEED(fcntl(pair[0], F_SETOWN, -getpgrp()));
    struct f_owner_ex owner;
    SUCCEED(fcntl(pair[0], F_GETOWN_EX, &owner));
    EQUAL(owner.type, F_OWNER_PGRP);
    EQUAL(owner.pid, getpgrp());
    owner = (struct f_owner_ex){F_OWNER_TID, gettid()};
    SUCCEED(fcntl(pair[0], F_SETOWN_EX, &owner));
    EQUAL(write(pair[1], "x", 1), 1);
    EQUAL(comes(SIGIO), 1);

    SUCCEED(openpty(&master, &slave, 0, 0, 0));
    SUCCEED(fcntl(slave, F_SETOWN, getpid()));
    SUCCEED(fcntl(slave, F_SETFL, O_ASYNC));
    EQUAL(write(master, "line\n", 5), 5);
    EQUAL(comes(SIGIO), 1);

    EXPECT_ERRNO(fcntl(ends[0], F_SETOWN, 1 << 21), ESRCH);
    EXPECT_ERRNO(fcntl(ends[0], F_SETSIG, 65), EINVAL);
    owner.type = 9;
    EXPECT_ERRNO(fcntl(ends[0], F_SETOWN_EX, &owner), EINVAL);
    EXPECT_ERRNO(fcntl(ends[0], F_SETOWN_EX, BAD), EFAULT);
    return 0;
}
