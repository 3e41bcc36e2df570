// build: musl
// ".", "..", doubled and trailing slashes, and that nothing lies above the root.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

static long inode(const char *path)
{
    struct stat about;
    SUCCEED(stat(path, &about));
    return about.st_ino;
}

int main(void)
{
    long hello = inode(FILES "hello"), folder = inode(FILES "folder"), root = inode("/");
    EQUAL(inode("/tests/./files/.//hello"), hello);
    EQUAL(inode("//tests///files/folder/inner/../../hello"), hello);
    EQUAL(inode(FILES "folder/"), folder);
    EQUAL(inode(FILES "folder/inner/.."), folder);
    EQUAL(inode(FILES "folder/."), folder);
    EQUAL(inode("/.."), root);
    EQUAL(inode("/../../.."), root);
    EQUAL(inode("/../tests/files/hello"), hello);
    struct stat about;
    EXPECT_ERRNO(stat(FILES "hello/", &about), ENOTDIR);
    EXPECT_ERRNO(stat(FILES "hello/..", &about), ENOTDIR);
    EXPECT_ERRNO(stat(FILES "hello/.", &about), ENOTDIR);
    EXPECT_ERRNO(stat(FILES "nothing/..", &about), ENOENT);
    EXPECT_ERRNO(stat(FILES "nothing/", &about), ENOENT);
}
