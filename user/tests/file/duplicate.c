// dup(2), dup2(2), dup3(2): other numbers for one open file, which share its position but not close-on-exec.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    int file = SUCCEED(open(FILES "lines", O_RDONLY | O_CLOEXEC));
    int other = SUCCEED(dup(file));
    EQUAL(other, file + 1);
    SUCCEED(lseek(file, 100, SEEK_SET));
    EQUAL(lseek(other, 0, SEEK_CUR), 100);
    EQUAL(fcntl(file, F_GETFD), FD_CLOEXEC);
    EQUAL(fcntl(other, F_GETFD), 0);

    EQUAL(dup2(file, 50), 50);
    EQUAL(lseek(50, 0, SEEK_CUR), 100);
    EQUAL(dup2(50, 50), 50);
    int hello = SUCCEED(open(FILES "hello", O_RDONLY));
    EQUAL(dup2(hello, 50), 50);
    EQUAL(lseek(50, 0, SEEK_END), 13);
    SUCCEED(close(hello));
    EQUAL(lseek(50, 0, SEEK_CUR), 13);

    EQUAL(dup3(file, 51, O_CLOEXEC), 51);
    EQUAL(fcntl(51, F_GETFD), FD_CLOEXEC);
    EXPECT_ERRNO(dup3(file, file, 0), EINVAL);
    EXPECT_ERRNO(dup3(file, 52, O_APPEND), EINVAL);
    EXPECT_ERRNO(dup(999), EBADF);
    EXPECT_ERRNO(dup2(999, 3), EBADF);
    EXPECT_ERRNO(dup2(999, 999), EBADF);
    EXPECT_ERRNO(dup2(file, -1), EBADF);
    EXPECT_ERRNO(dup2(file, 1 << 30), EBADF);
    SUCCEED(close(file));
    EQUAL(lseek(other, 0, SEEK_CUR), 100);
}
