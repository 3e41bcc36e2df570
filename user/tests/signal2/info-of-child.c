// build: musl
// SIGCHLD tells what became of a child: CLD_EXITED, CLD_KILLED, CLD_STOPPED, CLD_CONTINUED, its status and its user.
#include "../signals.h"

static void expect(int code, pid_t child, int status)
{
    siginfo_t info;
    sigset_t set = set_of(SIGCHLD);
    EQUAL(sigwaitinfo(&set, &info), SIGCHLD);
    EQUAL(info.si_signo, SIGCHLD);
    EQUAL(info.si_code, code);
    EQUAL(info.si_pid, child);
    EQUAL(info.si_uid, 33);
    EQUAL(info.si_status, status);
}

int main(void)
{
    // A SIGCHLD is lost while another waits, so the child ends only when the one before has been taken.
    int ends[2];
    SUCCEED(pipe(ends));
    block(SIGCHLD);
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setuid(33));
        SUCCEED(raise(SIGSTOP));
        EQUAL(read(ends[0], &(char){0}, 1), 1);
        _exit(7);
    }
    expect(CLD_STOPPED, child, SIGSTOP);
    SUCCEED(kill(child, SIGCONT));
    expect(CLD_CONTINUED, child, SIGCONT);
    SUCCEED(write(ends[1], "x", 1));
    expect(CLD_EXITED, child, 7);
    wait_for(child);

    child = start_child();
    if (child == 0) {
        SUCCEED(setuid(33));
        for (;;)
            kill(getpid(), SIGTERM);
    }
    expect(CLD_KILLED, child, SIGTERM);
    wait_for(child);
}
