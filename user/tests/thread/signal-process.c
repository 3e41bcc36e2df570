// A signal for a process is taken by a thread that does not block it, or that waits for it; one thread alone takes it.
#include "../thread.h"

static atomic_int handled_by, calls, ids[3], let_go;

static void handle(int signal)
{
    (void)signal;
    handled_by = thread_id();
    calls++;
}

static void *body(void *place)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    WORK(pthread_sigmask(SIG_UNBLOCK, &set, NULL));
    *(atomic_int *)place = thread_id();
    while (!let_go)
        usleep(2000);
    return NULL;
}

static void *wait_for_it(void *place)
{
    sigset_t set;
    int taken;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    *(atomic_int *)place = thread_id();
    WORK(sigwait(&set, &taken));
    return (void *)(long)taken;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(sigaction(SIGUSR2, &action, NULL));
    sigset_t set;
    sigfillset(&set);
    WORK(pthread_sigmask(SIG_SETMASK, &set, NULL));
    pthread_t first = start_thread(body, (void *)&ids[0]), second = start_thread(body, (void *)&ids[1]);
    pthread_t third = start_thread(wait_for_it, (void *)&ids[2]);
    WAIT_UNTIL(ids[0] && ids[1] && ids[2]);
    for (int i = 1; i <= 100; i++) {
        SUCCEED(kill(getpid(), SIGUSR1));
        WAIT_UNTIL(calls >= i);
        CHECK(handled_by == ids[0] || handled_by == ids[1]);
    }
    EQUAL(calls, 100);
    SUCCEED(kill(getpid(), SIGUSR2));
    EQUAL(finish(third), SIGUSR2);
    EQUAL(calls, 100);
    let_go = 1;
    finish(first);
    finish(second);
}
