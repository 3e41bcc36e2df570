// build: musl
// Setting the date tells who asked to be told: a timerfd with TFD_TIMER_CANCEL_ON_SET gives ECANCELED once.
#include "../test.h"
#include <poll.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

// Sets the date to what it is.
static void set_date(void)
{
    struct timespec now;
    SUCCEED(clock_gettime(CLOCK_REALTIME, &now));
    SUCCEED(clock_settime(CLOCK_REALTIME, &now));
}

int main(void)
{
    int fd = SUCCEED(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    int other = SUCCEED(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    struct itimerspec set = {0};
    uint64_t count;
    SUCCEED(clock_gettime(CLOCK_REALTIME, &set.it_value));
    set.it_value.tv_sec += 1000;
    SUCCEED(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &set, NULL));
    SUCCEED(timerfd_settime(other, TFD_TIMER_ABSTIME, &set, NULL));
    EXPECT_ERRNO(read(fd, &count, 8), EAGAIN);
    set_date();
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    EQUAL(poll(&entry, 1, 0), 1);
    EXPECT_ERRNO(read(fd, &count, 8), ECANCELED);
    EXPECT_ERRNO(read(fd, &count, 8), EAGAIN);
    EXPECT_ERRNO(read(other, &count, 8), EAGAIN);
}
