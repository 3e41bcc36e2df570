// build: musl
// sigsuspend(2): lets a blocked signal in, ends with EINTR, and the mask is as before.
#include "../test.h"
#include <signal.h>

static volatile int count;
static void handler(int signal) { count += signal == SIGUSR1; }

int main(void)
{
    sigset_t blocked, open, now;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigemptyset(&open);
    signal(SIGUSR1, handler);
    SUCCEED(sigprocmask(SIG_BLOCK, &blocked, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(count, 0);
    EXPECT_ERRNO(sigsuspend(&open), EINTR);
    EQUAL(count, 1);
    SUCCEED(sigprocmask(SIG_BLOCK, NULL, &now));
    CHECK(sigismember(&now, SIGUSR1));
    EXPECT_ERRNO(sigsuspend(BAD), EFAULT);
}
