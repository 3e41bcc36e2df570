// Each thread has its own variables, which begin as the program says; destructors of keys run at its end.
#include "../thread.h"

static __thread int own = 7;
static __thread char zeros[5000];
static pthread_key_t key;
static atomic_int destroyed;

static void destroy(void *value)
{
    destroyed += (int)(long)value;
}

static void *body(void *number)
{
    EQUAL(own, 7);
    EQUAL(zeros[4999], 0);
    own = (int)(long)number;
    memset(zeros, own, sizeof zeros);
    WORK(pthread_setspecific(key, number));
    for (int i = 0; i < 20; i++) {
        sched_yield();
        EQUAL(own, (long)number);
        EQUAL(zeros[i * 200], (char)(long)number);
        EQUAL((long)pthread_getspecific(key), (long)number);
    }
    return &own;
}

int main(void)
{
    WORK(pthread_key_create(&key, destroy));
    pthread_t threads[8];
    own = 100;
    for (long i = 0; i < 8; i++)
        threads[i] = start_thread(body, (void *)(i + 1));
    for (int i = 0; i < 8; i++)
        CHECK(finish(threads[i]) != (long)&own);
    EQUAL(own, 100);
    EQUAL(destroyed, 36);
}
