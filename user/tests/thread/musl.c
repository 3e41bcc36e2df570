// build: musl
// The same by another C library: threads, their variables, cancelling, condition variables.
#include "../thread.h"

static __thread int own = 3;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn, cleaned;

static void *take_turns(void *number)
{
    EQUAL(own, 3);
    own = (int)(long)number;
    for (int round = 0; round < 200; round++) {
        WORK(pthread_mutex_lock(&mutex));
        while (turn % 3 != (long)number)
            WORK(pthread_cond_wait(&changed, &mutex));
        turn++;
        WORK(pthread_cond_broadcast(&changed));
        WORK(pthread_mutex_unlock(&mutex));
    }
    return (void *)(long)own;
}

static void clean(void *unused)
{
    (void)unused;
    cleaned++;
}

static void *sleep_long(void *unused)
{
    pthread_cleanup_push(clean, NULL);
    sleep(50);
    pthread_cleanup_pop(0);
    return unused;
}

int main(void)
{
    pthread_t threads[3];
    for (long i = 0; i < 3; i++)
        threads[i] = start_thread(take_turns, (void *)i);
    for (long i = 0; i < 3; i++)
        EQUAL(finish(threads[i]), i);
    EQUAL(turn, 600);
    pthread_t sleeper = start_thread(sleep_long, NULL);
    usleep(10000);
    WORK(pthread_cancel(sleeper));
    EQUAL(finish(sleeper), (long)PTHREAD_CANCELED);
    EQUAL(cleaned, 1);
}
