// Packet mode of a pseudo-terminal: TIOCPKT.
#include "pty.h"

int main(void)
{
    int slave, master = open_pair(&slave), on = 1;
    SUCCEED(ioctl(master, TIOCPKT, &on));
    on = 0;
    SUCCEED(ioctl(master, TIOCGPKT, &on));
    EQUAL(on, 1);
    EQUAL(write(slave, "ab", 2), 2);
    READS(master, "\0ab");
    SUCCEED(tcflow(slave, TCOOFF));
    EQUAL(ready(master) & (POLLIN | POLLPRI), POLLIN | POLLPRI);
    char status;
    EQUAL(read(master, &status, 1), 1);
    EQUAL(status, TIOCPKT_STOP);
    SUCCEED(tcflow(slave, TCOON));
    EQUAL(read(master, &status, 1), 1);
    EQUAL(status, TIOCPKT_START);
    struct termios settings;
    SUCCEED(tcgetattr(slave, &settings));
    settings.c_iflag &= ~IXON;
    SUCCEED(tcsetattr(slave, TCSANOW, &settings));
    EQUAL(read(master, &status, 1), 1);
    EQUAL(status, TIOCPKT_NOSTOP);
    SUCCEED(tcflush(slave, TCIFLUSH));
    EQUAL(read(master, &status, 1), 1);
    EQUAL(status, TIOCPKT_FLUSHREAD);
}
