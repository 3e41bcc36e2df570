// A signal for a thread is that thread's: its handler runs there, and it is pending for no other.
#include "../thread.h"

static atomic_int id, handled_by, let_go, calls;

static void handle(int signal)
{
    (void)signal;
    handled_by = thread_id();
    calls++;
}

static void *body(void *unused)
{
    id = thread_id();
    while (!let_go)
        pause();
    return unused;
}

static void *body_blocked(void *unused)
{
    sigset_t set, pending;
    sigfillset(&set);
    WORK(pthread_sigmask(SIG_SETMASK, &set, NULL));
    id = thread_id();
    WAIT_UNTIL(let_go);
    SUCCEED(sigpending(&pending));
    EQUAL(sigismember(&pending, SIGUSR1), 1);
    int taken;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    WORK(sigwait(&set, &taken));
    EQUAL(taken, SIGUSR1);
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    pthread_t thread = start_thread(body, NULL);
    WAIT_UNTIL(id);
    for (int i = 1; i <= 50; i++) {
        if (i == 50)
            let_go = 1;
        WORK(pthread_kill(thread, SIGUSR1));
        WAIT_UNTIL(calls == i);
        EQUAL(handled_by, id);
    }
    finish(thread);

    id = let_go = calls = 0;
    thread = start_thread(body_blocked, NULL);
    WAIT_UNTIL(id);
    WORK(pthread_kill(thread, SIGUSR1));
    sigset_t pending;
    SUCCEED(sigpending(&pending));
    EQUAL(sigismember(&pending, SIGUSR1), 0);
    let_go = 1;
    finish(thread);
    EQUAL(calls, 0);
}
