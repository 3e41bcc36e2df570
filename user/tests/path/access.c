// build: musl
// access(2), faccessat(2): what the superuser may do, and what nobody may.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    SUCCEED(access(FILES "hello", F_OK));
    SUCCEED(access(FILES "hello", R_OK | W_OK));
    EXPECT_ERRNO(access(FILES "hello", X_OK), EACCES);
    SUCCEED(access(FILES "folder", R_OK | W_OK | X_OK));
    EXPECT_ERRNO(access(FILES "nothing", F_OK), ENOENT);
    EXPECT_ERRNO(access(FILES "hello/x", F_OK), ENOTDIR);
    EXPECT_ERRNO(access(FILES "dangling", F_OK), ENOENT);
    EXPECT_ERRNO(access(FILES "loop", F_OK), ELOOP);
    EXPECT_ERRNO(access(FILES "hello", 8), EINVAL);
    EXPECT_ERRNO(access(BAD, F_OK), EFAULT);

    int folder = SUCCEED(open(FILES "folder", O_RDONLY));
    SUCCEED(faccessat(folder, "a", R_OK, 0));
    SUCCEED(faccessat(AT_FDCWD, FILES "hello", R_OK, AT_EACCESS));
    EXPECT_ERRNO(faccessat(999, "a", R_OK, 0), EBADF);
    EXPECT_ERRNO(faccessat(folder, "x", R_OK, 0), ENOENT);
}
