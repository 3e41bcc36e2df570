// build: musl
// adjtimex(2), clock_adjtime(2): what the clock's state is, who may change it, and what cannot be.
#include "../process.h"
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>

static void as_another(void)
{
    SUCCEED(setuid(4711));
    struct timex ask = {0}, change = {.modes = ADJ_TICK, .tick = 10000};
    CHECK(syscall(SYS_adjtimex, &ask) >= 0);
    EXPECT_ERRNO(syscall(SYS_adjtimex, &change), EPERM);
}

int main(void)
{
    struct timex ask = {0};
    struct timespec now;
    CHECK(syscall(SYS_adjtimex, &ask) >= 0);
    SUCCEED(clock_gettime(CLOCK_REALTIME, &now));
    CHECK(ask.time.tv_sec <= now.tv_sec && ask.time.tv_sec >= now.tv_sec - 30);
    EQUAL(ask.tick, 10000);
    CHECK(ask.tolerance > 0);

    // To what it is.
    struct timex same = {.modes = ADJ_TICK | ADJ_FREQUENCY | ADJ_STATUS | ADJ_MAXERROR, .tick = ask.tick, .freq = ask.freq,
                         .status = ask.status, .maxerror = 12345};
    CHECK(syscall(SYS_adjtimex, &same) >= 0);
    struct timex again = {0};
    CHECK(syscall(SYS_clock_adjtime, CLOCK_REALTIME, &again) >= 0);
    CHECK(again.maxerror >= 12345 && again.maxerror < 20000);
    struct timex slow = {.modes = ADJ_TICK, .tick = 8999}, fast = {.modes = ADJ_TICK, .tick = 11001};
    EXPECT_ERRNO(syscall(SYS_adjtimex, &slow), EINVAL);
    EXPECT_ERRNO(syscall(SYS_adjtimex, &fast), EINVAL);
    EXPECT_ERRNO(syscall(SYS_adjtimex, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_clock_adjtime, CLOCK_MONOTONIC, &ask), EOPNOTSUPP);
    EXPECT_ERRNO(syscall(SYS_clock_adjtime, 99, &ask), EINVAL);
    EQUAL(IN_CHILD(as_another()), 0);
}
