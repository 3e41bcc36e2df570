// epoll(7): levels, edges, once, sets of sets, and files that are closed.
#include "../process.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static int set;

static int control(int operation, int file, unsigned events, unsigned long data)
{
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(set, operation, file, &event);
}

static int ready(unsigned *events, unsigned long *data)
{
    struct epoll_event found[4];
    int count = SUCCEED(epoll_wait(set, found, 4, 0));
    *events = count ? found[0].events : 0;
    *data = count ? found[0].data.u64 : 0;
    return count;
}

int main(void)
{
    unsigned events;
    unsigned long data;
    char byte;
    int ends[2];
    set = SUCCEED(epoll_create1(EPOLL_CLOEXEC));
    EQUAL(fcntl(set, F_GETFD), FD_CLOEXEC);
    SUCCEED(pipe(ends));
    SUCCEED(control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 0x123456789abcdef));
    EQUAL(ready(&events, &data), 0);
    EQUAL(write(ends[1], "ab", 2), 2);
    EQUAL(ready(&events, &data), 1);
    EQUAL(events, EPOLLIN);
    EQUAL(data, 0x123456789abcdef);
    EQUAL(ready(&events, &data), 1);

    // Edges.
    SUCCEED(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLET, 2));
    EQUAL(ready(&events, &data), 1);
    EQUAL(data, 2);
    EQUAL(ready(&events, &data), 0);
    EQUAL(write(ends[1], "c", 1), 1);
    EQUAL(ready(&events, &data), 1);
    EQUAL(ready(&events, &data), 0);
    // Once.
    SUCCEED(control(EPOLL_CTL_MOD, ends[0], EPOLLIN | EPOLLONESHOT, 3));
    EQUAL(ready(&events, &data), 1);
    EQUAL(write(ends[1], "d", 1), 1);
    EQUAL(ready(&events, &data), 0);
    SUCCEED(control(EPOLL_CTL_MOD, ends[0], EPOLLIN, 4));
    EQUAL(ready(&events, &data), 1);

    // A set in a set.
    int outer = SUCCEED(epoll_create(1));
    struct epoll_event event = {.events = EPOLLIN};
    SUCCEED(epoll_ctl(outer, EPOLL_CTL_ADD, set, &event));
    EQUAL(epoll_wait(outer, &event, 1, 0), 1);
    EXPECT_ERRNO(control(EPOLL_CTL_ADD, outer, EPOLLIN, 0), ELOOP);
    EXPECT_ERRNO(control(EPOLL_CTL_ADD, set, EPOLLIN, 0), EINVAL);
    while (ready(&events, &data))
        EQUAL(read(ends[0], &byte, 1), 1);
    EQUAL(epoll_wait(outer, &event, 1, 0), 0);

    // Somebody writes while we wait.
    pid_t child = start_child();
    if (child == 0) {
        usleep(20000);
        EQUAL(write(ends[1], "x", 1), 1);
        _exit(0);
    }
    EQUAL(epoll_wait(outer, &event, 1, -1), 1);
    EQUAL(wait_for(child), 0);
    EQUAL(epoll_wait(set, &event, 1, 10000), 1);
    EQUAL(read(ends[0], &byte, 1), 1);

    EXPECT_ERRNO(control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 0), EEXIST);
    SUCCEED(control(EPOLL_CTL_DEL, ends[0], 0, 0));
    EXPECT_ERRNO(control(EPOLL_CTL_DEL, ends[0], 0, 0), ENOENT);
    EXPECT_ERRNO(control(EPOLL_CTL_MOD, ends[0], 0, 0), ENOENT);

    // The other end is gone.
    SUCCEED(control(EPOLL_CTL_ADD, ends[0], EPOLLIN, 5));
    SUCCEED(close(ends[1]));
    EQUAL(ready(&events, &data), 1);
    EQUAL(events, EPOLLHUP);
    // What is closed is not watched any more.
    SUCCEED(close(ends[0]));
    EQUAL(ready(&events, &data), 0);

    // Both ways, and more ready than asked for: each has its turn.
    int one = SUCCEED(eventfd(1, 0)), two = SUCCEED(eventfd(1, 0));
    SUCCEED(control(EPOLL_CTL_ADD, one, EPOLLIN | EPOLLOUT, 1));
    SUCCEED(control(EPOLL_CTL_ADD, two, EPOLLIN, 2));
    EQUAL(epoll_wait(set, &event, 1, 0), 1);
    unsigned long first = event.data.u64;
    EQUAL(epoll_wait(set, &event, 1, 0), 1);
    EQUAL(event.data.u64, 3 - first);

    EXPECT_ERRNO(control(7, one, 0, 0), EINVAL);
    EXPECT_ERRNO(control(EPOLL_CTL_ADD, 999, EPOLLIN, 0), EBADF);
    EXPECT_ERRNO(epoll_ctl(999, EPOLL_CTL_ADD, one, &event), EBADF);
    EXPECT_ERRNO(epoll_ctl(one, EPOLL_CTL_ADD, two, &event), EINVAL);
    EXPECT_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, one, BAD), EFAULT);
    close(open("/tmp/epoll-test", O_CREAT | O_RDWR, 0600));
    EXPECT_ERRNO(control(EPOLL_CTL_ADD, open("/tmp/epoll-test", O_RDWR), EPOLLIN, 0), EPERM);
    EXPECT_ERRNO(epoll_wait(set, &event, 0, 0), EINVAL);
    EXPECT_ERRNO(epoll_wait(one, &event, 1, 0), EINVAL);
    EXPECT_ERRNO(epoll_wait(999, &event, 1, 0), EBADF);
    EXPECT_ERRNO(epoll_wait(set, BAD, 1, 0), EFAULT);
    EXPECT_ERRNO(epoll_create(0), EINVAL);
    EXPECT_ERRNO(epoll_create1(1), EINVAL);
    SUCCEED(unlink("/tmp/epoll-test"));
}
