// build: musl
// socket(2), socketpair(2): what cannot be made.
#include "../test.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

int main(void)
{
    int ends[2];
    EXPECT_ERRNO(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
    EXPECT_ERRNO(socket(45, SOCK_STREAM, 0), EAFNOSUPPORT);
    EXPECT_ERRNO(socket(100, SOCK_STREAM, 0), EAFNOSUPPORT);
    EXPECT_ERRNO(socket(AF_UNIX, 15, 0), EINVAL);
    EXPECT_ERRNO(socket(AF_UNIX, SOCK_STREAM | 0x100, 0), EINVAL);
    EXPECT_ERRNO(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
    EXPECT_ERRNO(socket(AF_UNIX, SOCK_STREAM, 17), EPROTONOSUPPORT);
    EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 17, ends), EPROTONOSUPPORT);
    EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, BAD), EFAULT);
    // What failed has left no descriptor behind.
    int next = SUCCEED(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    EQUAL(next, 3);
    EQUAL(fcntl(next, F_GETFL), O_RDWR | O_NONBLOCK);
    struct rlimit few = {4, 4};
    SUCCEED(setrlimit(RLIMIT_NOFILE, &few));
    EXPECT_ERRNO(socket(AF_UNIX, SOCK_STREAM, 0), EMFILE);
    EXPECT_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), EMFILE);
    return 0;
}
