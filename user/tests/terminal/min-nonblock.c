// A read that wants more bytes than there are (VMIN), and does not wait or is interrupted, gives those that there are: termios(3).
#include "pty.h"
#include <sys/time.h>

static void note(int signal) { (void)signal; }

int main(void)
{
    int slave, master = open_pair(&slave);
    char bytes[16];
    set_raw(slave, 5, 0);
    SUCCEED(fcntl(slave, F_SETFL, O_NONBLOCK));
    EXPECT_ERRNO(read(slave, bytes, sizeof bytes), EAGAIN);
    type(master, "ab");
    set_raw(slave, 1, 0);
    wait_ready(slave, POLLIN);
    set_raw(slave, 5, 0);
    CHECK(!(ready(slave) & POLLIN));
    EQUAL(read(slave, bytes, sizeof bytes), 2);
    EXPECT_ERRNO(read(slave, bytes, sizeof bytes), EAGAIN);

    SUCCEED(fcntl(slave, F_SETFL, 0));
    struct sigaction action = {.sa_handler = note};
    SUCCEED(sigaction(SIGALRM, &action, NULL));
    type(master, "cde");
    struct itimerval soon = {.it_value.tv_usec = 100000};
    SUCCEED(setitimer(ITIMER_REAL, &soon, NULL));
    EQUAL(read(slave, bytes, sizeof bytes), 3);
    CHECK(memcmp(bytes, "cde", 3) == 0);
    return 0;
}
