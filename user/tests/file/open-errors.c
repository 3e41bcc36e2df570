// build: musl
// open(2): what it refuses, and why.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    static char name[300], path[5000];
    EXPECT_ERRNO(open(FILES "nothing", O_RDONLY), ENOENT);
    EXPECT_ERRNO(open(FILES "nothing/x", O_RDONLY), ENOENT);
    EXPECT_ERRNO(open("", O_RDONLY), ENOENT);
    EXPECT_ERRNO(open(FILES "dangling", O_RDONLY), ENOENT);
    EXPECT_ERRNO(open(FILES "hello/x", O_RDONLY), ENOTDIR);
    EXPECT_ERRNO(open(FILES "hello/", O_RDONLY), ENOTDIR);
    EXPECT_ERRNO(open(FILES "hello", O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_ERRNO(open(FILES "folder", O_WRONLY), EISDIR);
    EXPECT_ERRNO(open(FILES "folder", O_RDWR), EISDIR);
    EXPECT_ERRNO(open(FILES "loop", O_RDONLY), ELOOP);
    EXPECT_ERRNO(open(FILES "link", O_RDONLY | O_NOFOLLOW), ELOOP);
    EXPECT_ERRNO(open(FILES "hello", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);

    memset(name, 'n', 256);
    EXPECT_ERRNO(open(name, O_RDONLY), ENAMETOOLONG);
    name[255] = 0;
    EXPECT_ERRNO(open(name, O_RDONLY), ENOENT);
    memset(path, '/', 4096);
    EXPECT_ERRNO(open(path, O_RDONLY), ENAMETOOLONG);
    path[4095] = 0;
    SUCCEED(open(path, O_RDONLY));
}
