// build: musl
// What is ignored, by wish or by default, does nothing and is not kept for later.
#include "../test.h"
#include <signal.h>

static volatile int count;
static void handler(int signal) { count += signal > 0; }

int main(void)
{
    const int harmless[] = {SIGCHLD, SIGURG, SIGWINCH, SIGCONT};
    for (int i = 0; i < 4; i++)
        SUCCEED(kill(getpid(), harmless[i]));
    signal(SIGTERM, SIG_IGN);
    SUCCEED(kill(getpid(), SIGTERM));

    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    SUCCEED(sigprocmask(SIG_BLOCK, &set, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    SUCCEED(sigpending(&pending));
    CHECK(sigismember(&pending, SIGUSR1));
    signal(SIGUSR1, SIG_IGN); // takes away what was pending
    SUCCEED(sigpending(&pending));
    CHECK(!sigismember(&pending, SIGUSR1));
    signal(SIGUSR1, handler);
    SUCCEED(sigprocmask(SIG_UNBLOCK, &set, NULL));
    EQUAL(count, 0);
}
