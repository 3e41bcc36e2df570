// build: musl
// clock_nanosleep(2) by the clock of a process: until it has run so long, however much time that takes.
#include "../signals.h"

int main(void)
{
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            ;
    clockid_t clock;
    EQUAL(clock_getcpuclockid(child, &clock), 0);
    struct timespec start, end, some = {0, 40000000};
    SUCCEED(clock_gettime(clock, &start));
    EQUAL(clock_nanosleep(clock, 0, &some, NULL), 0);
    SUCCEED(clock_gettime(clock, &end));
    CHECK((end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec >= 40000000);
    // It has run so long already.
    EQUAL(clock_nanosleep(clock, TIMER_ABSTIME, &some, NULL), 0);

    // A process that sleeps does not run; only a signal ends that.
    SUCCEED(kill(child, SIGSTOP));
    wait_for_state(child, 'T');
    catch_signal(SIGUSR1, SA_RESTART);
    start_sender(SIGUSR1);
    struct timespec more = {10, 0}, left = {0};
    EQUAL(clock_nanosleep(clock, 0, &more, &left), EINTR);
    CHECK(left.tv_sec >= 9);
    stop_sender();
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);
}
