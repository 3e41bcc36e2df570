// build: musl
// Calls that wait for a time or for readiness end by EINTR after a handler, also one with SA_RESTART.
#include "../signals.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

int main(void)
{
    int ends[2], poller = SUCCEED(epoll_create1(0));
    SUCCEED(pipe(ends));
    struct pollfd entry = {.fd = ends[0], .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN};
    SUCCEED(epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event));
    struct timespec long_time = {20, 0}, left = {0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    catch_signal(SIGUSR1, SA_RESTART);
    start_sender(SIGUSR1);
    EXPECT_ERRNO(nanosleep(&long_time, &left), EINTR);
    CHECK(left.tv_sec <= 19 && left.tv_sec >= 10);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, NULL), EINTR);
    EXPECT_ERRNO(poll(&entry, 1, 20000), EINTR);
    EXPECT_ERRNO(poll(&entry, 1, -1), EINTR);
    EXPECT_ERRNO(ppoll(&entry, 1, &long_time, NULL), EINTR);
    EXPECT_ERRNO(select(ends[0] + 1, &set, NULL, NULL, NULL), EINTR);
    CHECK(FD_ISSET(ends[0], &set));
    EXPECT_ERRNO(pselect(ends[0] + 1, &set, NULL, NULL, &long_time, NULL), EINTR);
    EXPECT_ERRNO(epoll_wait(poller, &event, 1, -1), EINTR);
    EXPECT_ERRNO(epoll_pwait(poller, &event, 1, 20000, NULL), EINTR);
    stop_sender();
}
