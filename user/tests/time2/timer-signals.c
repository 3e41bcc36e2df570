// timer_create(2): SI_TIMER with number and value, once or again and again, to the process or to a thread; SIGEV_NONE is only looked at.
#include "../signals.h"
#include <sys/syscall.h>

static int make(int notify, int signal, int clock)
{
    int id;
    struct sigevent event = {.sigev_notify = notify, .sigev_signo = signal, .sigev_value.sival_ptr = (void *)0xabcdef012345};
    event._sigev_un._tid = syscall(SYS_gettid);
    SUCCEED(syscall(SYS_timer_create, clock, &event, &id));
    return id;
}

static void set(int id, int flags, struct timespec value, struct timespec interval)
{
    struct itimerspec set = {interval, value};
    SUCCEED(syscall(SYS_timer_settime, id, flags, &set, NULL));
}

// Waits for the one signal, which may have come already: pause(2) would then wait for another.
static void await_signal(void)
{
    while (!caught)
        sleep_for(1);
    EQUAL(caught, 1);
}

int main(void)
{
    const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_TAI};
    struct timespec none = {0}, soon = {0, 2000000}, past = {1, 0};
    catch_signal(SIGRTMIN, 0);
    for (int i = 0; i < 8; i++) {
        int id = make(i % 2 ? SIGEV_THREAD_ID : SIGEV_SIGNAL, SIGRTMIN, clocks[i / 2]);
        caught = 0;
        set(id, 0, soon, none);
        await_signal();
        EQUAL(last.si_signo, SIGRTMIN);
        EQUAL(last.si_code, SI_TIMER);
        EQUAL((long)last.si_value.sival_ptr, 0xabcdef012345);
        EQUAL(last.si_timerid, id);
        EQUAL(last.si_overrun, 0);
        // A time that is past is now.
        caught = 0;
        set(id, TIMER_ABSTIME, past, none);
        await_signal();
        struct itimerspec now;
        SUCCEED(syscall(SYS_timer_gettime, id, &now));
        EQUAL(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
        SUCCEED(syscall(SYS_timer_delete, id));
    }

    // Without an event it is SIGALRM, and the value is the number.
    int id;
    SUCCEED(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id));
    catch_signal(SIGALRM, 0);
    caught = 0;
    set(id, 0, soon, soon);
    while (caught < 3)
        pause();
    EQUAL(last.si_value.sival_int, id);
    SUCCEED(syscall(SYS_timer_delete, id));

    // Its own time, and that of nobody's.
    id = make(SIGEV_SIGNAL, SIGRTMIN, CLOCK_PROCESS_CPUTIME_ID);
    caught = 0;
    set(id, 0, (struct timespec){0, 20000000}, none);
    while (!caught)
        ;
    EQUAL(last.si_timerid, id);
    id = make(SIGEV_NONE, 0, CLOCK_MONOTONIC);
    set(id, 0, soon, none);
    struct itimerspec now;
    do
        SUCCEED(syscall(SYS_timer_gettime, id, &now));
    while (now.it_value.tv_nsec != 0);
}
