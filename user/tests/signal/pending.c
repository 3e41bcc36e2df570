// build: musl
// Blocked signals wait: a standard one once, a real-time one as often as it came, the lowest first.
#include "../test.h"
#include <signal.h>

static int order[16];
static volatile int count;
static void handler(int signal) { order[count++] = signal; }

int main(void)
{
    sigset_t all, pending;
    sigfillset(&all);
    const int signals[] = {SIGUSR1, SIGUSR2, SIGRTMIN + 1, SIGRTMIN + 2};
    struct sigaction action = {.sa_handler = handler, .sa_mask = all};
    for (int i = 0; i < 4; i++)
        SUCCEED(sigaction(signals[i], &action, NULL));
    SUCCEED(sigprocmask(SIG_SETMASK, &all, NULL));
    for (int round = 0; round < 3; round++)
        for (int i = 3; i >= 0; i--)
            SUCCEED(kill(getpid(), signals[i]));
    EQUAL(count, 0);
    SUCCEED(sigpending(&pending));
    for (int i = 0; i < 4; i++)
        CHECK(sigismember(&pending, signals[i]));
    CHECK(!sigismember(&pending, SIGTERM));

    sigset_t none;
    sigemptyset(&none);
    SUCCEED(sigprocmask(SIG_SETMASK, &none, NULL));
    EQUAL(count, 8);
    // Handlers run one inside the other's mask, so each begins when the one before has ended.
    const int must[] = {SIGUSR1, SIGUSR2, SIGRTMIN + 1, SIGRTMIN + 1, SIGRTMIN + 1, SIGRTMIN + 2, SIGRTMIN + 2, SIGRTMIN + 2};
    for (int i = 0; i < 8; i++)
        EQUAL(order[i], must[i]);
}
