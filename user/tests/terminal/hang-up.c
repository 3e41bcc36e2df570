// What each end of a pseudo-terminal sees when the other is closed.
#include "pty.h"

int main(void)
{
    int slave, master = open_pair(&slave);
    char name[64], bytes[8];
    strcpy(name, ptsname(master));

    // The last slave is closed: what is there can be read, then EIO, until it is opened again.
    EQUAL(write(slave, "end", 3), 3);
    close(slave);
    EQUAL(ready(master) & (POLLIN | POLLHUP), POLLIN | POLLHUP);
    READS(master, "end");
    EXPECT_ERRNO(read(master, bytes, 1), EIO);
    slave = SUCCEED(open(name, O_RDWR | O_NOCTTY));
    EQUAL(ready(master), POLLOUT);
    SUCCEED(fcntl(master, F_SETFL, O_NONBLOCK));
    EXPECT_ERRNO(read(master, bytes, 1), EAGAIN);

    // The master is closed.
    type(master, "lost\n");
    close(master);
    EQUAL(read(slave, bytes, sizeof bytes), 0);
    EXPECT_ERRNO(write(slave, "x", 1), EIO);
    EQUAL(ready(slave) & (POLLIN | POLLOUT | POLLERR | POLLHUP), POLLIN | POLLOUT | POLLERR | POLLHUP);
    struct termios settings;
    EXPECT_ERRNO(tcgetattr(slave, &settings), EIO);
    EXPECT_ERRNO(tcsetpgrp(slave, getpgrp()), ENOTTY);
    EXPECT_ERRNO(open(name, O_RDWR | O_NOCTTY), ENOENT);

    // Somebody who waits to read is woken.
    master = open_pair(&slave);
    pid_t child = start_child();
    if (child == 0) {
        close(master);
        // The end, or that the line is gone.
        CHECK(read(slave, bytes, 1) == 0 || errno == EIO);
        _exit(0);
    }
    usleep(20000);
    close(master);
    EQUAL(wait_for(child), 0);

    // So is a master.
    master = open_pair(&slave);
    child = start_child();
    if (child == 0) {
        usleep(20000);
        _exit(0);
    }
    close(slave);
    EXPECT_ERRNO(read(master, bytes, 1), EIO);
    EQUAL(wait_for(child), 0);
}
