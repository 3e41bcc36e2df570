// build: musl
// getsockopt(2), setsockopt(2).
#include "../test.h"
#include <sys/socket.h>
#include <sys/time.h>

static int get(int fd, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    SUCCEED(getsockopt(fd, SOL_SOCKET, option, &value, &length));
    EQUAL(length, sizeof value);
    return value;
}

static void set(int fd, int option, int value) { SUCCEED(setsockopt(fd, SOL_SOCKET, option, &value, sizeof value)); }

int main(void)
{
    int fd = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0)), value = 1, ends[2];
    socklen_t length = sizeof value;
    EQUAL(get(fd, SO_TYPE), SOCK_STREAM);
    EQUAL(get(fd, SO_DOMAIN), AF_UNIX);
    EQUAL(get(fd, SO_PROTOCOL), 0);
    EQUAL(get(fd, SO_ACCEPTCONN), 0);
    EQUAL(get(fd, SO_ERROR), 0);
    EQUAL(get(fd, SO_SNDBUF), 212992);
    EQUAL(get(fd, SO_RCVBUF), 212992);
    EQUAL(get(fd, SO_RCVLOWAT), 1);
    set(fd, SO_SNDBUF, 10000);
    EQUAL(get(fd, SO_SNDBUF), 20000);
    set(fd, SO_SNDBUF, 0);
    EQUAL(get(fd, SO_SNDBUF), 4608);
    set(fd, SO_RCVBUF, 1 << 30);
    CHECK(get(fd, SO_RCVBUF) >= 2 * 212992);
    set(fd, SO_REUSEADDR, 5);
    EQUAL(get(fd, SO_REUSEADDR), 1);
    EQUAL(get(fd, SO_KEEPALIVE), 0);
    EQUAL(get(fd, SO_PASSCRED), 0);
    set(fd, SO_PASSCRED, 1);
    EQUAL(get(fd, SO_PASSCRED), 1);

    struct timeval time = {1, 250000}, told;
    length = sizeof told;
    SUCCEED(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    SUCCEED(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &told, &length));
    EQUAL(told.tv_sec, 1);
    CHECK(told.tv_usec >= 250000 && told.tv_usec < 260000);
    time.tv_usec = 1000000;
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time), EDOM);
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, 8), EINVAL);
    struct linger linger = {7, 8}, lingers;
    length = sizeof lingers;
    SUCCEED(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    SUCCEED(getsockopt(fd, SOL_SOCKET, SO_LINGER, &lingers, &length));
    EQUAL(lingers.l_onoff, 1);
    EQUAL(lingers.l_linger, 8);

    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof value), ENOPROTOOPT);
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, 9999, &value, sizeof value), ENOPROTOOPT);
    EXPECT_ERRNO(setsockopt(fd, 6, 1, &value, sizeof value), EOPNOTSUPP);
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 2), EINVAL);
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, -1), EINVAL);
    EXPECT_ERRNO(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, BAD, 4), EFAULT);
    EXPECT_ERRNO(setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &value, 4), EBADF);
    EXPECT_ERRNO(getsockopt(fd, SOL_SOCKET, 9999, &value, &length), ENOPROTOOPT);
    EXPECT_ERRNO(getsockopt(fd, 6, 1, &value, &length), EOPNOTSUPP);
    EXPECT_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, BAD), EFAULT);
    length = 4;
    EXPECT_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, BAD, &length), EFAULT);
    length = -1;
    EXPECT_ERRNO(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length), EINVAL);
    int pipe_ends[2];
    SUCCEED(pipe(pipe_ends));
    length = 4;
    EXPECT_ERRNO(getsockopt(pipe_ends[0], SOL_SOCKET, SO_TYPE, &value, &length), ENOTSOCK);
    // An error is told once.
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    EQUAL(write(ends[0], "x", 1), 1);
    SUCCEED(close(ends[1]));
    EQUAL(get(ends[0], SO_ERROR), ECONNRESET);
    EQUAL(get(ends[0], SO_ERROR), 0);
    return 0;
}
