// bind(2), listen(2), connect(2), accept(2): each error.
#include "address.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FOLDER "/tmp/connect-errors"
#define PATH FOLDER "/socket"

int main(void)
{
    mkdir(FOLDER, 0755);
    int file = SUCCEED(open(FOLDER "/file", O_CREAT | O_RDWR, 0644));
    int listener = listen_at(PATH, SOCK_STREAM, 5);
    struct sockaddr_un good = at(PATH), nowhere = at(FOLDER "/none"), plain = at(FOLDER "/file");
    struct sockaddr_un inside = at(FOLDER "/file/x"), deep = at(FOLDER "/none/x"), other = at(FOLDER "/other");
    int fd = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));

    EXPECT_ERRNO(connect(-1, ADDRESS(good)), EBADF);
    EXPECT_ERRNO(connect(file, ADDRESS(good)), ENOTSOCK);
    EXPECT_ERRNO(connect(fd, BAD, sizeof good), EFAULT);
    EXPECT_ERRNO(connect(fd, (struct sockaddr *)&good, 2), EINVAL);
    EXPECT_ERRNO(connect(fd, (struct sockaddr *)&good, 200), EINVAL);
    EXPECT_ERRNO(connect(fd, ADDRESS(nowhere)), ENOENT);
    EXPECT_ERRNO(connect(fd, ADDRESS(inside)), ENOTDIR);
    EXPECT_ERRNO(connect(fd, ADDRESS(plain)), ECONNREFUSED);
    good.sun_family = AF_INET;
    EXPECT_ERRNO(connect(fd, ADDRESS(good)), EINVAL);
    good.sun_family = AF_UNIX;
    int datagrams = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    EXPECT_ERRNO(connect(datagrams, ADDRESS(good)), EPROTOTYPE);
    SUCCEED(connect(fd, ADDRESS(good)));
    EXPECT_ERRNO(connect(fd, ADDRESS(good)), EISCONN);
    EXPECT_ERRNO(connect(listener, ADDRESS(good)), EINVAL);

    int bound = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_ERRNO(listen(bound, 1), EINVAL);
    EXPECT_ERRNO(accept(bound, 0, 0), EINVAL);
    EXPECT_ERRNO(bind(bound, ADDRESS(good)), EADDRINUSE);
    EXPECT_ERRNO(bind(bound, ADDRESS(inside)), ENOTDIR);
    EXPECT_ERRNO(bind(bound, ADDRESS(deep)), ENOENT);
    EXPECT_ERRNO(bind(bound, (struct sockaddr *)&other, 1), EINVAL);
    EXPECT_ERRNO(bind(bound, (struct sockaddr *)&other, 120), EINVAL);
    EXPECT_ERRNO(bind(file, ADDRESS(other)), ENOTSOCK);
    unlink(FOLDER "/other");
    SUCCEED(bind(bound, ADDRESS(other)));
    struct sockaddr_un third = at(FOLDER "/third");
    EXPECT_ERRNO(bind(bound, ADDRESS(third)), EINVAL);
    // Bound, but nobody listens.
    int client = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_ERRNO(connect(client, ADDRESS(other)), ECONNREFUSED);

    EXPECT_ERRNO(listen(datagrams, 1), EOPNOTSUPP);
    EXPECT_ERRNO(accept(datagrams, 0, 0), EOPNOTSUPP);
    EXPECT_ERRNO(listen(file, 1), ENOTSOCK);
    EXPECT_ERRNO(listen(fd, 1), EINVAL);
    EXPECT_ERRNO(accept4(listener, 0, 0, 1), EINVAL);
    SUCCEED(fcntl(listener, F_SETFL, O_NONBLOCK));
    close(SUCCEED(accept(listener, 0, 0)));
    EXPECT_ERRNO(accept(listener, 0, 0), EAGAIN);

    // Who may not write to the socket's file may not connect.
    SUCCEED(chmod(FOLDER, 0755));
    SUCCEED(chmod(PATH, 0700));
    SUCCEED(setresuid(1000, 1000, 1000));
    EXPECT_ERRNO(connect(client, ADDRESS(good)), EACCES);
    EXPECT_ERRNO(bind(client, ADDRESS(third)), EACCES);
    return 0;
}
