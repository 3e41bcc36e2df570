// wait4(2) and children whose end is told by another signal, or by none: __WCLONE, __WALL; waitid's users and usage.
#include "../signals.h"
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static pid_t clone_child(int signal)
{
    fflush(stdout);
    pid_t child = SUCCEED(syscall(SYS_clone, signal, NULL, NULL, NULL, 0));
    if (child == 0)
        _exit(4);
    return child;
}

int main(void)
{
    int status;
    siginfo_t info;
    struct rusage usage;
    pid_t child = clone_child(0);
    EXPECT_ERRNO(waitpid(child, &status, 0), ECHILD);
    EXPECT_ERRNO(waitpid(-1, &status, 0), ECHILD);
    EQUAL(waitpid(child, &status, __WCLONE), child);
    EQUAL(status, 4 << 8);

    catch_signal(SIGUSR1, SA_RESTART);
    child = clone_child(SIGUSR1);
    EQUAL(waitpid(child, &status, __WALL), child);
    EQUAL(caught, 1);
    EQUAL(last.si_code, CLD_EXITED);
    EQUAL(last.si_pid, child);
    EQUAL(last.si_status, 4);

    child = clone_child(SIGCHLD);
    EXPECT_ERRNO(waitpid(child, &status, __WCLONE), ECHILD);
    SUCCEED(syscall(SYS_waitid, P_PID, child, &info, WEXITED | WNOWAIT | __WALL, &usage));
    EQUAL(info.si_pid, child);
    CHECK(usage.ru_maxrss > 0);
    SUCCEED(syscall(SYS_waitid, P_PGID, 0, &info, WEXITED, NULL));
    EQUAL(info.si_status, 4);
    EQUAL(info.si_signo, SIGCHLD);
    SUCCEED(kill(getpid(), 0));
    EXPECT_ERRNO(waitpid(child, &status, __WALL), ECHILD);
}
