// build: musl
// CLOCK_PROCESS_CPUTIME_ID goes on while a program computes, and nearly stands while it sleeps.
#include "../test.h"
#include <time.h>

static long used(void)
{
    struct timespec time;
    SUCCEED(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(void)
{
    struct timespec length = {0, 300000000};
    long before = used();
    SUCCEED(nanosleep(&length, NULL));
    long slept = used() - before;
    CHECK(slept < 150000000);
    for (volatile int i = 0; i < 50000000; i++)
        ;
    CHECK(used() - before - slept > 10000000);
}
