// build: musl
// nanosleep(2) that a handler ends tells how much was left, and clock_nanosleep(2) does unless it waits until a time.
#include "../signals.h"
#include <sys/syscall.h>

int main(void)
{
    struct timespec asked = {30, 0}, left = {-5, -5}, until;
    catch_signal(SIGUSR1, 0);
    start_sender(SIGUSR1);
    EXPECT_ERRNO(nanosleep(&asked, &left), EINTR);
    CHECK(left.tv_sec < 30 && left.tv_sec >= 0 && left.tv_nsec >= 0 && left.tv_nsec < 1000000000);
    EXPECT_ERRNO(nanosleep(&asked, BAD), EFAULT);
    left = asked;
    EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_BOOTTIME, 0, &asked, &left), EINTR);
    CHECK(left.tv_sec < 30 && left.tv_sec >= 0);
    SUCCEED(clock_gettime(CLOCK_REALTIME, &until));
    until.tv_sec += 30;
    left = asked;
    EXPECT_ERRNO(syscall(SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &until, &left), EINTR);
    EQUAL(left.tv_sec, 30);
    stop_sender();
}
