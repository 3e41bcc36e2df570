// A signal's handler ends a wait with a time by EINTR, even with SA_RESTART; a wait without a time goes on then.
#include "../thread.h"
#include <sys/time.h>

static int word;
static atomic_int calls;

static void handle(int signal)
{
    (void)signal;
    calls++;
}

static void ring_soon(void)
{
    struct itimerval soon = {.it_value = {0, 30000}};
    SUCCEED(setitimer(ITIMER_REAL, &soon, NULL));
}

static void *wake_later(void *unused)
{
    WAIT_UNTIL(calls == 3);
    usleep(20000);
    word = 1;
    EQUAL(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
    return unused;
}

int main(void)
{
    struct timespec long_time = {20, 0};
    struct sigaction action = {.sa_handler = handle};
    SUCCEED(sigaction(SIGALRM, &action, NULL));
    ring_soon();
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EINTR);
    EQUAL(calls, 1);
    action.sa_flags = SA_RESTART;
    SUCCEED(sigaction(SIGALRM, &action, NULL));
    ring_soon();
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 0, &long_time, NULL, 0), EINTR);
    EQUAL(calls, 2);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    WORK(pthread_sigmask(SIG_BLOCK, &set, NULL));
    pthread_t thread = start_thread(wake_later, NULL);
    WORK(pthread_sigmask(SIG_UNBLOCK, &set, NULL));
    ring_soon();
    EQUAL(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
    EQUAL(calls, 3);
    finish(thread);
}
