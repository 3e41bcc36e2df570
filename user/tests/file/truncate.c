// build: musl
// truncate(2) and ftruncate(2): shorter, longer with zeros, and what cannot be cut.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "/tmp/truncate-test"

int main(void)
{
    char text[5000];
    int file = SUCCEED(open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600));
    memset(text, 'x', sizeof text);
    EQUAL(write(file, text, 5000), 5000);
    SUCCEED(ftruncate(file, 10));
    SUCCEED(ftruncate(file, 4990));
    EQUAL(pread(file, text, 5000, 0), 4990);
    for (int i = 0; i < 4990; i++)
        EQUAL(text[i], i < 10 ? 'x' : 0);
    EQUAL(lseek(file, 0, SEEK_CUR), 5000);
    SUCCEED(truncate(NAME, 3));
    struct stat about;
    SUCCEED(fstat(file, &about));
    EQUAL(about.st_size, 3);

    EXPECT_ERRNO(ftruncate(file, -1), EINVAL);
    EXPECT_ERRNO(ftruncate(SUCCEED(open(NAME, O_RDONLY)), 0), EINVAL);
    EXPECT_ERRNO(ftruncate(999, 0), EBADF);
    EXPECT_ERRNO(truncate(NAME, -1), EINVAL);
    EXPECT_ERRNO(truncate("/tmp", 0), EISDIR);
    EXPECT_ERRNO(truncate("/tmp/nothing-here", 0), ENOENT);
    EXPECT_ERRNO(truncate(NAME "/x", 0), ENOTDIR);
    EXPECT_ERRNO(truncate(BAD, 0), EFAULT);
    SUCCEED(fsync(file));
    SUCCEED(fdatasync(file));
    EXPECT_ERRNO(fsync(999), EBADF);
    SUCCEED(unlink(NAME));
}
