// What is blocked is a thread's own; a new thread begins with its maker's, and with nothing pending.
#include "../thread.h"

static sigset_t blocked(void)
{
    sigset_t set;
    WORK(pthread_sigmask(SIG_SETMASK, NULL, &set));
    return set;
}

static void *body(void *unused)
{
    sigset_t set = blocked(), pending;
    EQUAL(sigismember(&set, SIGUSR1), 1);
    EQUAL(sigismember(&set, SIGUSR2), 0);
    SUCCEED(sigpending(&pending));
    EQUAL(sigismember(&pending, SIGUSR1), 0);
    sigaddset(&set, SIGUSR2);
    sigdelset(&set, SIGUSR1);
    WORK(pthread_sigmask(SIG_SETMASK, &set, NULL));
    set = blocked();
    EQUAL(sigismember(&set, SIGUSR2), 1);
    return unused;
}

int main(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    WORK(pthread_sigmask(SIG_BLOCK, &set, NULL));
    WORK(pthread_kill(pthread_self(), SIGUSR1));
    finish(start_thread(body, NULL));
    set = blocked();
    EQUAL(sigismember(&set, SIGUSR1), 1);
    EQUAL(sigismember(&set, SIGUSR2), 0);
    SUCCEED(sigpending(&set));
    EQUAL(sigismember(&set, SIGUSR1), 1);
}
