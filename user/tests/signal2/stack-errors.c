// sigaltstack(2): what it refuses, and what it tells.
#include "../signals.h"
#include <sys/syscall.h>

static char room[1 << 16];

static long set(const stack_t *new, stack_t *old)
{
    return syscall(SYS_sigaltstack, new, old);
}

static volatile int on_stack_result, on_stack_errno, on_stack_flags;

static void handler(int signal)
{
    (void)signal;
    stack_t other = {.ss_sp = room + sizeof room / 2, .ss_size = sizeof room / 2}, now;
    on_stack_result = set(&other, &now);
    on_stack_errno = errno;
    SUCCEED(set(NULL, &now));
    on_stack_flags = now.ss_flags;
}

int main(void)
{
    stack_t old, stack = {.ss_sp = room, .ss_size = sizeof room};
    SUCCEED(set(NULL, &old));
    EQUAL(old.ss_flags, SS_DISABLE);
    SUCCEED(set(&stack, NULL));
    SUCCEED(set(NULL, &old));
    EQUAL(old.ss_flags, 0);
    EQUAL((long)old.ss_sp, (long)room);
    EQUAL(old.ss_size, sizeof room);

    stack.ss_flags = 4;
    EXPECT_ERRNO(set(&stack, NULL), EINVAL);
    stack.ss_flags = 0;
    stack.ss_size = 2047;
    EXPECT_ERRNO(set(&stack, NULL), ENOMEM);
    EXPECT_ERRNO(set(BAD, NULL), EFAULT);
    EXPECT_ERRNO(set(NULL, BAD), EFAULT);
    // Nothing of that has changed it.
    SUCCEED(set(NULL, &old));
    EQUAL((long)old.ss_sp, (long)room);

    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(raise(SIGUSR1));
    EQUAL(on_stack_result, -1);
    EQUAL(on_stack_errno, EPERM);
    EQUAL(on_stack_flags, SS_ONSTACK);

    stack_t none = {.ss_flags = SS_DISABLE};
    SUCCEED(set(&none, &old));
    EQUAL(old.ss_size, sizeof room);
    SUCCEED(set(NULL, &old));
    EQUAL(old.ss_flags, SS_DISABLE);
    EQUAL(old.ss_size, 0);
}
