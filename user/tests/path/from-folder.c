// build: musl
// openat(2): paths that start at a folder, at the working folder, or at the root.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void)
{
    struct stat about, other;
    int folder = SUCCEED(open(FILES "folder", O_RDONLY | O_DIRECTORY));
    int file = SUCCEED(openat(folder, "inner/deep", O_RDONLY));
    char text[8];
    EQUAL(read(file, text, 8), 5);
    CHECK(memcmp(text, "deep\n", 5) == 0);
    SUCCEED(openat(folder, "../hello", O_RDONLY));
    SUCCEED(openat(folder, FILES "hello", O_RDONLY));
    SUCCEED(openat(999, FILES "hello", O_RDONLY));
    SUCCEED(openat(AT_FDCWD, ".", O_RDONLY));
    EXPECT_ERRNO(openat(folder, "nothing", O_RDONLY), ENOENT);
    EXPECT_ERRNO(openat(file, "x", O_RDONLY), ENOTDIR);
    EXPECT_ERRNO(openat(999, "x", O_RDONLY), EBADF);
    EXPECT_ERRNO(openat(-1, "x", O_RDONLY), EBADF);
    EXPECT_ERRNO(openat(folder, "", O_RDONLY), ENOENT);

    SUCCEED(fstatat(folder, "up-link", &about, AT_SYMLINK_NOFOLLOW));
    CHECK(S_ISLNK(about.st_mode));
    SUCCEED(fstatat(folder, "up-link", &about, 0));
    CHECK(S_ISREG(about.st_mode));
    SUCCEED(fstatat(file, "", &about, AT_EMPTY_PATH));
    SUCCEED(fstat(file, &other));
    EQUAL(about.st_ino, other.st_ino);
    EXPECT_ERRNO(fstatat(file, "", &about, 0), ENOENT);
    EXPECT_ERRNO(fstatat(folder, "a", &about, 0x40000000), EINVAL);
}
