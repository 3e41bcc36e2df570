// build: musl
// RLIMIT_NOFILE: no descriptor at or above it is made, in whatever way; those that are there stay.
#include "../process.h"
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>

int main(void)
{
    struct rlimit few = {20, 20};
    int high = SUCCEED(fcntl(0, F_DUPFD, 200)), ends[2];
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    SUCCEED(fcntl(high, F_GETFD));
    EXPECT_ERRNO(dup2(0, 20), EBADF);
    EXPECT_ERRNO(dup3(0, 20, 0), EBADF);
    EXPECT_ERRNO(fcntl(0, F_DUPFD, 20), EINVAL);
    SUCCEED(dup2(0, 19));
    while (dup(0) >= 0)
        ;
    EQUAL(errno, EMFILE);
    EXPECT_ERRNO(open("/dev/null", O_RDONLY), EMFILE);
    EXPECT_ERRNO(pipe(ends), EMFILE);
    EXPECT_ERRNO(eventfd(0, 0), EMFILE);
    EXPECT_ERRNO(timerfd_create(CLOCK_MONOTONIC, 0), EMFILE);
    EXPECT_ERRNO(epoll_create1(0), EMFILE);
    EXPECT_ERRNO(fcntl(0, F_DUPFD, 0), EMFILE);
    // One is not enough for a pipe.
    SUCCEED(close(19));
    EXPECT_ERRNO(pipe(ends), EMFILE);
    EQUAL(SUCCEED(dup(0)), 19);
    struct pollfd many[21] = {{0}};
    for (int i = 0; i < 21; i++)
        many[i].fd = -1;
    EXPECT_ERRNO(poll(many, 21, 0), EINVAL);
    EQUAL(poll(many, 20, 0), 0);
    SUCCEED(close(high));
}
