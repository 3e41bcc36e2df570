// build: musl
// stat(2), fstat(2), lstat(2): kinds, sizes, rights, links, and that all three mean the same file.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static struct stat of(const char *path)
{
    struct stat about;
    memset(&about, 0xff, sizeof about);
    SUCCEED(stat(path, &about));
    return about;
}

int main(void)
{
    struct stat file = of(FILES "hello"), opened, link, folder = of(FILES "folder"), null = of("/dev/null");
    CHECK(S_ISREG(file.st_mode));
    EQUAL(file.st_mode & 0777, 0644);
    EQUAL(file.st_size, 13);
    EQUAL(file.st_nlink, 1);
    EQUAL(file.st_uid + file.st_gid, 0);
    EQUAL(file.st_blksize, 4096);
    CHECK(file.st_blocks >= 1 && file.st_blocks <= 8);
    CHECK(file.st_mtim.tv_nsec >= 0 && file.st_mtim.tv_nsec < 1000000000);

    SUCCEED(fstat(SUCCEED(open(FILES "link", O_RDONLY)), &opened));
    CHECK(opened.st_ino == file.st_ino && opened.st_dev == file.st_dev);
    SUCCEED(lstat(FILES "link", &link));
    CHECK(S_ISLNK(link.st_mode) && link.st_ino != file.st_ino);
    EQUAL(link.st_size, 5);

    CHECK(S_ISDIR(folder.st_mode));
    CHECK(folder.st_nlink >= 2 || folder.st_nlink == 1);
    CHECK(S_ISCHR(null.st_mode));
    EQUAL(null.st_rdev, makedev(1, 3));
    EQUAL(of(FILES "pattern").st_size, 65563);
    EQUAL(of(FILES "empty").st_size, 0);
    EQUAL(of(FILES "folder/../hello").st_ino, file.st_ino);

    EXPECT_ERRNO(stat(FILES "nothing", &file), ENOENT);
    EXPECT_ERRNO(stat(FILES "hello/x", &file), ENOTDIR);
    EXPECT_ERRNO(stat(FILES "dangling", &file), ENOENT);
    EXPECT_ERRNO(stat(FILES "loop", &file), ELOOP);
    EXPECT_ERRNO(stat("", &file), ENOENT);
    EXPECT_ERRNO(fstat(999, &file), EBADF);
}
