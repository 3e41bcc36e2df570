// build: musl
// socketpair(2): bytes go both ways, in order; closing one end is the end of the other's stream.
#include "../test.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

int main(void)
{
    int ends[2];
    char bytes[64];
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    EQUAL(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
    EQUAL(fcntl(ends[0], F_GETFL), O_RDWR);
    EQUAL(write(ends[0], "hello", 5), 5);
    EQUAL(write(ends[0], " there", 6), 6);
    EQUAL(read(ends[1], bytes, 3), 3);
    EQUAL(memcmp(bytes, "hel", 3), 0);
    EQUAL(read(ends[1], bytes, sizeof bytes), 8);
    EQUAL(memcmp(bytes, "lo there", 8), 0);
    EQUAL(write(ends[1], "back", 4), 4);
    EQUAL(read(ends[0], bytes, sizeof bytes), 4);

    struct stat stat;
    SUCCEED(fstat(ends[0], &stat));
    CHECK(S_ISSOCK(stat.st_mode));
    EQUAL(stat.st_mode & 0777, 0777);
    EXPECT_ERRNO(lseek(ends[0], 0, SEEK_SET), ESPIPE);
    char path[64], link[64] = "", name[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    CHECK(readlink(path, link, sizeof link - 1) > 0);
    snprintf(name, sizeof name, "socket:[%lu]", (unsigned long)stat.st_ino);
    EQUAL(strcmp(link, name), 0);
    EXPECT_ERRNO(open(path, O_RDWR), ENXIO);

    EQUAL(write(ends[0], "last", 4), 4);
    SUCCEED(close(ends[0]));
    EQUAL(read(ends[1], bytes, sizeof bytes), 4);
    EQUAL(read(ends[1], bytes, sizeof bytes), 0);
    EQUAL(send(ends[1], "x", 1, MSG_NOSIGNAL), -1);
    EQUAL(errno, EPIPE);
    return 0;
}
