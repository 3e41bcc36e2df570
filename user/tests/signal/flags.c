// build: musl
// SA_NODEFER, SA_RESETHAND and sa_mask: what may interrupt a handler, and what is left of it.
#include "../test.h"
#include <signal.h>

static volatile int depth, deepest, count;

static void nested(int signal)
{
    if (++depth > deepest)
        deepest = depth;
    if (++count < 3)
        kill(getpid(), signal);
    depth--;
}

static void run(int flags)
{
    struct sigaction action = {.sa_handler = nested, .sa_flags = flags};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    depth = deepest = count = 0;
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(count, 3);
}

static volatile int other_inside, inside;
static void other(int signal) { other_inside = signal && inside; }

static void masking(int signal)
{
    inside = 1;
    kill(getpid(), signal == SIGUSR1 ? SIGUSR2 : SIGUSR1);
    inside = 0;
}

int main(void)
{
    run(0);
    EQUAL(deepest, 1);
    run(SA_NODEFER);
    EQUAL(deepest, 3);

    struct sigaction action = {.sa_handler = masking}, old;
    signal(SIGUSR2, other);
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(other_inside, 1);
    sigaddset(&action.sa_mask, SIGUSR2);
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    other_inside = 9;
    SUCCEED(kill(getpid(), SIGUSR1));
    EQUAL(other_inside, 0);

    action.sa_handler = other;
    action.sa_flags = SA_RESETHAND;
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    SUCCEED(kill(getpid(), SIGUSR1));
    SUCCEED(sigaction(SIGUSR1, NULL, &old));
    CHECK(old.sa_handler == SIG_DFL);
}
