// A timer can send its signal to one thread, or have a thread made for each time that it rings.
#include "../thread.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static atomic_int id, rung_in, calls, let_go, made_calls;

static void handle(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    EQUAL(info->si_code, SI_TIMER);
    EQUAL(info->si_value.sival_int, 77);
    rung_in = thread_id();
    calls++;
}

static void *body(void *unused)
{
    id = thread_id();
    while (!let_go)
        usleep(1000);
    return unused;
}

static void be_made(union sigval value)
{
    EQUAL(value.sival_int, 5);
    CHECK(thread_id() != getpid());
    made_calls++;
}

int main(void)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    pthread_t thread = start_thread(body, NULL);
    WAIT_UNTIL(id);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    event.sigev_notify_thread_id = id;
    timer_t timer;
    SUCCEED(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec every = {{0, 3000000}, {0, 3000000}};
    SUCCEED(timer_settime(timer, 0, &every, NULL));
    WAIT_UNTIL(calls >= 5);
    EQUAL(rung_in, id);
    SUCCEED(timer_delete(timer));
    let_go = 1;
    finish(thread);

    event = (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_value.sival_int = 5};
    event.sigev_notify_function = be_made;
    SUCCEED(timer_create(CLOCK_MONOTONIC, &event, &timer));
    SUCCEED(timer_settime(timer, 0, &every, NULL));
    WAIT_UNTIL(made_calls >= 3);
    SUCCEED(timer_delete(timer));
}
