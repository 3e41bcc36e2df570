// Process groups: setpgid(2), getpgid(2), and signals and waits by group.
#include "../process.h"
#include <signal.h>

static pid_t pause_in_group(pid_t group)
{
    pid_t child = start_child();
    if (child == 0) {
        SUCCEED(setpgid(0, group));
        for (;;)
            pause();
    }
    // Both sides set it, so that it is so whoever is first.
    setpgid(child, group ? group : child);
    return child;
}

int main(void)
{
    pid_t first = pause_in_group(0), second = pause_in_group(first), alone = pause_in_group(0);
    EQUAL(getpgid(first), first);
    EQUAL(getpgid(second), first);
    EQUAL(getpgid(alone), alone);
    EQUAL(getpgid(0), getpgrp());
    EQUAL(getpgid(getpid()), getpgrp());
    EQUAL(getsid(first), getsid(0));

    int status;
    EQUAL(waitpid(-first, &status, WNOHANG), 0);
    SUCCEED(kill(-first, SIGTERM));
    for (int i = 0; i < 2; i++) {
        pid_t ended = waitpid(-first, &status, 0);
        CHECK(ended == first || ended == second);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    }
    EXPECT_ERRNO(waitpid(-first, &status, 0), ECHILD);
    EXPECT_ERRNO(kill(-first, 0), ESRCH);
    SUCCEED(kill(alone, 0));
    SUCCEED(killpg(alone, SIGKILL));
    EQUAL(WTERMSIG(wait_for(alone)), SIGKILL);

    // A process can go back to its parent's group.
    EQUAL(IN_CHILD({
        pid_t old = getpgrp();
        SUCCEED(setpgid(0, 0));
        EQUAL(getpgrp(), getpid());
        if (old != 0) {
            SUCCEED(setpgid(0, old));
            EQUAL(getpgrp(), old);
        }
    }), 0);
}
