// preadv2(2), pwritev2(2)
#include "../test.h"
#include <fcntl.h>
#include <sys/uio.h>

#define FILE_ "/tmp/vectors2-test"

int main(void)
{
    unlink(FILE_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0644));
    char back[10] = {0};
    struct iovec out[2] = {{"abc", 3}, {"de", 2}}, in = {back, 10};
    EQUAL(pwritev2(file, out, 2, -1, 0), 5);
    EQUAL(lseek(file, 0, SEEK_CUR), 5);
    EQUAL(pwritev2(file, out, 1, 1, RWF_DSYNC), 3);
    EQUAL(lseek(file, 0, SEEK_CUR), 5);
    EQUAL(preadv2(file, &in, 1, 0, RWF_HIPRI), 5);
    EQUAL(memcmp(back, "aabce", 5), 0);
    EQUAL(preadv2(file, &in, 1, -1, 0), 0);
    EQUAL(pwritev2(file, out, 1, 0, RWF_APPEND), 3);
    EQUAL(lseek(file, 0, SEEK_END), 8);
    EXPECT_ERRNO(preadv2(file, &in, 1, -2, 0), EINVAL);
    EXPECT_ERRNO(preadv2(file, &in, 1, 0, 0x1000), EOPNOTSUPP);
    EXPECT_ERRNO(pwritev2(file, out, 1, 0, 0x1000), EOPNOTSUPP);
    EXPECT_ERRNO(preadv2(999, &in, 1, 0, 0), EBADF);
    EXPECT_ERRNO(preadv2(file, BAD, 1, 0, 0), EFAULT);
    EXPECT_ERRNO(preadv2(file, &in, 1025, 0, 0), EINVAL);
    int ends[2];
    SUCCEED(pipe(ends));
    EQUAL(pwritev2(ends[1], out, 2, -1, 0), 5);
    EXPECT_ERRNO(pwritev2(ends[1], out, 2, 0, 0), ESPIPE);
    EQUAL(preadv2(ends[0], &in, 1, -1, 0), 5);
    SUCCEED(unlink(FILE_));
}
