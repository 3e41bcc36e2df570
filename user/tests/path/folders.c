// build: musl
// mkdir(2) and rmdir(2): rights by the umask, links counted, and what is refused.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

#define NAME "/tmp/folder-test"

static struct stat of(const char *path)
{
    struct stat about;
    SUCCEED(stat(path, &about));
    return about;
}

int main(void)
{
    rmdir(NAME "/inner");
    rmdir(NAME);
    umask(027);
    SUCCEED(mkdir(NAME, 0777));
    EQUAL(of(NAME).st_mode, S_IFDIR | 0750);
    EQUAL(of(NAME).st_nlink, 2);
    SUCCEED(mkdir(NAME "/inner/", 01777));
    EQUAL(of(NAME "/inner").st_mode, S_IFDIR | 01750);
    EQUAL(of(NAME).st_nlink, 3);
    EQUAL(of(NAME "/inner/..").st_ino, of(NAME).st_ino);

    EXPECT_ERRNO(mkdir(NAME, 0777), EEXIST);
    EXPECT_ERRNO(mkdir(FILES "hello", 0777), EEXIST);
    EXPECT_ERRNO(mkdir(FILES "dangling", 0777), EEXIST);
    EXPECT_ERRNO(mkdir("/", 0777), EEXIST);
    EXPECT_ERRNO(mkdir("/tmp/nothing-here/x", 0777), ENOENT);
    EXPECT_ERRNO(mkdir(FILES "hello/x", 0777), ENOTDIR);
    EXPECT_ERRNO(mkdir("", 0777), ENOENT);
    EXPECT_ERRNO(mkdir(BAD, 0777), EFAULT);

    EXPECT_ERRNO(rmdir(NAME), ENOTEMPTY);
    EXPECT_ERRNO(rmdir(NAME "/inner/."), EINVAL);
    EXPECT_ERRNO(rmdir(NAME "/inner/.."), ENOTEMPTY);
    EXPECT_ERRNO(rmdir("/"), EBUSY);
    EXPECT_ERRNO(rmdir(FILES "hello"), ENOTDIR);
    EXPECT_ERRNO(rmdir(FILES "folder-link"), ENOTDIR);
    EXPECT_ERRNO(rmdir(NAME "/nothing"), ENOENT);
    EXPECT_ERRNO(unlink(NAME "/inner"), EISDIR);

    int folder = SUCCEED(open(NAME, O_RDONLY));
    SUCCEED(mkdirat(folder, "other", 0700));
    EXPECT_ERRNO(unlinkat(folder, "other", 0), EISDIR);
    SUCCEED(unlinkat(folder, "other", AT_REMOVEDIR));
    SUCCEED(rmdir(NAME "/inner"));
    EQUAL(of(NAME).st_nlink, 2);
    SUCCEED(rmdir(NAME));
    EXPECT_ERRNO(openat(folder, "x", O_CREAT | O_WRONLY, 0600), ENOENT);
}
