// open(2) with O_TMPFILE, and linkat(2) that gives such a file a name.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "/tmp/nameless-name"

int main(void)
{
    unlink(NAME);
    int file = open("/tmp", O_RDWR | O_TMPFILE, 0640);
    if (file == -1 && errno == EOPNOTSUPP)
        SKIP("this file system has no files without names");
    SUCCEED(file);
    struct stat status;
    SUCCEED(fstat(file, &status));
    EQUAL(status.st_nlink, 0);
    EQUAL(write(file, "abc", 3), 3);
    SUCCEED(linkat(file, "", AT_FDCWD, NAME, AT_EMPTY_PATH));
    SUCCEED(stat(NAME, &status));
    EQUAL(status.st_nlink, 1);
    EQUAL(status.st_size, 3);
    EXPECT_ERRNO(linkat(file, "", AT_FDCWD, NAME, AT_EMPTY_PATH), EEXIST);
    SUCCEED(unlink(NAME));

    int shut = SUCCEED(open("/tmp", O_WRONLY | O_TMPFILE | O_EXCL, 0600));
    EXPECT_ERRNO(linkat(shut, "", AT_FDCWD, NAME, AT_EMPTY_PATH), ENOENT);
    EXPECT_ERRNO(open("/tmp", O_RDONLY | O_TMPFILE, 0600), EINVAL);
    EXPECT_ERRNO(open("/tmp", O_RDWR | O_TMPFILE | O_CREAT, 0600), EINVAL);
    EXPECT_ERRNO(open("/dev/null", O_RDWR | O_TMPFILE, 0600), ENOTDIR);
    EXPECT_ERRNO(open("/tmp/none", O_RDWR | O_TMPFILE, 0600), ENOENT);

    // What had a name and lost it gets none again.
    int lost = SUCCEED(open(NAME, O_RDWR | O_CREAT, 0600));
    SUCCEED(unlink(NAME));
    EXPECT_ERRNO(linkat(lost, "", AT_FDCWD, NAME, AT_EMPTY_PATH), ENOENT);
    EXPECT_ERRNO(linkat(lost, "", AT_FDCWD, NAME, 0), ENOENT);
    EXPECT_ERRNO(linkat(lost, "", AT_FDCWD, NAME, 0x40), EINVAL);
}
