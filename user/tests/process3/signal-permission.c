// Who may send whom a signal: kill(2), "For a process to have permission to send a signal".
#include "../process.h"
#include <signal.h>

static int ends[2];

static pid_t sleeper(uid_t real, uid_t effective, uid_t saved)
{
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setresuid(real, effective, saved));
        EQUAL(write(ends[1], "x", 1), 1);
        for (;;)
            pause();
    }
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
    return child;
}

static int may(pid_t target, uid_t real, uid_t effective, uid_t saved, int signal)
{
    return IN_CHILD({
        SUCCEED(setresuid(real, effective, saved));
        int sent = kill(target, signal);
        if (sent != 0)
            EQUAL(errno, EPERM);
        _exit(sent == 0 ? 1 : 0);
    }) >> 8;
}

int main(void)
{
    if (getuid() != 0)
        SKIP("needs the superuser");
    SUCCEED(pipe(ends));
    pid_t target = sleeper(10, 11, 12);
    EQUAL(may(target, 10, 20, 20, 0), 1); // real to real
    EQUAL(may(target, 20, 10, 20, 0), 1); // effective to real
    EQUAL(may(target, 12, 20, 20, 0), 1); // real to saved
    EQUAL(may(target, 20, 12, 20, 0), 1); // effective to saved
    EQUAL(may(target, 20, 20, 10, 0), 0); // the sender's saved one does not count
    EQUAL(may(target, 11, 11, 11, 0), 0); // nor the target's effective one
    EQUAL(may(target, 0, 0, 0, 0), 1);
    EQUAL(may(target, 20, 20, 20, SIGTERM), 0);
    EQUAL(may(target, 20, 20, 20, SIGCONT), 1); // in one session it may always go on
    SUCCEED(kill(target, SIGKILL));
    wait_for(target);
    EXPECT_ERRNO(kill(target, 0), ESRCH);
    EXPECT_ERRNO(kill(getpid(), 65), EINVAL);
    EXPECT_ERRNO(kill(4000000, SIGTERM), ESRCH);
}
