// Who reads from the background is stopped by SIGTTIN; who writes, with TOSTOP, by SIGTTOU. An orphaned group gets EIO.
#include "pty.h"

static int slave, pipes[2];

// In a background group of its own.
static int in_background(int (*work)(void))
{
    pid_t child = start_child();
    if (child == 0) {
        setpgid(0, 0);
        await(pipes[0]);
        _exit(work());
    }
    setpgid(child, child);
    tell(pipes[1]);
    int status;
    EQUAL(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
        SUCCEED(kill(child, SIGKILL));
        int ended;
        EQUAL(waitpid(child, &ended, 0), child);
    }
    return status;
}

static int reads(void)
{
    char byte;
    return read(slave, &byte, 1) == -1 && errno == EIO;
}
static int reads_ignoring(void)
{
    signal(SIGTTIN, SIG_IGN);
    return reads();
}
static int writes(void) { return write(slave, "x", 1) == 1; }
static int writes_ignoring(void)
{
    signal(SIGTTOU, SIG_IGN);
    return writes();
}
static int sets(void)
{
    struct termios settings;
    SUCCEED(tcgetattr(slave, &settings));
    return tcsetattr(slave, TCSANOW, &settings) == 0;
}
static int takes_foreground(void) { return tcsetpgrp(slave, getpgrp()) == 0; }
static int takes_foreground_blocking(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
    return takes_foreground();
}

static void stopped_by(int status, int signal)
{
    CHECK(WIFSTOPPED(status));
    EQUAL(WSTOPSIG(status), signal);
}

static void orphan(int told)
{
    // Its parent is about to end, and with it whoever could let it go on.
    pid_t child = start_child();
    if (child == 0) {
        pid_t grandchild = start_child();
        if (grandchild == 0) {
            SUCCEED(setpgid(0, 0));
            pid_t parent = getppid();
            tell(told);
            while (getppid() == parent)
                usleep(1000);
            int good = reads() && !writes() && errno == EIO && !sets() && errno == EIO;
            // It cannot be stopped by the keyboard either.
            raise(SIGTSTP);
            EQUAL(write(told, good ? "+" : "-", 1), 1);
            _exit(0);
        }
        await(pipes[0]);
        _exit(0);
    }
    int status;
    EQUAL(waitpid(child, &status, 0), child);
}

int main(void)
{
    int master = open_pair(&slave);
    SUCCEED(pipe(pipes));
    pid_t leader = start_session(slave);
    if (leader == 0) {
        stopped_by(in_background(reads), SIGTTIN);
        EQUAL(WEXITSTATUS(in_background(reads_ignoring)), 1);
        EQUAL(WEXITSTATUS(in_background(writes)), 1);
        stopped_by(in_background(sets), SIGTTOU);
        stopped_by(in_background(takes_foreground), SIGTTOU);
        set_local(slave, TOSTOP, 0);
        stopped_by(in_background(writes), SIGTTOU);
        EQUAL(WEXITSTATUS(in_background(writes_ignoring)), 1);
        int told[2];
        SUCCEED(pipe(told));
        pid_t child = start_child();
        if (child == 0) {
            orphan(pipes[1]);
            _exit(0);
        }
        EQUAL(wait_for(child), 0);
        char byte = 0;
        while (byte != '+' && byte != '-')
            EQUAL(read(pipes[0], &byte, 1), 1);
        EQUAL(byte, '+');
        EQUAL(WEXITSTATUS(in_background(takes_foreground_blocking)), 1);
        _exit(0);
    }
    EQUAL(wait_for(leader), 0);
    close(master);
}
