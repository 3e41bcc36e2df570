// Raw mode: VMIN and VTIME.
#include "pty.h"
#include <time.h>

static long milliseconds(void)
{
    struct timespec now;
    SUCCEED(clock_gettime(CLOCK_MONOTONIC, &now));
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void)
{
    int slave, master = open_pair(&slave);
    char bytes[16];

    // At once, whatever there is.
    set_raw(slave, 0, 0);
    EQUAL(read(slave, bytes, 1), 0);
    type(master, "\003\r\n\177");
    wait_ready(slave, POLLIN);
    EQUAL(read(slave, bytes, 16), 4);
    CHECK(memcmp(bytes, "\003\r\n\177", 4) == 0);

    // A byte, or no longer than a time.
    set_raw(slave, 0, 2);
    long start = milliseconds();
    EQUAL(read(slave, bytes, 16), 0);
    CHECK(milliseconds() - start >= 150);
    type(master, "x");
    EQUAL(read(slave, bytes, 16), 1);

    // So many bytes, and if the program has room for fewer, those.
    set_raw(slave, 3, 0);
    pid_t child = start_child();
    if (child == 0) {
        type(master, "ab");
        usleep(30000);
        type(master, "cd");
        _exit(0);
    }
    EQUAL(read(slave, bytes, 16), 4);
    EQUAL(wait_for(child), 0);
    type(master, "ef");
    EQUAL(read(slave, bytes, 2), 2);

    // The time counts from byte to byte, once one has come.
    set_raw(slave, 5, 1);
    type(master, "gh");
    start = milliseconds();
    EQUAL(read(slave, bytes, 16), 2);
    CHECK(milliseconds() - start >= 50);

    int there = 0;
    type(master, "ijk");
    wait_ready(slave, POLLIN);
    SUCCEED(ioctl(slave, FIONREAD, &there));
    EQUAL(there, 3);
    SUCCEED(tcflush(slave, TCIFLUSH));
    SUCCEED(ioctl(slave, FIONREAD, &there));
    EQUAL(there, 0);
    EXPECT_ERRNO(tcflush(slave, 9), EINVAL);
}
