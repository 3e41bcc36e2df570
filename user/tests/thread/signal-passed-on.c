// A signal for the process that all threads block waits for the first that does not any more; one that was meant for a thread that
// ends is not lost.
#include "../thread.h"

static atomic_int calls, handled_by, id, let_go;

static void handle(int signal)
{
    (void)signal;
    handled_by = thread_id();
    calls++;
}

static void *unblock_later(void *unused)
{
    sigset_t set;
    id = thread_id();
    WAIT_UNTIL(let_go);
    sigemptyset(&set);
    WORK(pthread_sigmask(SIG_SETMASK, &set, NULL));
    return unused;
}

// Blocks what it may have been chosen for already.
static void *block_and_end(void *unused)
{
    sigset_t set;
    sigfillset(&set);
    WORK(pthread_sigmask(SIG_SETMASK, &set, NULL));
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    WORK(pthread_sigmask(SIG_SETMASK, &all, NULL));
    pthread_t thread = start_thread(unblock_later, NULL);
    WAIT_UNTIL(id);
    SUCCEED(kill(getpid(), SIGUSR1));
    sigset_t pending;
    SUCCEED(sigpending(&pending));
    EQUAL(sigismember(&pending, SIGUSR1), 1);
    EQUAL(calls, 0);
    let_go = 1;
    finish(thread);
    EQUAL(calls, 1);
    EQUAL(handled_by, id);

    WORK(pthread_sigmask(SIG_SETMASK, &none, NULL));
    for (int i = 2; i < 60; i++) {
        thread = start_thread(block_and_end, NULL);
        SUCCEED(kill(getpid(), SIGUSR1));
        finish(thread);
        WAIT_UNTIL(calls == i);
    }
}
