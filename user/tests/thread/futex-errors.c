// What futex(2) refuses, and when it does not wait.
#include "../thread.h"

int main(void)
{
    static int word = 5, other;
    struct timespec none = {0, 0}, odd = {0, 1000000000}, negative = {-1, 0}, soon = {0, 20000000};
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 4, NULL, NULL, 0), EAGAIN);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 5, &none, NULL, 0), ETIMEDOUT);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 5, &soon, NULL, 0), ETIMEDOUT);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 5, &odd, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 5, &negative, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT, 5, BAD, NULL, 0), EFAULT);
    EXPECT_ERRNO(futex((char *)&word + 1, FUTEX_WAIT, 5, NULL, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex((char *)&word + 2, FUTEX_WAKE, 5, NULL, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex(BAD, FUTEX_WAIT, 5, NULL, NULL, 0), EFAULT);
    EXPECT_ERRNO(futex(BAD, FUTEX_WAIT_PRIVATE, 5, NULL, NULL, 0), EFAULT);
    EXPECT_ERRNO(futex(&word, FUTEX_WAIT_BITSET, 5, NULL, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_WAKE_BITSET, 5, NULL, NULL, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_REQUEUE, -1, (void *)0l, &other, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_REQUEUE, 0, (void *)-1l, &other, 0), EINVAL);
    EXPECT_ERRNO(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1l, &other, 4), EAGAIN);
    EXPECT_ERRNO(futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0), ENOSYS);
    EXPECT_ERRNO(futex(&word, 100, 1, NULL, NULL, 0), ENOSYS);
    EQUAL(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    EQUAL(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1l, &other, 5), 0);
    EQUAL(word, 5);
}
