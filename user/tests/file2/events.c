// eventfd(2), timerfd_create(2)
#include "../process.h"
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

int main(void)
{
    uint64_t count;
    int file = SUCCEED(eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC));
    EQUAL(read(file, &count, 8), 8);
    EQUAL(count, 3);
    EXPECT_ERRNO(read(file, &count, 8), EAGAIN);
    count = 5;
    EQUAL(write(file, &count, 8), 8);
    EQUAL(write(file, &count, 8), 8);
    struct pollfd watch = {.fd = file, .events = POLLIN | POLLOUT};
    EQUAL(poll(&watch, 1, 0), 1);
    EQUAL(watch.revents, POLLIN | POLLOUT);
    EQUAL(read(file, &count, 8), 8);
    EQUAL(count, 10);
    count = UINT64_MAX - 1;
    EQUAL(write(file, &count, 8), 8);
    count = 1;
    EXPECT_ERRNO(write(file, &count, 8), EAGAIN);
    EQUAL(poll(&watch, 1, 0), 1);
    EQUAL(watch.revents, POLLIN);
    count = UINT64_MAX;
    EXPECT_ERRNO(write(file, &count, 8), EINVAL);
    EXPECT_ERRNO(write(file, &count, 4), EINVAL);
    EXPECT_ERRNO(read(file, &count, 4), EINVAL);
    EXPECT_ERRNO(write(file, BAD, 8), EFAULT);
    EXPECT_ERRNO(eventfd(0, 4), EINVAL);
    int semaphore = SUCCEED(eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK));
    for (int i = 0; i < 2; i++) {
        EQUAL(read(semaphore, &count, 8), 8);
        EQUAL(count, 1);
    }
    EXPECT_ERRNO(read(semaphore, &count, 8), EAGAIN);
    int both = SUCCEED(eventfd(0, 0));
    pid_t child = start_child();
    if (child == 0) {
        usleep(10000);
        count = 7;
        EQUAL(write(both, &count, 8), 8);
        _exit(0);
    }
    EQUAL(read(both, &count, 8), 8);
    EQUAL(count, 7);
    EQUAL(wait_for(child), 0);

    int timer = SUCCEED(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    struct itimerspec set = {.it_value.tv_nsec = 20000000, .it_interval.tv_nsec = 10000000}, old;
    EXPECT_ERRNO(read(timer, &count, 8), EAGAIN);
    SUCCEED(timerfd_settime(timer, 0, &set, NULL));
    SUCCEED(timerfd_gettime(timer, &old));
    CHECK(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 20000000);
    EQUAL(old.it_interval.tv_nsec, 10000000);
    watch = (struct pollfd){.fd = timer, .events = POLLIN};
    EQUAL(poll(&watch, 1, 5000), 1);
    EQUAL(read(timer, &count, 8), 8);
    CHECK(count >= 1);
    SUCCEED(fcntl(timer, F_SETFL, 0));
    EQUAL(read(timer, &count, 8), 8);
    usleep(35000);
    EQUAL(read(timer, &count, 8), 8);
    CHECK(count >= 3);
    set = (struct itimerspec){0};
    SUCCEED(timerfd_settime(timer, 0, &set, &old));
    EQUAL(old.it_interval.tv_nsec, 10000000);
    EQUAL(poll(&watch, 1, 30), 0);
    // A time that is past already.
    set.it_value.tv_nsec = 1;
    SUCCEED(timerfd_settime(timer, TFD_TIMER_ABSTIME, &set, NULL));
    EQUAL(read(timer, &count, 8), 8);
    EQUAL(count, 1);
    set.it_value.tv_nsec = 1000000000;
    EXPECT_ERRNO(timerfd_settime(timer, 0, &set, NULL), EINVAL);
    EXPECT_ERRNO(timerfd_settime(timer, 0, BAD, NULL), EFAULT);
    set.it_value.tv_nsec = 1;
    EXPECT_ERRNO(timerfd_settime(timer, 8, &set, NULL), EINVAL);
    EXPECT_ERRNO(timerfd_settime(file, 0, &set, NULL), EINVAL);
    EXPECT_ERRNO(timerfd_settime(999, 0, &set, NULL), EBADF);
    EXPECT_ERRNO(timerfd_gettime(timer, BAD), EFAULT);
    EXPECT_ERRNO(timerfd_create(99, 0), EINVAL);
    EXPECT_ERRNO(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
    EXPECT_ERRNO(read(timer, &count, 4), EINVAL);
}
