// build: musl
// poll(2), select(2) and epoll(7) on sockets: edges, room, and who waits is woken.
#include "../process.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

int main(void)
{
    int ends[2];
    static char bytes[65536];
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends));
    int set = SUCCEED(epoll_create1(0));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = ends[0]};
    SUCCEED(epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event));
    EQUAL(epoll_wait(set, &event, 1, 0), 1);
    EQUAL(event.events, EPOLLOUT);
    EQUAL(epoll_wait(set, &event, 1, 0), 0);
    EQUAL(write(ends[1], "x", 1), 1);
    EQUAL(epoll_wait(set, &event, 1, 0), 1);
    EQUAL(event.events, EPOLLIN | EPOLLOUT);
    EQUAL(read(ends[0], bytes, 1), 1);

    // Full, and writable again only when much of it was read.
    long sent = 0, more;
    while ((more = write(ends[0], bytes, sizeof bytes)) > 0)
        sent += more;
    EQUAL(errno, EAGAIN);
    struct pollfd poller = {.fd = ends[0], .events = POLLOUT};
    EQUAL(poll(&poller, 1, 0), 0);
    while (epoll_wait(set, &event, 1, 0) == 1)
        ;
    pid_t child = start_child();
    if (child == 0) {
        usleep(20000);
        for (long got = 0; got < sent;)
            got += SUCCEED(read(ends[1], bytes, sizeof bytes));
        _exit(0);
    }
    EQUAL(poll(&poller, 1, 5000), 1);
    EQUAL(poller.revents, POLLOUT);
    EQUAL(wait_for(child), 0);
    EQUAL(epoll_wait(set, &event, 1, 1000), 1);
    CHECK(event.events & EPOLLOUT);

    fd_set reading, writing;
    FD_ZERO(&reading);
    FD_ZERO(&writing);
    FD_SET(ends[1], &reading);
    FD_SET(ends[1], &writing);
    struct timeval none = {0, 0};
    EQUAL(select(ends[1] + 1, &reading, &writing, 0, &none), 1);
    CHECK(FD_ISSET(ends[1], &writing) && !FD_ISSET(ends[1], &reading));
    SUCCEED(close(ends[1]));
    EQUAL(epoll_wait(set, &event, 1, 1000), 1);
    EQUAL(event.events, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP);
    return 0;
}
