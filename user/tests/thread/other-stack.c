// Each thread has an alternate signal stack of its own; a new one has none.
#include "../thread.h"

static atomic_int on_it;
static __thread char *low;

static void handle(int signal)
{
    char here;
    (void)signal;
    on_it += &here > low && &here < low + 65536;
}

static void *body(void *unused)
{
    stack_t stack;
    SUCCEED(sigaltstack(NULL, &stack));
    EQUAL(stack.ss_flags, SS_DISABLE);
    low = malloc(65536);
    stack = (stack_t){.ss_sp = low, .ss_size = 65536};
    SUCCEED(sigaltstack(&stack, NULL));
    WORK(pthread_kill(pthread_self(), SIGUSR1));
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    SUCCEED(sigaction(SIGUSR1, &action, NULL));
    low = malloc(65536);
    stack_t stack = {.ss_sp = low, .ss_size = 65536};
    SUCCEED(sigaltstack(&stack, NULL));
    for (int i = 0; i < 3; i++)
        finish(start_thread(body, NULL));
    WORK(pthread_kill(pthread_self(), SIGUSR1));
    EQUAL(on_it, 4);
}
