// Condition variables: everything that is produced is consumed once, a wait can end by a clock, and all can be woken.
#include "../thread.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int stock, produced, open_now, waiting;

static void *consume(void *unused)
{
    (void)unused;
    long consumed = 0;
    WORK(pthread_mutex_lock(&mutex));
    for (;;) {
        while (stock == 0 && produced < 3000)
            WORK(pthread_cond_wait(&changed, &mutex));
        if (stock == 0)
            break;
        stock--;
        consumed++;
    }
    WORK(pthread_mutex_unlock(&mutex));
    return (void *)consumed;
}

static void *wait_for_all(void *unused)
{
    WORK(pthread_mutex_lock(&mutex));
    waiting++;
    while (!open_now)
        WORK(pthread_cond_wait(&changed, &mutex));
    WORK(pthread_mutex_unlock(&mutex));
    return unused;
}

int main(void)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(consume, NULL);
    for (int i = 0; i < 3000; i++) {
        WORK(pthread_mutex_lock(&mutex));
        stock++;
        produced++;
        WORK(pthread_cond_signal(&changed));
        WORK(pthread_mutex_unlock(&mutex));
    }
    WORK(pthread_cond_broadcast(&changed));
    long sum = 0;
    for (int i = 0; i < 4; i++)
        sum += finish(threads[i]);
    EQUAL(sum, 3000);

    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(wait_for_all, NULL);
    WAIT_UNTIL((pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex), waiting == 4));
    WORK(pthread_mutex_lock(&mutex));
    open_now = 1;
    WORK(pthread_cond_broadcast(&changed));
    WORK(pthread_mutex_unlock(&mutex));
    for (int i = 0; i < 4; i++)
        finish(threads[i]);

    pthread_condattr_t by_clock;
    pthread_cond_t timed;
    WORK(pthread_condattr_init(&by_clock));
    WORK(pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC));
    WORK(pthread_cond_init(&timed, &by_clock));
    struct timespec start, end, now;
    SUCCEED(clock_gettime(CLOCK_MONOTONIC, &start));
    end = start;
    end.tv_nsec += 30 * 1000 * 1000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    WORK(pthread_mutex_lock(&mutex));
    EQUAL(pthread_cond_timedwait(&timed, &mutex, &end), ETIMEDOUT);
    SUCCEED(clock_gettime(CLOCK_MONOTONIC, &now));
    CHECK(now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec));
}
