// Hundreds of threads at once, and thousands one after the other.
#include "../thread.h"

static atomic_int running, ended;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t go = PTHREAD_COND_INITIALIZER;
static int open_now;

static void *wait_for_all(void *unused)
{
    WORK(pthread_mutex_lock(&mutex));
    running++;
    while (!open_now)
        WORK(pthread_cond_wait(&go, &mutex));
    WORK(pthread_mutex_unlock(&mutex));
    return unused;
}

static void *end_soon(void *unused)
{
    ended++;
    return unused;
}

int main(void)
{
    enum { AT_ONCE = 300, AFTER_EACH_OTHER = 2000 };
    static pthread_t threads[AT_ONCE];
    pthread_attr_t small;
    WORK(pthread_attr_init(&small));
    WORK(pthread_attr_setstacksize(&small, 65536));
    for (int i = 0; i < AT_ONCE; i++)
        WORK(pthread_create(&threads[i], &small, wait_for_all, NULL));
    WAIT_UNTIL(running == AT_ONCE);
    WORK(pthread_mutex_lock(&mutex));
    open_now = 1;
    WORK(pthread_cond_broadcast(&go));
    WORK(pthread_mutex_unlock(&mutex));
    for (int i = 0; i < AT_ONCE; i++)
        finish(threads[i]);
    for (int i = 0; i < AFTER_EACH_OTHER; i++) {
        pthread_t thread;
        WORK(pthread_create(&thread, &small, end_soon, NULL));
        if (i % 2)
            WORK(pthread_detach(thread));
        else
            finish(thread);
    }
    WAIT_UNTIL(ended == AFTER_EACH_OTHER);
}
