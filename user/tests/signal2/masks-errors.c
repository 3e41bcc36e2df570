// build: musl
// rt_sigprocmask(2) and rt_sigpending(2): what they refuse, and that a signal that is let in comes before the call returns.
#include "../signals.h"
#include <sys/syscall.h>

int main(void)
{
    uint64_t set = 1ull << (SIGUSR1 - 1), old = 0, waiting = 0;
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, 7, &set, NULL, 8), EINVAL);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), EINVAL);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, BAD, NULL, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, BAD, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigpending, BAD, 8), EFAULT);
    EXPECT_ERRNO(syscall(SYS_rt_sigpending, &waiting, 16), EINVAL);
    // Without a new set, what is to be done with it does not matter.
    SUCCEED(syscall(SYS_rt_sigprocmask, 7, NULL, &old, 8));
    EQUAL(old & set, 0);
    catch_signal(SIGUSR1, 0);
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8));
    SUCCEED(kill(getpid(), SIGUSR1));
    SUCCEED(syscall(SYS_rt_sigpending, &waiting, 8));
    EQUAL(waiting, set);
    EQUAL(caught, 0);
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, &waiting, 8));
    EQUAL(caught, 1);
    CHECK(waiting & set);
    // What is ignored from now on is forgotten.
    SUCCEED(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8));
    SUCCEED(kill(getpid(), SIGUSR1));
    signal(SIGUSR1, SIG_IGN);
    SUCCEED(syscall(SYS_rt_sigpending, &waiting, 8));
    EQUAL(waiting, 0);
}
