// build: musl
// rt_sigaction(2): what it refuses; flags that it does not know are forgotten, so that a program can ask what there is.
#include "../signals.h"
#include <sys/syscall.h>

struct action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

static long set(int signal, const void *new, void *old, size_t size)
{
    return syscall(SYS_rt_sigaction, signal, new, old, size);
}

int main(void)
{
    struct action action = {.handler = SIG_IGN}, old;
    EXPECT_ERRNO(set(0, &action, NULL, 8), EINVAL);
    EXPECT_ERRNO(set(65, &action, NULL, 8), EINVAL);
    EXPECT_ERRNO(set(-1, &action, NULL, 8), EINVAL);
    EXPECT_ERRNO(set(SIGKILL, &action, NULL, 8), EINVAL);
    EXPECT_ERRNO(set(SIGSTOP, &action, NULL, 8), EINVAL);
    EXPECT_ERRNO(set(SIGUSR1, &action, NULL, 16), EINVAL);
    EXPECT_ERRNO(set(SIGUSR1, BAD, NULL, 8), EFAULT);
    SUCCEED(set(SIGKILL, NULL, &old, 8));
    EQUAL((long)old.handler, (long)SIG_DFL);
    EXPECT_ERRNO(set(SIGUSR1, NULL, BAD, 8), EFAULT);

    const unsigned long unsupported = 0x400, unknown = 0x100;
    action.flags = SA_RESTART | SA_NODEFER | SA_SIGINFO | unsupported | unknown;
    action.mask = ~0ull;
    SUCCEED(set(SIGUSR1, &action, NULL, 8));
    SUCCEED(set(SIGUSR1, NULL, &old, 8));
    EQUAL((long)old.handler, (long)SIG_IGN);
    EQUAL(old.flags, SA_RESTART | SA_NODEFER | SA_SIGINFO);
    EQUAL(old.mask, ~(1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1)));
}
