// build: musl
// wait4(2) and waitid(2): whom one cannot wait for, what they do not understand, and a signal that comes first.
#include "../signals.h"
#include <sys/syscall.h>

static long wait4_(int pid, void *status, int options, void *usage)
{
    return syscall(SYS_wait4, pid, status, options, usage);
}

static long waitid_(int kind, int id, void *info, int options)
{
    return syscall(SYS_waitid, kind, id, info, options, NULL);
}

int main(void)
{
    siginfo_t info;
    int status;
    EXPECT_ERRNO(wait4_(-1, NULL, 0, NULL), ECHILD);
    EXPECT_ERRNO(wait4_(-1, NULL, WNOHANG, NULL), ECHILD);
    EXPECT_ERRNO(wait4_(getpid(), NULL, 0, NULL), ECHILD);
    EXPECT_ERRNO(wait4_((int)0x80000000, NULL, 0, NULL), ESRCH);
    EXPECT_ERRNO(waitid_(P_ALL, 0, &info, WEXITED), ECHILD);
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_ERRNO(wait4_(child, NULL, 0x100, NULL), EINVAL);
    EXPECT_ERRNO(wait4_(child, NULL, WEXITED | 0x40, NULL), EINVAL);
    EXPECT_ERRNO(wait4_(-getpid() - 100000, NULL, 0, NULL), ECHILD);
    EXPECT_ERRNO(waitid_(P_PID, child, &info, 0), EINVAL);
    EXPECT_ERRNO(waitid_(P_PID, child, &info, WNOHANG), EINVAL);
    EXPECT_ERRNO(waitid_(P_PID, child, &info, WEXITED | 0x100), EINVAL);
    EXPECT_ERRNO(waitid_(P_PID, 0, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid_(P_PID, -1, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid_(P_PGID, -1, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid_(77, child, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid_(P_PID, getppid(), &info, WEXITED), ECHILD);
    EQUAL(wait4_(child, NULL, WNOHANG, NULL), 0);
    EQUAL(wait4_(0, NULL, WNOHANG, NULL), 0);
    memset(&info, 0xff, sizeof info);
    EQUAL(waitid_(P_ALL, 0, &info, WEXITED | WNOHANG), 0);
    EQUAL(info.si_signo, 0);
    EQUAL(info.si_pid, 0);

    catch_signal(SIGUSR1, 0);
    start_sender(SIGUSR1);
    EXPECT_ERRNO(wait4_(child, &status, 0, NULL), EINTR);
    EXPECT_ERRNO(waitid_(P_PID, child, &info, WEXITED), EINTR);
    stop_sender();
    SUCCEED(kill(child, SIGKILL));
    wait_for_state(child, 'Z');
    EXPECT_ERRNO(wait4_(child, BAD, WNOHANG, NULL), EFAULT);
    // It was told nevertheless.
    EXPECT_ERRNO(wait4_(child, NULL, WNOHANG, NULL), ECHILD);
}
