// Process groups and sessions: setpgid(2), getpgid(2), getsid(2).
#include "pty.h"

int main(void)
{
    EXPECT_ERRNO(getpgid(4194000), ESRCH);
    EXPECT_ERRNO(getsid(4194000), ESRCH);
    EXPECT_ERRNO(setpgid(0, -1), EINVAL);
    EXPECT_ERRNO(setpgid(4194000, 0), ESRCH);
    EQUAL(getpgid(0), getpgrp());
    EQUAL(getsid(0), getsid(getpid()));
    EQUAL(IN_CHILD({
              EQUAL(setsid(), getpid());
              EQUAL(getpgrp(), getpid());
              EQUAL(getsid(0), getpid());
              EXPECT_ERRNO(setpgid(0, 0), EPERM);
          }),
          0);
    int pipes[2];
    SUCCEED(pipe(pipes));
    pid_t child = start_child();
    if (child == 0) {
        await(pipes[0]);
        EQUAL(getpgrp(), getpid());
        EXPECT_ERRNO(setsid(), EPERM);
        EXPECT_ERRNO(setpgid(0, 4194000), EPERM);
        EXPECT_ERRNO(setpgid(getppid(), 0), ESRCH);
        _exit(7);
    }
    SUCCEED(setpgid(child, child));
    EQUAL(getpgid(child), child);
    EQUAL(kill(-child, 0), 0);
    tell(pipes[1]);
    int status;
    EQUAL(waitpid(-child, &status, 0), child);
    EQUAL(WEXITSTATUS(status), 7);
    EXPECT_ERRNO(kill(-child, 0), ESRCH);
    EXPECT_ERRNO(waitpid(-child, &status, 0), ECHILD);
}
