// build: musl
// MSG_PEEK, MSG_WAITALL, MSG_DONTWAIT, SO_RCVTIMEO, SO_RCVLOWAT, and a send that waits for room.
#include "../process.h"
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#ifndef SIOCOUTQ
#define SIOCOUTQ TIOCOUTQ
#endif

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(void)
{
    int ends[2], number;
    static char bytes[1 << 20];
    SUCCEED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    EXPECT_ERRNO(recv(ends[0], bytes, 1, MSG_DONTWAIT), EAGAIN);
    EQUAL(send(ends[1], "abcdef", 6, 0), 6);
    SUCCEED(ioctl(ends[0], FIONREAD, &number));
    EQUAL(number, 6);
    EQUAL(recv(ends[0], bytes, 4, MSG_PEEK), 4);
    EQUAL(recv(ends[0], bytes, 10, MSG_PEEK), 6);
    EQUAL(recv(ends[0], bytes, 10, 0), 6);
    EQUAL(memcmp(bytes, "abcdef", 6), 0);
    EXPECT_ERRNO(ioctl(ends[0], FIONREAD, BAD), EFAULT);

    // All that is asked for, though it comes in pieces.
    pid_t child = start_child();
    if (child == 0) {
        for (int i = 0; i < 5; i++) {
            EQUAL(write(ends[1], "1234", 4), 4);
            usleep(5000);
        }
        _exit(0);
    }
    EQUAL(recv(ends[0], bytes, 18, MSG_WAITALL), 18);
    EQUAL(recv(ends[0], bytes, 18, 0), 2);
    EQUAL(wait_for(child), 0);

    struct timeval time = {0, 60000};
    SUCCEED(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    double start = now();
    EXPECT_ERRNO(recv(ends[0], bytes, 1, 0), EAGAIN);
    CHECK(now() - start >= 0.055);
    EXPECT_ERRNO(read(ends[0], bytes, 1), EAGAIN);
    CHECK(now() - start >= 0.11);

    // A full buffer, then room again.
    SUCCEED(setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    long sent = 0, more;
    while ((more = send(ends[1], bytes, 10000, MSG_DONTWAIT)) > 0)
        sent += more;
    EQUAL(errno, EAGAIN);
    CHECK(sent > 100000);
    SUCCEED(ioctl(ends[1], SIOCOUTQ, &number));
    CHECK(number >= sent);
    EXPECT_ERRNO(send(ends[1], bytes, 1, 0), EAGAIN);
    EXPECT_ERRNO(write(ends[1], bytes, 1), EAGAIN);
    time.tv_usec = 0;
    SUCCEED(setsockopt(ends[1], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    child = start_child();
    if (child == 0) {
        EQUAL(send(ends[1], bytes, sizeof bytes, 0), sizeof bytes);
        _exit(0);
    }
    long got = 0;
    while (got < sent + (long)sizeof bytes)
        got += SUCCEED(read(ends[0], bytes, 7777));
    EQUAL(got, sent + sizeof bytes);
    EQUAL(wait_for(child), 0);
    return 0;
}
