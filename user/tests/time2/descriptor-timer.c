// build: musl
// timerfd_create(2): a count to read, once or again and again, by a span or a date; poll tells when there is one.
#include "../signals.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>

static uint64_t count(int fd)
{
    uint64_t count = 0;
    EQUAL(read(fd, &count, sizeof count), 8);
    return count;
}

int main(void)
{
    const int clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    for (int i = 0; i < 3; i++) {
        int fd = SUCCEED(timerfd_create(clocks[i], TFD_NONBLOCK | TFD_CLOEXEC));
        EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
        uint64_t number;
        EXPECT_ERRNO(read(fd, &number, 8), EAGAIN);
        struct itimerspec set = {.it_value = {0, 5000000}}, now;
        SUCCEED(timerfd_settime(fd, 0, &set, NULL));
        struct pollfd entry = {.fd = fd, .events = POLLIN | POLLOUT};
        EQUAL(poll(&entry, 1, 20000), 1);
        EQUAL(entry.revents, POLLIN);
        EXPECT_ERRNO(read(fd, &number, 7), EINVAL);
        EXPECT_ERRNO(write(fd, &number, 8), EINVAL);
        EQUAL(count(fd), 1);
        EXPECT_ERRNO(read(fd, &number, 8), EAGAIN);
        SUCCEED(timerfd_gettime(fd, &now));
        EQUAL(now.it_value.tv_sec + now.it_value.tv_nsec, 0);

        SUCCEED(fcntl(fd, F_SETFL, 0));
        set = (struct itimerspec){{0, 2000000}, {0, 2000000}};
        SUCCEED(timerfd_settime(fd, 0, &set, NULL));
        sleep_for(30);
        CHECK(count(fd) >= 10);
        CHECK(count(fd) >= 1);
        SUCCEED(clock_gettime(clocks[i], &set.it_value));
        set.it_value.tv_sec -= 1;
        set.it_interval = (struct timespec){0};
        SUCCEED(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, &now));
        EQUAL(now.it_interval.tv_nsec, 2000000);
        EQUAL(count(fd), 1);
        set.it_value.tv_sec += 1000;
        SUCCEED(timerfd_settime(fd, TFD_TIMER_ABSTIME, &set, NULL));
        SUCCEED(timerfd_gettime(fd, &now));
        CHECK(now.it_value.tv_sec >= 990 && now.it_value.tv_sec <= 1000);
        SUCCEED(close(fd));
    }
}
