// build: musl
// fcntl(2): flags of a number and of an open file, and duplicates from a number on.
#include "../test.h"
#include <fcntl.h>

int main(void)
{
    int file = SUCCEED(open("/tmp/flags-test", O_RDWR | O_CREAT | O_TRUNC, 0600));
    SUCCEED(unlink("/tmp/flags-test"));
    EQUAL(fcntl(file, F_GETFD), 0);
    SUCCEED(fcntl(file, F_SETFD, FD_CLOEXEC));
    EQUAL(fcntl(file, F_GETFD), FD_CLOEXEC);

    EQUAL(fcntl(file, F_GETFL) & O_ACCMODE, O_RDWR);
    SUCCEED(fcntl(file, F_SETFL, O_APPEND | O_NONBLOCK));
    EQUAL(fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR | O_APPEND | O_NONBLOCK);
    EQUAL(write(file, "abc", 3), 3);
    SUCCEED(lseek(file, 0, SEEK_SET));
    EQUAL(write(file, "def", 3), 3);
    EQUAL(lseek(file, 0, SEEK_END), 6);

    EQUAL(fcntl(file, F_DUPFD, 40), 40);
    EQUAL(fcntl(file, F_DUPFD, 40), 41);
    EQUAL(fcntl(40, F_GETFD), 0);
    EQUAL(fcntl(file, F_DUPFD_CLOEXEC, 40), 42);
    EQUAL(fcntl(42, F_GETFD), FD_CLOEXEC);
    EXPECT_ERRNO(fcntl(file, F_DUPFD, -1), EINVAL);
    EXPECT_ERRNO(fcntl(file, F_DUPFD, 1 << 30), EINVAL);
    EXPECT_ERRNO(fcntl(file, 9999), EINVAL);
    EXPECT_ERRNO(fcntl(999, F_GETFD), EBADF);
}
