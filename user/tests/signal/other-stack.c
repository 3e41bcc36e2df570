// sigaltstack(2): handlers that ask for it run there, also when the program's own stack is used up.
#include "../test.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

static char stack[65536];
static volatile int on_it, ran;
static sigjmp_buf back;

static void handler(int signal)
{
    char here;
    on_it = &here >= stack && &here < stack + sizeof stack;
    ran++;
    stack_t now, other = {.ss_sp = stack, .ss_size = sizeof stack};
    SUCCEED(sigaltstack(NULL, &now));
    EQUAL(now.ss_flags, on_it ? SS_ONSTACK : 0);
    if (on_it)
        EXPECT_ERRNO(sigaltstack(&other, NULL), EPERM);
    if (signal == SIGSEGV)
        siglongjmp(back, 1);
}

static int overflow(volatile char *last)
{
    volatile char frame[4096];
    frame[0] = last ? *last : 0;
    return (last ? overflow(frame) : 0) + frame[0];
}

int main(void)
{
    stack_t set = {.ss_sp = stack, .ss_size = sizeof stack}, got, small = {.ss_sp = stack, .ss_size = 100},
            wrong = {.ss_sp = stack, .ss_size = sizeof stack, .ss_flags = 0x40};
    SUCCEED(sigaltstack(NULL, &got));
    EQUAL(got.ss_flags, SS_DISABLE);
    SUCCEED(sigaltstack(&set, NULL));
    SUCCEED(sigaltstack(NULL, &got));
    CHECK(got.ss_sp == stack && got.ss_size == sizeof stack && got.ss_flags == 0);
    EXPECT_ERRNO(sigaltstack(&small, NULL), ENOMEM);
    EXPECT_ERRNO(sigaltstack(&wrong, NULL), EINVAL);
    EXPECT_ERRNO(sigaltstack(BAD, NULL), EFAULT);

    struct sigaction action = {.sa_handler = handler};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(on_it, 0);
    action.sa_flags = SA_ONSTACK;
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(on_it, 1);

    SUCCEED(sigaction(SIGSEGV, &action, NULL));
    char first;
    if (sigsetjmp(back, 1) == 0)
        FAIL("the stack has no end: %d", overflow(&first));
    EQUAL(on_it, 1);
    EQUAL(ran, 3);
}
