// build: musl
// kill(2): the handler learns who sent the signal: SI_USER, the process and its real user.
#include "../signals.h"

int main(void)
{
    catch_signal(SIGUSR1, 0);
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(caught, 1);
    EQUAL(last.si_signo, SIGUSR1);
    EQUAL(last.si_errno, 0);
    EQUAL(last.si_code, SI_USER);
    EQUAL(last.si_pid, getpid());
    EQUAL(last.si_uid, getuid());

    block(SIGUSR1);
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setresuid(0, 4711, 0));
        SUCCEED(setresuid(-1, 0, -1));
        SUCCEED(setresuid(12, 0, 0));
        SUCCEED(kill(getppid(), SIGUSR1));
        _exit(0);
    }
    wait_for(child);
    unblock(SIGUSR1);
    EQUAL(caught, 2);
    EQUAL(last.si_pid, child);
    EQUAL(last.si_uid, 12);
}
