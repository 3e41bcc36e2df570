// Flags that change what comes in and goes out.
#include "pty.h"

static struct termios settings;
static int slave, master;

static void set(tcflag_t input, tcflag_t output, tcflag_t local)
{
    settings.c_iflag = input;
    settings.c_oflag = output;
    settings.c_lflag = local;
    SUCCEED(tcsetattr(slave, TCSADRAIN, &settings));
}

int main(void)
{
    master = open_pair(&slave);
    SUCCEED(tcgetattr(slave, &settings));
    EQUAL(settings.c_iflag, ICRNL | IXON);
    EQUAL(settings.c_oflag, OPOST | ONLCR);
    EQUAL(settings.c_lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
    EQUAL(settings.c_cflag, B38400 | CS8 | CREAD);
    EQUAL(settings.c_cc[VINTR], 3);
    EQUAL(settings.c_cc[VERASE], 127);
    EQUAL(cfgetospeed(&settings), B38400);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;

    set(INLCR, 0, 0);
    type(master, "a\nb\r");
    READS(slave, "a\rb\r");
    set(IGNCR | ISTRIP, 0, 0);
    type(master, "a\r\341\n");
    READS(slave, "aa\n");
    set(IUCLC, 0, IEXTEN);
    type(master, "ABC");
    READS(slave, "abc");
    set(PARMRK, 0, 0);
    type(master, "a\377b");
    READS(slave, "a\377\377b");

    set(0, 0, 0);
    EQUAL(write(slave, "a\nb\tc", 5), 5);
    READS(master, "a\nb\tc");
    set(0, OPOST | OCRNL | OLCUC, 0);
    EQUAL(write(slave, "a\rb", 3), 3);
    READS(master, "A\nB");
    set(0, OPOST | ONLCR | TAB3, 0);
    EQUAL(write(slave, "\nab\tc", 5), 5);
    READS(master, "\r\nab      c");
    set(0, OPOST | ONOCR, 0);
    EQUAL(write(slave, "\r\rx\r", 4), 4);
    READS(master, "\rx\r");

    // Echo.
    set(0, 0, ECHO | ECHOCTL);
    type(master, "a\001");
    READS(slave, "a\001");
    READS(master, "a^A");
    set(0, 0, ICANON | ECHONL);
    type(master, "ab\n");
    READS(slave, "ab\n");
    READS(master, "\n");
    set(0, OPOST | ONLCR, ICANON | ECHO | ECHOE | ECHOK | ECHOKE | ECHOCTL | IEXTEN);
    type(master, "ab cd\027e\177\025x\026\003\n");
    READS(slave, "x\003\n");
    READS(master, "ab cd\b \b\b \be\b \b\b \b\b \b\b \bx^\b^C\r\n");

    // Settings that wait, and that forget what was typed.
    type(master, "gone\n");
    wait_ready(slave, POLLIN);
    SUCCEED(tcsetattr(slave, TCSAFLUSH, &settings));
    EQUAL(ready(slave), POLLOUT);
    // What was typed as a line can be read without one.
    tcflush(slave, TCIOFLUSH);
    set(0, 0, ICANON);
    type(master, "xyz");
    usleep(20000);
    set(0, 0, 0);
    READS(slave, "xyz");
    EXPECT_ERRNO(tcsetattr(slave, 77, &settings), EINVAL);
    EXPECT_ERRNO(ioctl(slave, TCGETS, BAD), EFAULT);
    EXPECT_ERRNO(ioctl(slave, TCSETS, BAD), EFAULT);
    int pipes[2];
    SUCCEED(pipe(pipes));
    EXPECT_ERRNO(tcgetattr(pipes[0], &settings), ENOTTY);
}
