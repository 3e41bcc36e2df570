// What setpgid(2), getpgid(2), setsid(2) and getsid(2) refuse.
#include "../process.h"
#include <signal.h>

static void wait_byte(int file)
{
    char byte;
    EQUAL(read(file, &byte, 1), 1);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        // A program that was started: the parent comes too late.
        EQUAL(write(1, "x", 1), 1);
        for (;;)
            pause();
    }
    int ready[2];
    SUCCEED(pipe(ready));

    EXPECT_ERRNO(setpgid(0, -1), EINVAL);
    EXPECT_ERRNO(setpgid(-1, 0), EINVAL);
    EXPECT_ERRNO(setpgid(-1, 1), ESRCH);
    EXPECT_ERRNO(setpgid(4000000, 0), ESRCH);
    EXPECT_ERRNO(getpgid(4000000), ESRCH);
    EXPECT_ERRNO(getpgid(-1), ESRCH);
    EXPECT_ERRNO(getsid(4000000), ESRCH);
    EXPECT_ERRNO(getsid(-1), ESRCH);
    if (getppid() > 0)
        EXPECT_ERRNO(setpgid(getppid(), getppid()), ESRCH); // not a child

    // A group that is not there, or in another session.
    EQUAL(IN_CHILD(EXPECT_ERRNO(setpgid(0, 3999999), EPERM)), 0);
    pid_t child = start_child();
    if (child == 0) {
        EQUAL(setsid(), getpid());
        EQUAL(getsid(0), getpid());
        EQUAL(getpgrp(), getpid());
        EXPECT_ERRNO(setpgid(0, 0), EPERM); // leads a session
        EXPECT_ERRNO(setsid(), EPERM);      // leads a group
        EQUAL(write(ready[1], "x", 1), 1);
        for (;;)
            pause();
    }
    wait_byte(ready[0]);
    EQUAL(getsid(child), child);
    EXPECT_ERRNO(setpgid(child, child), EPERM);
    EQUAL(IN_CHILD(EXPECT_ERRNO(setpgid(0, child), EPERM)), 0);
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);

    child = start_child();
    if (child == 0) {
        dup2(ready[1], 1);
        execl(arguments[0], arguments[0], "again", NULL);
        _exit(1);
    }
    wait_byte(ready[0]);
    EXPECT_ERRNO(setpgid(child, 0), EACCES);
    EXPECT_ERRNO(setpgid(child, getpgrp()), EACCES);
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);

    // Who leads a group cannot begin a session.
    EQUAL(IN_CHILD({
        SUCCEED(setpgid(0, 0));
        EXPECT_ERRNO(setsid(), EPERM);
    }), 0);
}
