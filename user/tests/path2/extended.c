// xattr(7) on a file system that has none: what is asked is looked at, and refused.
#include "../test.h"
#include <fcntl.h>
#include <sys/xattr.h>

int main(void)
{
    int file = SUCCEED(open("/dev/shm/extended-test", O_RDWR | O_CREAT, 0644));
    char value[10];
    int has = getxattr("/dev/shm/extended-test", "user.x", value, 10);
    if (has == -1 && errno == ENODATA)
        SKIP("this file system has attributes");
    EXPECT_ERRNO(getxattr("/dev/shm/extended-test", "user.x", value, 10), EOPNOTSUPP);
    EXPECT_ERRNO(lgetxattr("/dev/shm/extended-test", "user.x", value, 10), EOPNOTSUPP);
    EXPECT_ERRNO(fgetxattr(file, "user.x", value, 10), EOPNOTSUPP);
    EXPECT_ERRNO(setxattr("/dev/shm/extended-test", "user.x", "1", 1, 0), EOPNOTSUPP);
    EXPECT_ERRNO(fsetxattr(file, "user.x", "1", 1, 0), EOPNOTSUPP);
    EXPECT_ERRNO(removexattr("/dev/shm/extended-test", "user.x"), EOPNOTSUPP);
    EQUAL(listxattr("/dev/shm/extended-test", value, 10), 0);
    EQUAL(flistxattr(file, NULL, 0), 0);
    EXPECT_ERRNO(setxattr("/dev/shm/extended-test", "user.x", "1", 1, 8), EINVAL);
    EXPECT_ERRNO(setxattr("/dev/shm/extended-test", "", "1", 1, 0), ERANGE);
    EXPECT_ERRNO(setxattr("/dev/shm/extended-test", "user.x", "1", 65537, 0), E2BIG);
    EXPECT_ERRNO(getxattr("/dev/shm/extended-none", "user.x", value, 10), ENOENT);
    EXPECT_ERRNO(getxattr(BAD, "user.x", value, 10), EFAULT);
    EXPECT_ERRNO(fgetxattr(999, "user.x", value, 10), EBADF);
    SUCCEED(unlink("/dev/shm/extended-test"));
}
