// build: musl
// readv(2) and writev(2): several pieces at once.
#include "../test.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>

int main(void)
{
    char a[3], b[1], c[100];
    struct iovec into[] = {{a, 3}, {NULL, 0}, {b, 1}, {c, 100}};
    int file = SUCCEED(open(FILES "hello", O_RDONLY));
    EQUAL(readv(file, into, 4), 13);
    CHECK(memcmp(a, "hel", 3) == 0 && b[0] == 'l' && memcmp(c, "o, world\n", 9) == 0);
    EQUAL(readv(file, into, 4), 0);
    EQUAL(readv(file, into, 0), 0);

    struct iovec from[] = {{"writ", 4}, {"", 0}, {"ten\n", 4}};
    EQUAL(writev(1, from, 3), 8);

    static struct iovec many[IOV_MAX + 1];
    EQUAL(readv(file, many, IOV_MAX), 0);
    EXPECT_ERRNO(readv(file, many, IOV_MAX + 1), EINVAL);
    volatile int negative = -1;
    EXPECT_ERRNO(readv(file, into, negative), EINVAL);
    into[0].iov_len = -1;
    EXPECT_ERRNO(readv(file, into, 1), EINVAL);
    EXPECT_ERRNO(writev(999, from, 3), EBADF);

    // A bad piece after a good one: what the good one took.
    struct iovec half[] = {{a, 3}, {BAD, 3}};
    SUCCEED(lseek(file, 0, SEEK_SET));
    EQUAL(readv(file, half, 2), 3);
    EQUAL(lseek(file, 0, SEEK_CUR), 3);
}
