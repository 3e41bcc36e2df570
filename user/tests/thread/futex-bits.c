// FUTEX_WAIT_BITSET and FUTEX_WAKE_BITSET: who is woken has a bit in common; its time is absolute, by either clock.
#include "../thread.h"

static int word;
static atomic_int ids[3], woken[3];

static void *wait_for_bit(void *number)
{
    long i = (long)number;
    ids[i] = thread_id();
    EQUAL(futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 1u << i), 0);
    woken[i] = 1;
    return NULL;
}

static void check_clock(int clock, int option)
{
    struct timespec end, now;
    SUCCEED(clock_gettime(clock, &end));
    struct timespec past = {end.tv_sec > 0 ? end.tv_sec - 1 : 0, 0};
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT_BITSET | option, 0, &past, NULL, 1), ETIMEDOUT);
    end.tv_nsec += 40000000;
    end.tv_sec += end.tv_nsec / 1000000000;
    end.tv_nsec %= 1000000000;
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT_BITSET | option, 0, &end, NULL, 1), ETIMEDOUT);
    SUCCEED(clock_gettime(clock, &now));
    CHECK(now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec));
    CHECK(now.tv_sec - end.tv_sec < 10);
}

int main(void)
{
    pthread_t threads[3];
    for (long i = 0; i < 3; i++) {
        threads[i] = start_thread(wait_for_bit, (void *)i);
        WAIT_UNTIL(ids[i] && sleeps(ids[i]));
    }
    EQUAL(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 8), 0);
    EQUAL(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 2), 1);
    WAIT_UNTIL(woken[1]);
    EQUAL(futex(&word, FUTEX_WAKE_BITSET, 9, NULL, NULL, 4 | 8), 1);
    WAIT_UNTIL(woken[2]);
    EQUAL(futex(&word, FUTEX_WAKE, 9, NULL, NULL, 0), 1);
    for (int i = 0; i < 3; i++)
        finish(threads[i]);
    check_clock(CLOCK_MONOTONIC, 0);
    check_clock(CLOCK_REALTIME, FUTEX_CLOCK_REALTIME);
}
