// build: musl
// pread(2), pwrite(2) and their vectors work at a position and leave the file's own alone.
#include "../test.h"
#include <fcntl.h>
#include <sys/uio.h>

int main(void)
{
    char text[16] = "";
    int file = SUCCEED(open(FILES "pattern", O_RDONLY));
    SUCCEED(lseek(file, 5, SEEK_SET));
    EQUAL(pread(file, text, 8, 4096), 8);
    CHECK(memcmp(text, "0004096\n", 8) == 0);
    EQUAL(pread(file, text, 8, 65560), 3);
    EQUAL(pread(file, text, 8, 1L << 40), 0);
    struct iovec pieces[] = {{text, 4}, {text + 4, 4}};
    EQUAL(preadv(file, pieces, 2, 8), 8);
    CHECK(memcmp(text, "0000008\n", 8) == 0);
    EQUAL(lseek(file, 0, SEEK_CUR), 5);
    EXPECT_ERRNO(pread(file, text, 8, -1), EINVAL);
    EXPECT_ERRNO(pread(file, BAD, 8, 0), EFAULT);
    EXPECT_ERRNO(pread(999, text, 8, 0), EBADF);
    EXPECT_ERRNO(pwrite(file, text, 8, 0), EBADF);
    EXPECT_ERRNO(preadv(file, pieces, 2, -1), EINVAL);

    file = SUCCEED(open("/tmp/position-test", O_RDWR | O_CREAT | O_TRUNC, 0600));
    SUCCEED(unlink("/tmp/position-test"));
    EQUAL(pwrite(file, "abc", 3, 10), 3);
    EQUAL(pwritev(file, pieces, 2, 20), 8);
    EQUAL(lseek(file, 0, SEEK_CUR), 0);
    EQUAL(lseek(file, 0, SEEK_END), 28);
    EQUAL(pread(file, text, 13, 0), 13);
    CHECK(memcmp(text, "\0\0\0\0\0\0\0\0\0\0abc", 13) == 0);
}
