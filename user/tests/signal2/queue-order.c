// build: musl
// Real-time signals queue: each comes as often as it was sent, in that order, the lowest number first; standard ones come before.
#include "../signals.h"

static int order[32], values[32];

static void write_down(int signal, siginfo_t *info, void *context)
{
    (void)context;
    order[caught] = signal;
    values[caught++] = info->si_value.sival_int;
}

int main(void)
{
    int low = SIGRTMIN + 1, high = SIGRTMIN + 4;
    sigset_t all, old;
    sigfillset(&all);
    SUCCEED(sigprocmask(SIG_SETMASK, &all, &old));
    const int signals[] = {SIGUSR1, low, high};
    for (int i = 0; i < 3; i++) {
        struct sigaction action = {.sa_sigaction = write_down, .sa_flags = SA_SIGINFO, .sa_mask = all};
        SUCCEED(sigaction(signals[i], &action, NULL));
    }
    for (int i = 0; i < 5; i++) {
        SUCCEED(sigqueue(getpid(), high, (union sigval){.sival_int = i}));
        SUCCEED(sigqueue(getpid(), low, (union sigval){.sival_int = 100 + i}));
        SUCCEED(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 200 + i}));
    }
    // The one with the lowest number is taken first; a handler that is entered later runs before the earlier ones, unless they
    // block it, as these do.
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, low);
    sigaddset(&set, high);
    EQUAL(sigwaitinfo(&set, &info), SIGUSR1);
    EQUAL(info.si_value.sival_int, 200);
    EQUAL(sigwaitinfo(&set, &info), low);
    EQUAL(info.si_value.sival_int, 100);
    SUCCEED(sigprocmask(SIG_SETMASK, &old, NULL));
    EQUAL(caught, 9);
    for (int i = 0; i < 4; i++) {
        EQUAL(order[i], low);
        EQUAL(values[i], 101 + i);
    }
    for (int i = 0; i < 5; i++) {
        EQUAL(order[4 + i], high);
        EQUAL(values[4 + i], i);
    }
}
