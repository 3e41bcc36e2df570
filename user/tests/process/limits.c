// build: musl
// prlimit(2): the stack's soft limit is 8 MiB; a limit can be lowered and read back.
#include "../test.h"
#include <sys/resource.h>
#include <sys/syscall.h>

int main(void)
{
    struct rlimit limit;
    SUCCEED(getrlimit(RLIMIT_STACK, &limit));
    EQUAL(limit.rlim_cur, 8 << 20);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, 99, NULL, &limit), EINVAL);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_prlimit64, 0, RLIMIT_STACK, BAD, NULL), EFAULT);

    SUCCEED(getrlimit(RLIMIT_NOFILE, &limit));
    CHECK(limit.rlim_cur <= limit.rlim_max);
    limit.rlim_cur = 64;
    SUCCEED(setrlimit(RLIMIT_NOFILE, &limit));
    SUCCEED(getrlimit(RLIMIT_NOFILE, &limit));
    EQUAL(limit.rlim_cur, 64);
    limit.rlim_cur = limit.rlim_max;
    limit.rlim_max = limit.rlim_cur - 1;
    EXPECT_ERRNO(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
}
