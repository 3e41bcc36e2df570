// build: musl
// nanosleep(2), clock_nanosleep(2): times that are none, clocks that nobody can wait for.
#include "../test.h"
#include <sys/syscall.h>
#include <time.h>

static long sleep_by(int clock, int flags, const void *time)
{
    return syscall(SYS_clock_nanosleep, clock, flags, time, NULL);
}

int main(void)
{
    struct timespec none = {0}, wrong = {0, 1000000000}, negative = {-1, 0}, long_ago = {1, 0};
    EXPECT_ERRNO(syscall(SYS_nanosleep, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_nanosleep, &wrong, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_nanosleep, &negative, NULL), EINVAL);
    SUCCEED(syscall(SYS_nanosleep, &none, NULL));
    EXPECT_ERRNO(sleep_by(CLOCK_MONOTONIC, 0, BAD), EFAULT);
    EXPECT_ERRNO(sleep_by(CLOCK_MONOTONIC, 0, &wrong), EINVAL);
    EXPECT_ERRNO(sleep_by(CLOCK_REALTIME, TIMER_ABSTIME, &negative), EINVAL);
    EXPECT_ERRNO(sleep_by(99, 0, &none), EINVAL);
    EXPECT_ERRNO(sleep_by(CLOCK_MONOTONIC_RAW, 0, &none), EOPNOTSUPP);
    EXPECT_ERRNO(sleep_by(CLOCK_REALTIME_COARSE, 0, &none), EOPNOTSUPP);
    EXPECT_ERRNO(sleep_by(CLOCK_MONOTONIC_COARSE, 0, &none), EOPNOTSUPP);
    EXPECT_ERRNO(sleep_by(CLOCK_THREAD_CPUTIME_ID, 0, &none), EOPNOTSUPP);
    SUCCEED(sleep_by(CLOCK_REALTIME, TIMER_ABSTIME, &long_ago));
    SUCCEED(sleep_by(CLOCK_TAI, TIMER_ABSTIME, &long_ago));
    SUCCEED(sleep_by(CLOCK_BOOTTIME, 0, &none));
}
