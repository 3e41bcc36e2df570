// build: musl
// rt_sigprocmask(2): blocking, unblocking and setting; SIGKILL and SIGSTOP cannot be blocked.
#include "../test.h"
#include <signal.h>
#include <sys/syscall.h>

static unsigned long mask(void)
{
    unsigned long set = -1;
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, 8));
    return set;
}

#define BIT(signal) (1UL << ((signal) - 1))

int main(void)
{
    unsigned long set = BIT(SIGUSR1) | BIT(SIGINT), old, all = -1;
    EQUAL(mask(), 0);
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8));
    EQUAL(old, 0);
    EQUAL(mask(), set);
    old = BIT(SIGUSR1);
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &old, NULL, 8));
    EQUAL(mask(), BIT(SIGINT));
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8));
    EQUAL(mask(), ~(BIT(SIGKILL) | BIT(SIGSTOP)));
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, 99, &set, NULL, 8), EINVAL);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), EINVAL);
    SUCCEED(syscall(SYS_rt_sigprocmask, 99, NULL, NULL, 8));
}
