// As many are woken as are asked for, and only those who wait for that word.
#include "../thread.h"

static int word, elsewhere;
static atomic_int woken, ids[5];

static void *wait_here(void *place)
{
    *(atomic_int *)place = thread_id();
    EQUAL(futex(&word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0), 0);
    woken++;
    return NULL;
}

int main(void)
{
    pthread_t threads[5];
    for (int i = 0; i < 5; i++)
        threads[i] = start_thread(wait_here, (void *)&ids[i]);
    for (int i = 0; i < 5; i++)
        WAIT_UNTIL(ids[i] && sleeps(ids[i]));
    EQUAL(futex(&elsewhere, FUTEX_WAKE_PRIVATE, 5, NULL, NULL, 0), 0);
    EQUAL(futex(&word, FUTEX_WAKE_PRIVATE, 2, NULL, NULL, 0), 2);
    WAIT_UNTIL(woken == 2);
    usleep(20000);
    EQUAL(woken, 2);
    EQUAL(futex(&word, FUTEX_WAKE_PRIVATE, 100, NULL, NULL, 0), 3);
    for (int i = 0; i < 5; i++)
        finish(threads[i]);
    EQUAL(futex(&word, FUTEX_WAKE_PRIVATE, 100, NULL, NULL, 0), 0);
}
