// CLONE_VM without CLONE_THREAD: another process in the same memory, with its own descriptors, signals and number.
#include "../thread.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int seen, child_pid;

static int change(void *unused)
{
    (void)unused;
    seen = 42;
    child_pid = getpid();
    signal(SIGUSR1, SIG_IGN);
    close(0);
    return 8;
}

int main(void)
{
    int status;
    pid_t child = SUCCEED(clone(change, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    EQUAL(waitpid(child, &status, 0), child);
    EQUAL(WEXITSTATUS(status), 8);
    EQUAL(seen, 42);
    EQUAL(child_pid, child);
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_DFL);

    // Without a signal at its end it is a "clone child".
    child = SUCCEED(clone(change, stack + sizeof stack, CLONE_VM, NULL));
    EXPECT_ERRNO(waitpid(child, &status, 0), ECHILD);
    EQUAL(waitpid(child, &status, __WCLONE), child);
    child = SUCCEED(clone(change, stack + sizeof stack, CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL));
    EQUAL(waitpid(child, &status, __WALL), child);
    CHECK(signal(SIGUSR1, SIG_DFL) == SIG_IGN);
}
