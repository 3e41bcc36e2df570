// build: musl
// shutdown(2): each direction, both ends, SIGPIPE.
#include "../process.h"
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

static void pair(int ends[2]) { SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends)); }

static int ready(int fd)
{
    struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP};
    SUCCEED(poll(&poller, 1, 0));
    return poller.revents;
}

int main(void)
{
    char bytes[8];
    signal(SIGPIPE, SIG_DFL);
    int ends[2];
    pair(ends);
    EQUAL(ready(ends[0]), POLLOUT);
    EQUAL(write(ends[0], "rest", 4), 4);
    SUCCEED(shutdown(ends[0], SHUT_WR));
    EQUAL(ready(ends[1]), POLLIN | POLLOUT | POLLRDHUP);
    EQUAL(read(ends[1], bytes, sizeof bytes), 4);
    EQUAL(read(ends[1], bytes, sizeof bytes), 0);
    EXPECT_ERRNO(send(ends[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    EXPECT_SIGNAL(send(ends[0], "x", 1, 0), SIGPIPE);
    EXPECT_SIGNAL(write(ends[0], "x", 1), SIGPIPE);
    EQUAL(write(ends[1], "back", 4), 4);
    EQUAL(read(ends[0], bytes, sizeof bytes), 4);
    SUCCEED(shutdown(ends[0], SHUT_RD));
    EQUAL(ready(ends[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    EXPECT_ERRNO(send(ends[1], "x", 1, MSG_NOSIGNAL), EPIPE);

    pair(ends);
    SUCCEED(shutdown(ends[0], SHUT_RD));
    EXPECT_ERRNO(send(ends[1], "x", 1, MSG_NOSIGNAL), EPIPE);
    EQUAL(read(ends[0], bytes, 1), 0);
    pair(ends);
    SUCCEED(shutdown(ends[1], SHUT_RDWR));
    EQUAL(read(ends[0], bytes, 1), 0);
    EXPECT_ERRNO(shutdown(ends[0], 3), EINVAL);
    EXPECT_ERRNO(shutdown(ends[0], -1), EINVAL);
    EXPECT_ERRNO(shutdown(-1, SHUT_RD), EBADF);
    int pipe_ends[2];
    SUCCEED(pipe(pipe_ends));
    EXPECT_ERRNO(shutdown(pipe_ends[0], SHUT_RD), ENOTSOCK);
    // Closing with bytes unread is told to the other end, once.
    pair(ends);
    EQUAL(write(ends[0], "unread", 6), 6);
    SUCCEED(close(ends[1]));
    EXPECT_ERRNO(read(ends[0], bytes, 1), ECONNRESET);
    EQUAL(read(ends[0], bytes, 1), 0);
    // A reader that waits sees it.
    pair(ends);
    pid_t child = start_child();
    if (child == 0) {
        close(ends[1]);
        _exit(read(ends[0], bytes, 1));
    }
    usleep(20000);
    SUCCEED(shutdown(ends[1], SHUT_WR));
    EQUAL(wait_for(child), 0);
    return 0;
}
