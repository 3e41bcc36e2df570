// tcflow(3) and the keys STOP and START change one state; what a program has stopped no key starts. What is stopped takes nothing.
#include "pty.h"

static int master, slave;

static int stopped(void) { return !(ready(slave) & POLLOUT); }

static void wait_stopped(int wanted)
{
    for (int i = 0; stopped() != wanted && i < 1000; i++)
        usleep(1000);
    EQUAL(stopped(), wanted);
}

int main(void)
{
    master = open_pair(&slave);
    SUCCEED(fcntl(slave, F_SETFL, O_NONBLOCK));
    SUCCEED(tcflow(slave, TCOOFF));
    EQUAL(stopped(), 1);
    EXPECT_ERRNO(write(slave, "x", 1), EAGAIN);
    type(master, "\021a\n");
    wait_ready(slave, POLLIN);
    EQUAL(stopped(), 1);
    // Nothing is under way, so nothing is waited for.
    SUCCEED(tcdrain(slave));
    SUCCEED(tcflow(slave, TCOON));
    EQUAL(stopped(), 0);
    EQUAL(write(slave, "x", 1), 1);
    READS(master, "a\r\nx");

    type(master, "\023");
    wait_stopped(1);
    SUCCEED(tcflow(slave, TCOON));
    EQUAL(stopped(), 1);
    type(master, "\021");
    wait_stopped(0);
    SUCCEED(tcflow(slave, TCIOFF));
    SUCCEED(tcflow(slave, TCION));
    READS(master, "\023\021");
    EXPECT_ERRNO(tcflow(slave, 4), EINVAL);
    return 0;
}
