// open(2): the flags that change what it does.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_ "/tmp/flags2-test"
#define LINK_ "/tmp/flags2-link"

int main(void)
{
    char bytes[8];
    umask(022);
    unlink(FILE_), unlink(LINK_);
    int file = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_EXCL, 0666));
    EXPECT_ERRNO(open(FILE_, O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST);
    EQUAL(write(file, "12345", 5), 5);
    EQUAL(lseek(SUCCEED(open(FILE_, O_RDONLY)), 0, SEEK_END), 5);
    int again = SUCCEED(open(FILE_, O_WRONLY | O_TRUNC | O_APPEND));
    EQUAL(lseek(file, 0, SEEK_END), 0);
    EQUAL(write(again, "ab", 2), 2);
    EXPECT_ERRNO(read(again, bytes, 1), EBADF);
    EQUAL(fcntl(again, F_GETFL) & (O_ACCMODE | O_APPEND | O_TRUNC), O_WRONLY | O_APPEND);

    SUCCEED(symlink(FILE_, LINK_));
    EXPECT_ERRNO(open(LINK_, O_RDONLY | O_NOFOLLOW), ELOOP);
    EXPECT_ERRNO(open(LINK_, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    int place = SUCCEED(open(LINK_, O_PATH | O_NOFOLLOW));
    struct stat status;
    SUCCEED(fstat(place, &status));
    CHECK(S_ISLNK(status.st_mode));
    EQUAL(readlinkat(place, "", bytes, 8), 8);
    EXPECT_ERRNO(read(place, bytes, 1), EBADF);
    EXPECT_ERRNO(open(FILE_, O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_ERRNO(open("/tmp", O_RDWR), EISDIR);
    EXPECT_ERRNO(open("/tmp", O_RDONLY | O_CREAT, 0600), EISDIR);
    EXPECT_ERRNO(open(FILE_ "/", O_RDONLY), ENOTDIR);
    EXPECT_ERRNO(open("/tmp/none/", O_RDWR | O_CREAT, 0600), EISDIR);
    EXPECT_ERRNO(open("/tmp/none", O_RDONLY), ENOENT);
    EQUAL(fcntl(SUCCEED(open(FILE_, O_RDONLY | O_CLOEXEC)), F_GETFD), FD_CLOEXEC);
    SUCCEED(open(FILE_, O_RDWR | O_SYNC));
    SUCCEED(open(FILE_, O_RDONLY | O_NOATIME));
    int made = SUCCEED(creat(FILE_, 0600));
    EQUAL(fcntl(made, F_GETFL) & O_ACCMODE, O_WRONLY);
    EQUAL(lseek(file, 0, SEEK_END), 0);

    // The one who makes it may, whatever the mode says.
    SUCCEED(unlink(FILE_));
    int strange = SUCCEED(open(FILE_, O_RDWR | O_CREAT, 0));
    EQUAL(write(strange, "x", 1), 1);
    SUCCEED(unlink(FILE_)), SUCCEED(unlink(LINK_));
}
