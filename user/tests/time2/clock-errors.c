// build: musl
// clock_gettime(2) and clock_getres(2): every clock that there is, and what is none.
#include "../test.h"
#include <sys/syscall.h>
#include <time.h>

int main(void)
{
    struct timespec now, step;
    for (int clock = 0; clock <= 11; clock++) {
        if (clock >= 8 && clock <= 10)
            continue; // those that wake a machine are there only where it has a clock for that; 10 was SGI's
        SUCCEED(syscall(SYS_clock_gettime, clock, &now));
        CHECK(now.tv_sec >= 0 && now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
        SUCCEED(syscall(SYS_clock_getres, clock, &step));
        SUCCEED(syscall(SYS_clock_getres, clock, NULL));
        EQUAL(step.tv_sec, 0);
        CHECK(step.tv_nsec > 0 && step.tv_nsec <= 10000000);
        EXPECT_ERRNO(syscall(SYS_clock_gettime, clock, BAD), EFAULT);
        EXPECT_ERRNO(syscall(SYS_clock_getres, clock, BAD), EFAULT);
    }
    const int none[] = {10, 12, 99, 1 << 20};
    for (int i = 0; i < 4; i++) {
        EXPECT_ERRNO(syscall(SYS_clock_gettime, none[i], &now), EINVAL);
        EXPECT_ERRNO(syscall(SYS_clock_getres, none[i], &step), EINVAL);
    }
    // The clock of a process that there is not.
    EXPECT_ERRNO(syscall(SYS_clock_gettime, -(1 << 30) + 2, &now), EINVAL);
}
