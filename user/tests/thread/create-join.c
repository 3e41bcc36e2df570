// Threads are made, run beside each other, and hand back a value.
#include "../thread.h"

static atomic_int running;

static void *body(void *number)
{
    running++;
    WAIT_UNTIL(running == 40);
    return (void *)((long)number * 3);
}

int main(void)
{
    pthread_t threads[40];
    for (long i = 0; i < 40; i++)
        threads[i] = start_thread(body, (void *)i);
    for (long i = 0; i < 40; i++)
        EQUAL(finish(threads[i]), i * 3);
}
