// build: musl
// link(2) and unlink(2): several names of one file, counted; the file lives until the last one and the last opener go.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define A "/tmp/link-test-a"
#define B "/tmp/link-test-b"

int main(void)
{
    struct stat about;
    char text[4];
    unlink(A);
    unlink(B);
    int file = SUCCEED(open(A, O_RDWR | O_CREAT | O_EXCL, 0600));
    SUCCEED(link(A, B));
    SUCCEED(fstat(file, &about));
    EQUAL(about.st_nlink, 2);
    EQUAL(write(file, "abc", 3), 3);
    EQUAL(read(SUCCEED(open(B, O_RDONLY)), text, 4), 3);
    EXPECT_ERRNO(link(A, B), EEXIST);
    EXPECT_ERRNO(link(A, A), EEXIST);
    EXPECT_ERRNO(link("/tmp/nothing-here", "/tmp/link-test-c"), ENOENT);
    EXPECT_ERRNO(link(A, "/tmp/nothing-here/c"), ENOENT);
    EXPECT_ERRNO(link(A, A "/c"), ENOTDIR);
    EXPECT_ERRNO(link("/tmp", "/tmp/link-test-c"), EPERM);
    EXPECT_ERRNO(link(A, BAD), EFAULT);

    SUCCEED(unlink(A));
    SUCCEED(stat(B, &about));
    EQUAL(about.st_nlink, 1);
    SUCCEED(unlink(B));
    SUCCEED(fstat(file, &about));
    EQUAL(about.st_nlink, 0);
    EQUAL(pread(file, text, 4, 0), 3);
    EXPECT_ERRNO(unlink(B), ENOENT);
    EXPECT_ERRNO(unlink(FILES "hello/"), ENOTDIR);
    EXPECT_ERRNO(unlink("/tmp"), EISDIR);
    EXPECT_ERRNO(unlink(""), ENOENT);

    // A link to a link names the link itself, unless it is asked to follow.
    SUCCEED(linkat(AT_FDCWD, FILES "link", AT_FDCWD, A, 0));
    SUCCEED(lstat(A, &about));
    CHECK(S_ISLNK(about.st_mode));
    SUCCEED(unlink(A));
    SUCCEED(linkat(AT_FDCWD, FILES "link", AT_FDCWD, A, AT_SYMLINK_FOLLOW));
    SUCCEED(lstat(A, &about));
    CHECK(S_ISREG(about.st_mode));
    SUCCEED(unlink(A));
}
