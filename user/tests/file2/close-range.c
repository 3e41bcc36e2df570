// close_range(2)
#include "../test.h"
#include <fcntl.h>
#include <sys/syscall.h>

static int close_range_(unsigned first, unsigned last, unsigned flags)
{
    return syscall(SYS_close_range, first, last, flags);
}

static int is_open(int file) { return fcntl(file, F_GETFD) != -1; }

int main(void)
{
    for (int i = 100; i < 110; i++)
        EQUAL(dup2(1, i), i);
    SUCCEED(close_range_(102, 104, 0));
    CHECK(is_open(101) && !is_open(102) && !is_open(104) && is_open(105));
    SUCCEED(close_range_(105, 106, 4));
    EQUAL(fcntl(105, F_GETFD), FD_CLOEXEC);
    EQUAL(fcntl(107, F_GETFD), 0);
    SUCCEED(close_range_(107, ~0u, 2));
    CHECK(!is_open(107) && is_open(106));
    SUCCEED(close_range_(200, 300, 0));
    EXPECT_ERRNO(close_range_(5, 4, 0), EINVAL);
    EXPECT_ERRNO(close_range_(5, 6, 1), EINVAL);
}
