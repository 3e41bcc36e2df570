// The window's size, and SIGWINCH for the foreground.
#include "pty.h"

static volatile sig_atomic_t changed;
static void note(int signal) { changed = signal; }

int main(void)
{
    int slave, master = open_pair(&slave);
    struct winsize size = {1, 1, 1, 1};
    SUCCEED(ioctl(slave, TIOCGWINSZ, &size));
    EQUAL(size.ws_row | size.ws_col | size.ws_xpixel | size.ws_ypixel, 0);
    int pipes[2], back[2];
    SUCCEED(pipe(pipes));
    SUCCEED(pipe(back));
    pid_t child = start_session(slave);
    if (child == 0) {
        struct sigaction action = {.sa_handler = note};
        sigset_t blocked, none;
        sigemptyset(&none);
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGWINCH);
        SUCCEED(sigprocmask(SIG_BLOCK, &blocked, NULL));
        SUCCEED(sigaction(SIGWINCH, &action, NULL));
        tell(pipes[1]);
        sigsuspend(&none);
        EQUAL(changed, SIGWINCH);
        SUCCEED(ioctl(slave, TIOCGWINSZ, &size));
        EQUAL(size.ws_row, 40);
        EQUAL(size.ws_col, 100);
        // The same size again is no news.
        tell(pipes[1]);
        await(back[0]);
        sigset_t pending;
        SUCCEED(sigpending(&pending));
        EQUAL(sigismember(&pending, SIGWINCH), 0);
        _exit(0);
    }
    await(pipes[0]);
    size = (struct winsize){40, 100, 7, 8};
    SUCCEED(ioctl(master, TIOCSWINSZ, &size));
    await(pipes[0]);
    SUCCEED(ioctl(slave, TIOCSWINSZ, &size));
    tell(back[1]);
    EQUAL(wait_for(child), 0);
    EXPECT_ERRNO(ioctl(slave, TIOCGWINSZ, BAD), EFAULT);
    EXPECT_ERRNO(ioctl(slave, TIOCSWINSZ, BAD), EFAULT);
}
