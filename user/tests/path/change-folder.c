// build: musl
// chdir(2) and fchdir(2): where relative paths start, also when the folder is gone.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>

int main(void)
{
    char path[256];
    SUCCEED(chdir(FILES "folder"));
    CHECK(getcwd(path, sizeof path) && strcmp(path, "/tests/files/folder") == 0);
    SUCCEED(close(SUCCEED(open("a", O_RDONLY))));
    SUCCEED(chdir(".."));
    SUCCEED(close(SUCCEED(open("hello", O_RDONLY))));
    SUCCEED(chdir("folder-link"));
    CHECK(getcwd(path, sizeof path) && strcmp(path, "/tests/files/folder/inner") == 0);
    int folder = SUCCEED(open("/tmp", O_RDONLY));
    SUCCEED(fchdir(folder));
    CHECK(getcwd(path, sizeof path) && strcmp(path, "/tmp") == 0);

    EXPECT_ERRNO(chdir(FILES "hello"), ENOTDIR);
    EXPECT_ERRNO(chdir(FILES "nothing"), ENOENT);
    EXPECT_ERRNO(chdir(""), ENOENT);
    EXPECT_ERRNO(chdir(FILES "loop"), ELOOP);
    EXPECT_ERRNO(chdir(BAD), EFAULT);
    EXPECT_ERRNO(fchdir(SUCCEED(open(FILES "hello", O_RDONLY))), ENOTDIR);
    EXPECT_ERRNO(fchdir(999), EBADF);

    SUCCEED(mkdir("/tmp/gone-test", 0700));
    SUCCEED(chdir("/tmp/gone-test"));
    SUCCEED(rmdir("/tmp/gone-test"));
    CHECK(getcwd(path, sizeof path) == NULL);
    EQUAL(errno, ENOENT);
    EXPECT_ERRNO(open("x", O_CREAT | O_WRONLY, 0600), ENOENT);
    SUCCEED(close(SUCCEED(open(".", O_RDONLY))));
    SUCCEED(chdir(".."));
    CHECK(getcwd(path, sizeof path) && strcmp(path, "/tmp") == 0);
}
