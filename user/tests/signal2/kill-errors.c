// build: musl
// kill(2): to one, to a group, to all; whom one may not send anything.
#include "../signals.h"

static pid_t sleeper(void)
{
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    return child;
}

static void as_another(pid_t target)
{
    SUCCEED(setgid(4711));
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(kill(target, SIGTERM), EPERM);
    EXPECT_ERRNO(kill(target, 0), EPERM);
    EXPECT_ERRNO(kill(1, 0), EPERM);
    // In one session, anybody may have anybody go on.
    SUCCEED(kill(target, SIGCONT));
    SUCCEED(setsid());
    EXPECT_ERRNO(kill(target, SIGCONT), EPERM);
    SUCCEED(kill(getpid(), 0));
}

int main(void)
{
    pid_t child = sleeper();
    SUCCEED(kill(child, 0));
    EXPECT_ERRNO(kill(child, 65), EINVAL);
    EXPECT_ERRNO(kill(child, -1), EINVAL);
    EXPECT_ERRNO(kill(1 << 29, 0), ESRCH);
    EXPECT_ERRNO(kill(-(1 << 29), 0), ESRCH);
    EXPECT_ERRNO(kill((int)0x80000000, 0), ESRCH);
    EQUAL(IN_CHILD(as_another(child)), 0);

    // A group: the first is its leader.
    SUCCEED(setpgid(child, child));
    pid_t second = sleeper();
    SUCCEED(setpgid(second, child));
    SUCCEED(kill(-child, SIGUSR1));
    EQUAL(wait_for(child), SIGUSR1);
    EQUAL(wait_for(second), SIGUSR1);
    EXPECT_ERRNO(kill(-child, SIGUSR1), ESRCH);

    // The own group, in a child that is alone in it.
    EXPECT_SIGNAL({
        SUCCEED(setpgid(0, 0));
        kill(0, SIGUSR2);
    }, SIGUSR2);

    // Who has ended can still be sent something until he was waited for.
    child = start_child();
    if (child == 0)
        _exit(3);
    wait_for_state(child, 'Z');
    SUCCEED(kill(child, SIGKILL));
    EQUAL(wait_for(child), 3 << 8);
    EXPECT_ERRNO(kill(child, 0), ESRCH);
}
