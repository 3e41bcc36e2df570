// build: musl
// SIGALRM of alarm(2) and setitimer(2) comes from the kernel: SI_KERNEL, from nobody.
#include "../signals.h"
#include <sys/time.h>

int main(void)
{
    catch_signal(SIGALRM, 0);
    struct itimerval soon = {.it_value = {0, 1000}};
    SUCCEED(setitimer(ITIMER_REAL, &soon, NULL));
    while (!caught)
        pause();
    EQUAL(last.si_signo, SIGALRM);
    EQUAL(last.si_code, SI_KERNEL);
    EQUAL(last.si_pid, 0);
    EQUAL(last.si_uid, 0);
}
