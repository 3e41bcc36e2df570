// build: musl
// clock_gettime(2): the clocks that everyone uses; none goes back, and the date is one of our time.
#include "../test.h"
#include <sys/syscall.h>
#include <time.h>

// By the system call, not by the library, which may read the clock without the kernel.
static long nanoseconds(clockid_t clock)
{
    struct timespec time;
    SUCCEED(syscall(SYS_clock_gettime, clock, &time));
    CHECK(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(void)
{
    const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW,
                                CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME_COARSE, CLOCK_PROCESS_CPUTIME_ID,
                                CLOCK_THREAD_CPUTIME_ID};
    for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        long last = nanoseconds(clocks[i]), first = last;
        for (int turn = 0; turn < 20000; turn++) {
            long now = nanoseconds(clocks[i]);
            CHECK(now >= last);
            last = now;
        }
        CHECK(last - first < 60000000000);
    }
    CHECK(nanoseconds(CLOCK_MONOTONIC) > 0);
    CHECK(nanoseconds(CLOCK_REALTIME) > 1704067200L * 1000000000); // 2024
    CHECK(nanoseconds(CLOCK_REALTIME) < 4102444800L * 1000000000); // 2100
    CHECK(labs(time(NULL) - nanoseconds(CLOCK_REALTIME) / 1000000000) <= 1);

    struct timespec time;
    EXPECT_ERRNO(syscall(SYS_clock_gettime, 99, &time), EINVAL);
}
