// nanosleep(2) and clock_nanosleep(2): not shorter than asked, not much longer, relative and until a time.
#include "../test.h"
#include <sys/syscall.h>
#include <time.h>

static long now(void)
{
    struct timespec time;
    SUCCEED(clock_gettime(CLOCK_MONOTONIC, &time));
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void check(long start, long asked)
{
    long slept = now() - start;
    if (slept < asked || slept > asked + 2000000000)
        FAIL("slept %ld ns for %ld", slept, asked);
}

int main(void)
{
    const long lengths[] = {0, 1, 1000000, 15000000, 120000000};
    for (int i = 0; i < 5; i++) {
        struct timespec length = {0, lengths[i]};
        long start = now();
        SUCCEED(nanosleep(&length, NULL));
        check(start, lengths[i]);

        start = now();
        EQUAL(clock_nanosleep(CLOCK_REALTIME, 0, &length, NULL), 0);
        check(start, lengths[i]);

        start = now();
        long end = start + lengths[i];
        struct timespec until = {end / 1000000000, end % 1000000000};
        EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
        check(start, lengths[i]);
    }
    struct timespec past = {0, 0}, wrong = {0, 1000000000}, negative = {-1, 0};
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL), 0);
    EXPECT_ERRNO(nanosleep(&wrong, NULL), EINVAL);
    EXPECT_ERRNO(nanosleep(&negative, NULL), EINVAL);
    EQUAL(clock_nanosleep(99, 0, &past, NULL), EINVAL);
}
