// What requests mean on the master's side: its own flushing, the slave's settings and session; termio; groups of other sessions.
#include "pty.h"

static int master, slave, pipes[2];

static void flushes(void)
{
    EQUAL(write(slave, "gone", 4), 4);
    wait_ready(master, POLLIN);
    SUCCEED(tcflush(master, TCOFLUSH));
    EQUAL(ready(master) & POLLIN, POLLIN);
    SUCCEED(tcflush(master, TCIFLUSH));
    CHECK(!(ready(master) & POLLIN));
    EXPECT_ERRNO(ioctl(master, TCFLSH, 3), EINVAL);
    SUCCEED(tcsendbreak(master, 0));
    SUCCEED(tcsendbreak(slave, 0));
    EXPECT_ERRNO(ioctl(master, TIOCCONS), EINVAL);
}

static void half_settings(void)
{
    struct termio half;
    struct termios all;
    SUCCEED(ioctl(master, TCGETA, &half));
    SUCCEED(tcgetattr(slave, &all));
    EQUAL(half.c_lflag, all.c_lflag & 0xffff);
    EQUAL(half.c_cc[VINTR], 3);
    half.c_lflag &= ~ECHO;
    half.c_cflag &= ~CSIZE;
    half.c_cc[VINTR] = 5;
    SUCCEED(ioctl(slave, TCSETAF, &half));
    struct termios now;
    SUCCEED(tcgetattr(slave, &now));
    EQUAL(now.c_lflag, all.c_lflag & ~ECHO);
    EQUAL(now.c_cc[VINTR], 5);
    EQUAL(now.c_cc[VSUSP], all.c_cc[VSUSP]);
    // A pseudo-terminal has eight bits whatever is asked for.
    EQUAL(now.c_cflag & CSIZE, CS8);
    EXPECT_ERRNO(ioctl(slave, TCGETA, BAD), EFAULT);
    EXPECT_ERRNO(ioctl(slave, TCSETA, BAD), EFAULT);
}

static void sessions(void)
{
    pid_t other = start_child();
    if (other == 0) {
        SUCCEED(setsid());
        tell(pipes[1]);
        pause();
    }
    await(pipes[0]);
    SUCCEED(setsid());
    SUCCEED(ioctl(master, TIOCSCTTY, 0));
    EQUAL(tcgetsid(slave), getpid());
    EXPECT_ERRNO(tcsetpgrp(slave, other), EPERM);
    EXPECT_ERRNO(tcsetpgrp(slave, 4194000), ESRCH);
    // A process of the session counts as its group, even where there is none.
    pid_t member = start_child();
    if (member == 0)
        pause();
    SUCCEED(tcsetpgrp(slave, member));
    EQUAL(tcgetpgrp(slave), member);
    kill(member, SIGKILL);
    kill(other, SIGKILL);
}

int main(void)
{
    master = open_pair(&slave);
    SUCCEED(pipe(pipes));
    flushes();
    half_settings();
    EQUAL(IN_CHILD(sessions()), 0);
    return 0;
}
