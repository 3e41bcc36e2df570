// A timer that rings while its signal waits is one signal; how often it would have come besides is its overrun.
#include "../signals.h"
#include <sys/syscall.h>

int main(void)
{
    int id;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1};
    struct itimerspec often = {{0, 2000000}, {0, 2000000}}, off = {0};
    sigset_t set = set_of(SIGRTMIN + 1);
    siginfo_t info;
    block(SIGRTMIN + 1);
    SUCCEED(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
    SUCCEED(syscall(SYS_timer_settime, id, 0, &often, NULL));
    sleep_for(60);
    EQUAL(sigwaitinfo(&set, &info), SIGRTMIN + 1);
    CHECK(info.si_overrun >= 20);
    EQUAL(syscall(SYS_timer_getoverrun, id), info.si_overrun);
    EQUAL(sigwaitinfo(&set, &info), SIGRTMIN + 1);
    SUCCEED(syscall(SYS_timer_settime, id, 0, &off, NULL));
    struct timespec now = {0};
    while (sigtimedwait(&set, &info, &now) == SIGRTMIN + 1)
        ;
    // One that rang before it was set anew says nothing of what it was.
    SUCCEED(syscall(SYS_timer_settime, id, 0, &often, NULL));
    EQUAL(sigwaitinfo(&set, &info), SIGRTMIN + 1);
    SUCCEED(syscall(SYS_timer_delete, id));
}
