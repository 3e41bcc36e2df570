// build: musl
// sigqueue(3): the value arrives with the signal, and who sent it.
#include "../signals.h"

int main(void)
{
    catch_signal(SIGUSR1, 0);
    catch_signal(SIGRTMIN + 3, 0);
    SUCCEED(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = -77}));
    EQUAL(caught, 1);
    EQUAL(last.si_code, SI_QUEUE);
    EQUAL(last.si_value.sival_int, -77);
    EQUAL(last.si_pid, getpid());
    EQUAL(last.si_uid, getuid());

    block(SIGRTMIN + 3);
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(sigqueue(getppid(), SIGRTMIN + 3, (union sigval){.sival_ptr = (void *)0x123456789abc}));
        _exit(0);
    }
    wait_for(child);
    unblock(SIGRTMIN + 3);
    EQUAL(caught, 2);
    EQUAL(last.si_signo, SIGRTMIN + 3);
    EQUAL((long)last.si_value.sival_ptr, 0x123456789abc);
    EQUAL(last.si_pid, child);
    SUCCEED(sigqueue(getpid(), 0, (union sigval){0}));
    EXPECT_ERRNO(sigqueue(getpid(), 65, (union sigval){0}), EINVAL);
    EXPECT_ERRNO(sigqueue(1 << 29, SIGUSR1, (union sigval){0}), ESRCH);
}
