// A thread is cancelled in a call that waits, and its clean-up runs; who computes is cancelled where it says so.
#include "../thread.h"

static atomic_int cleaned, ready;
static int ends[2];

static void clean(void *what)
{
    cleaned += (int)(long)what;
}

static void *read_forever(void *unused)
{
    char byte;
    pthread_cleanup_push(clean, (void *)1);
    ready++;
    read(ends[0], &byte, 1);
    pthread_cleanup_pop(0);
    return unused;
}

static void *pause_forever(void *unused)
{
    pthread_cleanup_push(clean, (void *)10);
    ready++;
    for (;;)
        pause();
    pthread_cleanup_pop(0);
    return unused;
}

static void *compute(void *unused)
{
    pthread_cleanup_push(clean, (void *)100);
    ready++;
    for (;;)
        pthread_testcancel();
    pthread_cleanup_pop(0);
    return unused;
}

static void *compute_deaf(void *unused)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    ready++;
    for (volatile long i = 0;; i++) {
    }
    return unused;
}

int main(void)
{
    SUCCEED(pipe(ends));
    void *(*bodies[])(void *) = {read_forever, pause_forever, compute, compute_deaf};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(bodies[i], NULL);
    WAIT_UNTIL(ready == 4);
    for (int i = 0; i < 4; i++) {
        WORK(pthread_cancel(threads[i]));
        EQUAL(finish(threads[i]), (long)PTHREAD_CANCELED);
    }
    EQUAL(cleaned, 111);
}
