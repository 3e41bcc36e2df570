// setpgid(2), setsid(2), getsid(2), kill(2) of groups, wait by group; what the end of a parent means to a stopped group.
#include "../process.h"
#include <signal.h>

static void rules(void)
{
    // In a session of its own.
    pid_t session = SUCCEED(setsid());
    EQUAL(session, getpid());
    EQUAL(getpgrp(), session);
    EQUAL(getsid(0), session);
    EQUAL(getpgid(0), session);
    EXPECT_ERRNO(setsid(), EPERM);
    EXPECT_ERRNO(setpgid(0, 0), EPERM);
    EXPECT_ERRNO(setpgid(0, -1), EINVAL);
    EXPECT_ERRNO(setpgid(1 << 29, 0), ESRCH);
    EXPECT_ERRNO(setpgid(getppid(), 0), ESRCH);
    EXPECT_ERRNO(getsid(1 << 29), ESRCH);
    EXPECT_ERRNO(getpgid(1 << 29), ESRCH);
    EXPECT_ERRNO(getpgid(-1), ESRCH);

    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    EQUAL(getpgid(child), session);
    EXPECT_ERRNO(setpgid(child, 1 << 29), EPERM);
    SUCCEED(setpgid(child, child));
    EQUAL(getpgid(child), child);
    EQUAL(getsid(child), session);
    EXPECT_ERRNO(waitpid(0, NULL, WNOHANG), ECHILD);
    EQUAL(waitpid(-child, NULL, WNOHANG), 0);
    pid_t other = start_child();
    if (other == 0) {
        EXPECT_ERRNO(setpgid(0, 1), EPERM);
        SUCCEED(setpgid(0, child));
        EQUAL(getpgrp(), child);
        for (;;)
            pause();
    }
    while (getpgid(other) != child)
        usleep(1000);
    SUCCEED(kill(-child, 0));
    SUCCEED(killpg(child, SIGTERM));
    int status;
    CHECK(waitpid(-child, &status, 0) > 0);
    EQUAL(status, SIGTERM);
    CHECK(waitpid(-child, &status, 0) > 0);
    EQUAL(status, SIGTERM);
    EXPECT_ERRNO(waitpid(-child, &status, 0), ECHILD);
    EXPECT_ERRNO(kill(-child, 0), ESRCH);
    EXPECT_ERRNO(waitpid((int)0x80000000, &status, 0), ESRCH);
    EXPECT_ERRNO(kill((int)0x80000000, 0), ESRCH);
}

static void too_late(void)
{
    pid_t child = start_child();
    if (child == 0) {
        execl("/proc/self/exe", "groups", "wait", NULL);
        _exit(1);
    }
    int ready = 0;
    while (!ready) {
        usleep(1000);
        errno = 0;
        ready = setpgid(child, child) == -1 && errno == EACCES;
    }
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);
}

// A stopped member of a group that nobody minds any more is told by SIGHUP, and goes on.
static void orphaned(void)
{
    int ends[2];
    SUCCEED(pipe(ends));
    pid_t child = start_child();
    if (child == 0) {
        pid_t member = start_child();
        if (member == 0) {
            SUCCEED(setpgid(0, 0));
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGHUP);
            SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
            SUCCEED(raise(SIGSTOP));
            int signal = 0;
            sigwait(&set, &signal);
            EQUAL(signal, SIGHUP);
            EQUAL(write(ends[1], "h", 1), 1);
            _exit(0);
        }
        int status;
        EQUAL(waitpid(member, &status, WUNTRACED), member);
        CHECK(WIFSTOPPED(status));
        _exit(0);
    }
    EQUAL(wait_for(child), 0);
    char byte;
    EQUAL(read(ends[0], &byte, 1), 1);
}

int main(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
        for (;;)
            pause();
    EQUAL(IN_CHILD(rules()), 0);
    EQUAL(IN_CHILD(too_late()), 0);
    EQUAL(IN_CHILD(orphaned()), 0);
}
