// build: musl
// clock_settime(2), settimeofday(2): what is no date, what cannot be set, and who may not.
#include "../process.h"
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static void as_another(void)
{
    struct timespec now;
    struct timeval micro = {1700000000, 0};
    SUCCEED(clock_gettime(CLOCK_REALTIME, &now));
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &now), EPERM);
    EXPECT_ERRNO(syscall(SYS_settimeofday, &micro, NULL), EPERM);
}

int main(void)
{
    struct timespec wrong = {1700000000, 1000000000}, negative = {-1, 0}, date = {1700000000, 0};
    struct timeval micro = {1700000000, 1000000};
    EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &wrong), EINVAL);
    EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &negative), EINVAL);
    EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, BAD), EFAULT);
    const int fixed[] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW, CLOCK_PROCESS_CPUTIME_ID, 99};
    for (int i = 0; i < 5; i++)
        EXPECT_ERRNO(syscall(SYS_clock_settime, fixed[i], &date), EINVAL);
    EXPECT_ERRNO(syscall(SYS_settimeofday, &micro, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_settimeofday, BAD, NULL), EFAULT);
    EXPECT_ERRNO(syscall(SYS_gettimeofday, BAD, NULL), EFAULT);
    SUCCEED(syscall(SYS_gettimeofday, NULL, NULL));
    EQUAL(IN_CHILD(as_another()), 0);
}
