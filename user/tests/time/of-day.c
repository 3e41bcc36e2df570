// build: musl
// gettimeofday(2), time(2) and clock_getres(2) agree with clock_gettime(2).
#include "../test.h"
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
    struct timeval day;
    struct timespec now, resolution;
    time_t seconds;
    SUCCEED(syscall(SYS_gettimeofday, &day, NULL));
    SUCCEED(clock_gettime(CLOCK_REALTIME, &now));
    CHECK(day.tv_usec >= 0 && day.tv_usec < 1000000);
    CHECK(now.tv_sec - day.tv_sec >= 0 && now.tv_sec - day.tv_sec <= 2);
    EQUAL(syscall(SYS_time, &seconds), seconds);
    CHECK(seconds - day.tv_sec >= 0 && seconds - day.tv_sec <= 2);

    SUCCEED(clock_getres(CLOCK_MONOTONIC, &resolution));
    EQUAL(resolution.tv_sec, 0);
    CHECK(resolution.tv_nsec >= 1 && resolution.tv_nsec <= 1000000);
    SUCCEED(syscall(SYS_clock_getres, CLOCK_MONOTONIC, NULL));
    EXPECT_ERRNO(clock_getres(99, &resolution), EINVAL);
    EXPECT_ERRNO(syscall(SYS_clock_getres, CLOCK_MONOTONIC, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_gettimeofday, BAD, NULL), EFAULT);
}
