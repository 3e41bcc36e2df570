// How a session gets its terminal and loses it: setsid(2), TIOCSCTTY, TIOCNOTTY, /dev/tty.
#include "pty.h"

static int master, slave, pipes[2];
static volatile sig_atomic_t hung_up, went_on;
static void note(int signal) { *(signal == SIGHUP ? &hung_up : &went_on) = 1; }

static void by_request(void)
{
    EXPECT_ERRNO(ioctl(slave, TIOCSCTTY, 0), EPERM);
    SUCCEED(setsid());
    EXPECT_ERRNO(setsid(), EPERM);
    EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERRNO(tcgetpgrp(slave), ENOTTY);
    EXPECT_ERRNO(tcsetpgrp(slave, getpid()), ENOTTY);
    EXPECT_ERRNO(tcgetsid(slave), ENOTTY);
    EXPECT_ERRNO(ioctl(slave, TIOCNOTTY), ENOTTY);
    SUCCEED(ioctl(slave, TIOCSCTTY, 0));
    SUCCEED(ioctl(slave, TIOCSCTTY, 0));
    EQUAL(tcgetpgrp(slave), getpid());
    EQUAL(tcgetsid(slave), getpid());
    EQUAL(tcgetpgrp(master), getpid());
    EXPECT_ERRNO(tcsetpgrp(slave, 4194000), ESRCH);
    EXPECT_ERRNO(tcsetpgrp(slave, -1), EINVAL);
    int tty = SUCCEED(open("/dev/tty", O_RDWR));
    CHECK(isatty(tty));
    EQUAL(write(tty, "tty", 3), 3);
    READS(master, "tty");
    int other_slave, other = open_pair(&other_slave);
    EXPECT_ERRNO(ioctl(other_slave, TIOCSCTTY, 0), EPERM);
    close(other);
    // A child does without it, and its parent keeps it.
    EQUAL(IN_CHILD({
              SUCCEED(ioctl(slave, TIOCNOTTY));
              EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
          }),
          0);
    close(SUCCEED(open("/dev/tty", O_RDWR)));
    // The leader gives it up for all.
    signal(SIGHUP, note);
    signal(SIGCONT, note);
    SUCCEED(ioctl(slave, TIOCNOTTY));
    CHECK(hung_up && went_on);
    EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
    SUCCEED(ioctl(slave, TIOCSCTTY, 0));
}

static void by_opening(void)
{
    SUCCEED(setsid());
    close(SUCCEED(open(ptsname(master), O_RDWR | O_NOCTTY)));
    EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
    int fd = SUCCEED(open(ptsname(master), O_RDWR));
    EQUAL(tcgetsid(fd), getpid());
    EQUAL(tcgetpgrp(fd), getpid());
}

// The leader ends: the foreground gets SIGHUP, and the session has no terminal.
static void leader_ends(void)
{
    SUCCEED(setsid());
    SUCCEED(ioctl(slave, TIOCSCTTY, 0));
    pid_t job = start_child();
    if (job == 0) {
        setpgid(0, 0);
        signal(SIGTTOU, SIG_IGN);
        SUCCEED(tcsetpgrp(slave, getpid()));
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
        tell(pipes[1]);
        sigset_t pending;
        do
            SUCCEED(sigpending(&pending));
        while (!sigismember(&pending, SIGHUP) && usleep(1000) == 0);
        EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
        tell(pipes[1]);
        _exit(0);
    }
    await(pipes[0]);
}

// The master is closed: the leader gets SIGHUP and SIGCONT.
static void line_drops(void)
{
    SUCCEED(setsid());
    SUCCEED(ioctl(slave, TIOCSCTTY, 0));
    signal(SIGCONT, note);
    signal(SIGHUP, note);
    close(master);
    CHECK(hung_up && went_on);
    EXPECT_ERRNO(open("/dev/tty", O_RDWR), ENXIO);
}

int main(void)
{
    master = open_pair(&slave);
    SUCCEED(pipe(pipes));
    EQUAL(IN_CHILD(by_request()), 0);
    EQUAL(IN_CHILD(by_opening()), 0);
    EQUAL(IN_CHILD(leader_ends()), 0);
    await(pipes[0]);
    close(master);
    close(slave);
    master = open_pair(&slave);
    pid_t child = start_child();
    if (child == 0) {
        line_drops();
        _exit(0);
    }
    close(master);
    EQUAL(wait_for(child), 0);
}
