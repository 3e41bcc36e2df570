// build: musl
// getcwd(2): an absolute path that leads back here, and what a small buffer gets.
#include "../test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int main(void)
{
    char path[4096];
    long length = SUCCEED(syscall(SYS_getcwd, path, sizeof path));
    EQUAL(path[0], '/');
    EQUAL(length, strlen(path) + 1);
    struct stat here, there;
    SUCCEED(stat(".", &here));
    SUCCEED(stat(path, &there));
    EQUAL(here.st_ino, there.st_ino);
    EXPECT_ERRNO(syscall(SYS_getcwd, path, length - 1), ERANGE);
    EXPECT_ERRNO(syscall(SYS_getcwd, path, 0), ERANGE);
    EQUAL(syscall(SYS_getcwd, path, length), length);
}
