// FUTEX_WAKE_OP changes a word, and wakes those who wait for it too if it was as asked for.
#include "../thread.h"

static int word, other;
static atomic_int ids[2];

static void *wait_here(void *unused)
{
    (void)unused;
    ids[0] = thread_id();
    EQUAL(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), 0);
    return NULL;
}

static void *wait_there(void *value)
{
    ids[1] = thread_id();
    EQUAL(futex(&other, FUTEX_WAIT, (long)value, NULL, NULL, 0), 0);
    return NULL;
}

static long change(int operation)
{
    return futex(&word, FUTEX_WAKE_OP, 1, (void *)1l, &other, operation);
}

int main(void)
{
    EQUAL(change(FUTEX_OP(FUTEX_OP_SET, 12, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 12);
    EQUAL(change(FUTEX_OP(FUTEX_OP_ADD, -5, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 7);
    EQUAL(change(FUTEX_OP(FUTEX_OP_OR, 8, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 15);
    EQUAL(change(FUTEX_OP(FUTEX_OP_ANDN, 3, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 12);
    EQUAL(change(FUTEX_OP(FUTEX_OP_XOR, 5, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 9);
    EQUAL(change(FUTEX_OP(FUTEX_OP_SET | FUTEX_OP_OPARG_SHIFT, 6, FUTEX_OP_CMP_EQ, 0)), 0);
    EQUAL(other, 64);
    EXPECT_ERRNO(change(FUTEX_OP(FUTEX_OP_SET, 1, 9, 0)), ENOSYS);
    EXPECT_ERRNO(futex(&word, FUTEX_WAKE_OP, 1, (void *)1l, BAD, 0), EFAULT);

    struct { int comparison, against, woken; } cases[] = {
        {FUTEX_OP_CMP_EQ, 20, 2}, {FUTEX_OP_CMP_EQ, 21, 1}, {FUTEX_OP_CMP_NE, 20, 1}, {FUTEX_OP_CMP_NE, -1, 2},
        {FUTEX_OP_CMP_LT, 21, 2}, {FUTEX_OP_CMP_LT, 20, 1}, {FUTEX_OP_CMP_LE, 20, 2}, {FUTEX_OP_CMP_LE, 19, 1},
        {FUTEX_OP_CMP_GT, -3, 2}, {FUTEX_OP_CMP_GT, 20, 1}, {FUTEX_OP_CMP_GE, 20, 2}, {FUTEX_OP_CMP_GE, 21, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        other = 20;
        ids[0] = ids[1] = 0;
        pthread_t here = start_thread(wait_here, NULL), there = start_thread(wait_there, (void *)20l);
        WAIT_UNTIL(ids[0] && sleeps(ids[0]) && ids[1] && sleeps(ids[1]));
        EQUAL(change(FUTEX_OP(FUTEX_OP_ADD, 1, cases[i].comparison, cases[i].against)), cases[i].woken);
        EQUAL(other, 21);
        if (cases[i].woken == 1)
            EQUAL(futex(&other, FUTEX_WAKE, 1, NULL, NULL, 0), 1);
        finish(here);
        finish(there);
    }
}
