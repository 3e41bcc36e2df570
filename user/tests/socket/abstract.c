// build: musl
// unix(7): abstract names and names that the kernel chooses.
#include "address.h"

int main(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX}, told;
    memcpy(name.sun_path, "\0test\0name", 10);
    socklen_t size = offsetof(struct sockaddr_un, sun_path) + 10, length = sizeof told;
    int listener = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0)), other = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    SUCCEED(bind(listener, (struct sockaddr *)&name, size));
    SUCCEED(listen(listener, 1));
    EXPECT_ERRNO(bind(other, (struct sockaddr *)&name, size), EADDRINUSE);
    SUCCEED(connect(other, (struct sockaddr *)&name, size));
    SUCCEED(getpeername(other, (struct sockaddr *)&told, &length));
    EQUAL(length, size);
    EQUAL(memcmp(told.sun_path, name.sun_path, 10), 0);
    // Every byte counts.
    int third = SUCCEED(socket(AF_UNIX, SOCK_STREAM, 0));
    EXPECT_ERRNO(connect(third, (struct sockaddr *)&name, size + 1), ECONNREFUSED);
    // The name is free as soon as its socket is gone.
    SUCCEED(close(listener));
    SUCCEED(bind(third, (struct sockaddr *)&name, size));

    // A name of its own: a NUL and five hexadecimal digits.
    int any = SUCCEED(socket(AF_UNIX, SOCK_DGRAM, 0));
    struct sockaddr_un none = {.sun_family = AF_UNIX};
    SUCCEED(bind(any, (struct sockaddr *)&none, sizeof(sa_family_t)));
    length = sizeof told;
    SUCCEED(getsockname(any, (struct sockaddr *)&told, &length));
    EQUAL(length, offsetof(struct sockaddr_un, sun_path) + 6);
    EQUAL(told.sun_path[0], 0);
    EQUAL(strspn(told.sun_path + 1, "0123456789abcdef") >= 5, 1);
    return 0;
}
