// Locks that hold their holder's number: FUTEX_LOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_UNLOCK_PI.
#include "../thread.h"

static unsigned word;
static atomic_int ids[3], got[3], order;

static void *take(void *number)
{
    long i = (long)number;
    ids[i] = thread_id();
    EQUAL(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
    EQUAL(word & FUTEX_TID_MASK, ids[i]);
    got[i] = ++order;
    EQUAL(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
    return NULL;
}

static void *die_with_it(void *unused)
{
    EQUAL(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
    ids[0] = thread_id();
    WAIT_UNTIL(ids[1] && sleeps(ids[1]));
    return unused;
}

static void *inherit(void *unused)
{
    ids[1] = thread_id();
    EQUAL(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
    EQUAL(word & FUTEX_TID_MASK, ids[1]);
    CHECK(word & FUTEX_OWNER_DIED);
    EQUAL(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
    return unused;
}

int main(void)
{
    EQUAL(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
    EQUAL(word, getpid());
    EXPECT_ERRNO(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK);
    EXPECT_ERRNO(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0), EDEADLK);
    pthread_t threads[3];
    for (long i = 0; i < 3; i++) {
        threads[i] = start_thread(take, (void *)i);
        WAIT_UNTIL(ids[i] && sleeps(ids[i]));
    }
    EQUAL(word, getpid() | FUTEX_WAITERS);
    EQUAL(order, 0);
    EQUAL(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
    for (int i = 0; i < 3; i++) {
        finish(threads[i]);
        EQUAL(got[i], i + 1);
    }
    EQUAL(word, 0);
    EXPECT_ERRNO(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), EPERM);

    word = 0x3ffffff0;
    EXPECT_ERRNO(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), ESRCH);
    word = getppid() > 0 ? 1 : getpid();
    if (word == 1 && getpid() != 1) {
        struct timespec past = {0, 0};
        EXPECT_ERRNO(futex(&word, FUTEX_LOCK_PI, 0, &past, NULL, 0), ETIMEDOUT);
    }

    word = ids[0] = ids[1] = 0;
    pthread_t dying = start_thread(die_with_it, NULL);
    WAIT_UNTIL(ids[0]);
    pthread_t heir = start_thread(inherit, NULL);
    finish(dying);
    finish(heir);
    EQUAL(word & FUTEX_TID_MASK, 0);
}
