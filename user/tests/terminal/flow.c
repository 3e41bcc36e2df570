// Stopping and starting output: Ctrl-S and Ctrl-Q, tcflow(3).
#include "pty.h"

int main(void)
{
    int slave, master = open_pair(&slave);
    type(master, "\023");
    usleep(20000);
    SUCCEED(fcntl(slave, F_SETFL, O_NONBLOCK));
    long written = write(slave, "held", 4);
    CHECK(written == 4 || (written == -1 && errno == EAGAIN));
    EQUAL(ready(master) & POLLIN, 0);
    type(master, "\021");
    if (written != 4) {
        wait_ready(slave, POLLOUT);
        EQUAL(write(slave, "held", 4), 4);
    }
    READS(master, "held");

    SUCCEED(tcflow(slave, TCOOFF));
    written = write(slave, "more", 4);
    usleep(20000);
    EQUAL(ready(master) & POLLIN, 0);
    SUCCEED(tcflow(slave, TCOON));
    if (written != 4)
        EQUAL(write(slave, "more", 4), 4);
    READS(master, "more");
    SUCCEED(tcflow(slave, TCIOFF));
    READS(master, "\023");
    SUCCEED(tcflow(slave, TCION));
    READS(master, "\021");
    EXPECT_ERRNO(tcflow(slave, 99), EINVAL);
    SUCCEED(tcdrain(slave));

    // A reader that never reads holds the writer back, and nothing is lost.
    set_raw(slave, 1, 0);
    static char block[4096], back[4096];
    memset(block, 'x', sizeof block);
    long total = 0, got = 0, count;
    while ((count = write(slave, block, sizeof block)) > 0)
        total += count;
    EQUAL(errno, EAGAIN);
    CHECK(total >= 1024 && total < 1 << 20);
    while (got < total)
        got += SUCCEED(read(master, back, sizeof back));
    EQUAL(got, total);
    wait_ready(slave, POLLOUT);

    // So does a slave that never reads.
    SUCCEED(fcntl(master, F_SETFL, O_NONBLOCK));
    total = got = 0;
    while ((count = write(master, block, sizeof block)) > 0)
        total += count;
    CHECK(total >= 4000 && total < 1 << 20);
    set_raw(slave, 0, 1);
    while ((count = read(slave, back, sizeof back)) > 0)
        got += count;
    EQUAL(got, total);
}
