// A pseudo-terminal: names, bytes both ways, lines and echo.
#include "pty.h"
#include <sys/stat.h>
#include <sys/sysmacros.h>

int main(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    SUCCEED(master);
    int number, locked = 0;
    SUCCEED(ioctl(master, TIOCGPTN, &number));
    SUCCEED(ioctl(master, TIOCGPTLCK, &locked));
    EQUAL(locked, 1);
    char name[32];
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    EXPECT_ERRNO(open(name, O_RDWR | O_NOCTTY), EIO);
    SUCCEED(grantpt(master));
    SUCCEED(unlockpt(master));
    CHECK(strcmp(ptsname(master), name) == 0);
    int slave = SUCCEED(open(name, O_RDWR | O_NOCTTY));

    struct stat about;
    SUCCEED(fstat(slave, &about));
    CHECK(S_ISCHR(about.st_mode));
    EQUAL(major(about.st_rdev), 136);
    EQUAL(minor(about.st_rdev), number);
    EQUAL(about.st_uid, geteuid());
    CHECK(isatty(slave) && isatty(master));
    CHECK(ttyname(slave) && strcmp(ttyname(slave), name) == 0);

    EQUAL(ready(slave), POLLOUT);
    EQUAL(ready(master), POLLOUT);
    type(master, "hello\r");
    READS(slave, "hello\n");
    READS(master, "hello\r\n");
    EQUAL(write(slave, "a\nb", 3), 3);
    READS(master, "a\r\nb");

    // What is not a line yet cannot be read.
    type(master, "abc");
    READS(master, "abc");
    EQUAL(ready(slave), POLLOUT);
    int there = -1;
    SUCCEED(ioctl(slave, FIONREAD, &there));
    EQUAL(there, 0);
    type(master, "\177\177x\025yz\004");
    READS(slave, "yz");
    tcflush(master, TCIOFLUSH);
    SUCCEED(fcntl(slave, F_SETFL, O_NONBLOCK));
    char byte;
    EXPECT_ERRNO(read(slave, &byte, 1), EAGAIN);
    type(master, "\004");
    wait_ready(slave, POLLIN);
    EQUAL(read(slave, &byte, 1), 0);
}
