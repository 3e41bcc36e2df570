// FUTEX_REQUEUE and FUTEX_CMP_REQUEUE: some are woken, others wait for another word from then on, in their order.
#include "../thread.h"

static int word, other;
static atomic_int order[6], next, ids[6];

static void *wait_here(void *number)
{
    long i = (long)number;
    ids[i] = thread_id();
    EQUAL(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
    order[next++] = (int)i;
    return NULL;
}

int main(void)
{
    pthread_t threads[6];
    for (long i = 0; i < 6; i++) {
        threads[i] = start_thread(wait_here, (void *)i);
        WAIT_UNTIL(ids[i] && sleeps(ids[i]));
    }
    EQUAL(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)3l, &other, 0), 4);
    WAIT_UNTIL(next == 1);
    EQUAL(futex(&word, FUTEX_REQUEUE, 0, (void *)1l, &other, 0), 1);
    EQUAL(futex(&word, FUTEX_WAKE, 10, NULL, NULL, 0), 1);
    WAIT_UNTIL(next == 2);
    for (int i = 2; i < 6; i++) {
        EQUAL(futex(&other, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
        WAIT_UNTIL(next == i + 1);
    }
    int must[] = {0, 5, 1, 2, 3, 4};
    for (int i = 0; i < 6; i++) {
        EQUAL(order[i], must[i]);
        finish(threads[i]);
    }
}
