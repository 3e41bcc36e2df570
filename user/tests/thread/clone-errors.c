// clone(2) and clone3(2) refuse what cannot be shared alone.
#include "../thread.h"

static long clone3(void *arguments, size_t size)
{
    return syscall(SYS_clone3, arguments, size);
}

int main(void)
{
    EXPECT_ERRNO(raw_clone(CLONE_THREAD, NULL, NULL, NULL, NULL), EINVAL);
    EXPECT_ERRNO(raw_clone(CLONE_THREAD | CLONE_VM, NULL, NULL, NULL, NULL), EINVAL);
    EXPECT_ERRNO(raw_clone(CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL, NULL), EINVAL);
    EXPECT_ERRNO(raw_clone(CLONE_THREAD | CLONE_SIGHAND, NULL, NULL, NULL, NULL), EINVAL);

    struct clone_args given = {.exit_signal = SIGCHLD};
    EXPECT_ERRNO(clone3(&given, 63), EINVAL);
    EXPECT_ERRNO(clone3(&given, 5000), E2BIG);
    EXPECT_ERRNO(clone3(BAD, sizeof given), EFAULT);
    unsigned long longer[16] = {0, 0, 0, 0, SIGCHLD, [12] = 1};
    EXPECT_ERRNO(clone3(longer, sizeof longer), E2BIG);
    given = (struct clone_args){.exit_signal = 65};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.flags = SIGCHLD};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.exit_signal = SIGCHLD, .stack_size = 4096};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.exit_signal = SIGCHLD, .stack = 4096};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.exit_signal = SIGCHLD, .flags = 1ull << 60};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.exit_signal = SIGCHLD, .flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);
    given = (struct clone_args){.exit_signal = SIGCHLD, .flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND};
    EXPECT_ERRNO(clone3(&given, sizeof given), EINVAL);

    given = (struct clone_args){.exit_signal = SIGCHLD};
    fflush(stdout);
    long child = SUCCEED(clone3(&given, sizeof given));
    if (child == 0)
        _exit(4);
    EQUAL(WEXITSTATUS(wait_for(child)), 4);
}
