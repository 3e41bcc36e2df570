// waitid(2): each kind of news, one child, all, or a group; WNOWAIT leaves the news for the next who asks.
#include "../process.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static siginfo_t wait_id(idtype_t kind, id_t id, int options)
{
    siginfo_t info;
    memset(&info, 0x55, sizeof info);
    SUCCEED(waitid(kind, id, &info, options));
    return info;
}

int main(void)
{
    EXPECT_ERRNO(waitid(P_ALL, 0, NULL, WEXITED), ECHILD);
    pid_t child = start_child();
    if (child == 0)
        _exit(7);
    siginfo_t info = wait_id(P_PID, child, WEXITED | WNOWAIT);
    EQUAL(info.si_signo, SIGCHLD);
    EQUAL(info.si_errno, 0);
    EQUAL(info.si_code, CLD_EXITED);
    EQUAL(info.si_pid, child);
    EQUAL(info.si_uid, getuid());
    EQUAL(info.si_status, 7);
    info = wait_id(P_ALL, 0, WEXITED);
    EQUAL(info.si_pid, child);
    EXPECT_ERRNO(waitid(P_ALL, 0, &info, WEXITED), ECHILD);

    child = start_child();
    if (child == 0)
        for (;;)
            pause();
    info = wait_id(P_ALL, 0, WEXITED | WSTOPPED | WNOHANG);
    EQUAL(info.si_signo, 0);
    EQUAL(info.si_pid, 0);
    SUCCEED(kill(child, SIGSTOP));
    info = wait_id(P_PID, child, WSTOPPED);
    EQUAL(info.si_code, CLD_STOPPED);
    EQUAL(info.si_status, SIGSTOP);
    SUCCEED(kill(child, SIGCONT));
    info = wait_id(P_PID, child, WCONTINUED);
    EQUAL(info.si_code, CLD_CONTINUED);
    EQUAL(info.si_status, SIGCONT);
    SUCCEED(kill(child, SIGKILL));
    struct rusage usage;
    SUCCEED(syscall(SYS_waitid, P_PID, child, &info, WEXITED, &usage));
    EQUAL(info.si_code, CLD_KILLED);
    EQUAL(info.si_status, SIGKILL);

    child = start_child();
    if (child == 0) {
        setpgid(0, 0);
        _exit(0);
    }
    setpgid(child, child);
    EXPECT_ERRNO(waitid(P_PGID, 0, &info, WEXITED), ECHILD);
    info = wait_id(P_PGID, child, WEXITED);
    EQUAL(info.si_pid, child);

    child = start_child();
    if (child == 0)
        _exit(0);
    EXPECT_ERRNO(waitid(P_ALL, 0, &info, 0), EINVAL);
    EXPECT_ERRNO(waitid(P_ALL, 0, &info, WNOHANG), EINVAL);
    EXPECT_ERRNO(waitid(P_ALL, 0, &info, WEXITED | 0x100), EINVAL);
    EXPECT_ERRNO(waitid(9, 0, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid(P_PID, 0, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid(P_PID, -1, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(waitid(P_PGID, -1, &info, WEXITED), EINVAL);
    EXPECT_ERRNO(syscall(SYS_waitid, P_PID, child, BAD, WEXITED | WNOWAIT, NULL), EFAULT);
    SUCCEED(waitid(P_ALL, 0, NULL, WEXITED));
}
