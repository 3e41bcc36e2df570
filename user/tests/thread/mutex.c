// A mutex keeps threads apart, however they are interrupted.
#include "../thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile long count;

static void *body(void *unused)
{
    for (int i = 0; i < 5000; i++) {
        WORK(pthread_mutex_lock(&mutex));
        long seen = count;
        if (i % 100 == 0)
            sched_yield();
        count = seen + 1;
        WORK(pthread_mutex_unlock(&mutex));
    }
    return unused;
}

int main(void)
{
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        threads[i] = start_thread(body, NULL);
    for (int i = 0; i < 6; i++)
        finish(threads[i]);
    EQUAL(count, 6 * 5000);

    WORK(pthread_mutex_lock(&mutex));
    EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
    struct timespec soon;
    SUCCEED(clock_gettime(CLOCK_REALTIME, &soon));
    soon.tv_sec -= 1;
    EQUAL(pthread_mutex_timedlock(&mutex, &soon), ETIMEDOUT);
}
