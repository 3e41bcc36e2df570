// Barriers let threads go on together; of a read-write lock's holders there are many readers or one writer.
#include "../thread.h"

static pthread_barrier_t barrier;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static atomic_int arrived, writers, readers, most_readers;

static void *body(void *unused)
{
    long serial = 0;
    for (int round = 1; round <= 20; round++) {
        arrived++;
        int told = pthread_barrier_wait(&barrier);
        CHECK(told == 0 || told == PTHREAD_BARRIER_SERIAL_THREAD);
        CHECK(arrived >= round * 5);
        serial += told == PTHREAD_BARRIER_SERIAL_THREAD;

        WORK(pthread_rwlock_rdlock(&lock));
        int now = ++readers;
        if (now > most_readers)
            most_readers = now;
        EQUAL(writers, 0);
        sched_yield();
        readers--;
        WORK(pthread_rwlock_unlock(&lock));

        WORK(pthread_rwlock_wrlock(&lock));
        EQUAL(++writers, 1);
        EQUAL(readers, 0);
        sched_yield();
        writers--;
        WORK(pthread_rwlock_unlock(&lock));
    }
    (void)unused;
    return (void *)serial;
}

int main(void)
{
    WORK(pthread_barrier_init(&barrier, NULL, 5));
    pthread_t threads[5];
    for (int i = 0; i < 5; i++)
        threads[i] = start_thread(body, NULL);
    long serial = 0;
    for (int i = 0; i < 5; i++)
        serial += finish(threads[i]);
    EQUAL(serial, 20);
}
