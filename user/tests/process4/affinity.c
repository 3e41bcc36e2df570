// build: musl
// sched_setaffinity(2), sched_getaffinity(2), getcpu(2).
#include "../process.h"
#include <stdint.h>
#include <sys/syscall.h>

int main(void)
{
    uint64_t set[16] = {0}, none[16] = {0};
    long size = SUCCEED(syscall(SYS_sched_getaffinity, 0, sizeof set, set));
    CHECK(size >= 8 && size <= (long)sizeof set);
    if (set[0] == 0)
        SKIP("it may have none of the first 64 CPUs");
    uint64_t first = set[0] & -set[0];
    SUCCEED(syscall(SYS_sched_setaffinity, getpid(), 8, &first));
    SUCCEED(syscall(SYS_sched_getaffinity, 0, sizeof set, set));
    EQUAL(set[0], first);
    EXPECT_ERRNO(syscall(SYS_sched_setaffinity, 0, 8, none), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setaffinity, 0, 8, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_setaffinity, 1 << 29, 8, &first), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_setaffinity, -1, 8, &first), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, sizeof set - 3, set), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, 0, set), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, sizeof set, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 1 << 29, sizeof set, set), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, -1, sizeof set, set), ESRCH);
    EQUAL(IN_CHILD({
        SUCCEED(setuid(4711));
        EXPECT_ERRNO(syscall(SYS_sched_setaffinity, getppid(), 8, &first), EPERM);
    }), 0);

    unsigned cpu = -1, node = -1;
    SUCCEED(syscall(SYS_getcpu, &cpu, &node, NULL));
    EQUAL(first, 1ull << cpu);
    CHECK(node < 1 << 20);
    SUCCEED(syscall(SYS_getcpu, NULL, NULL, NULL));
    EXPECT_ERRNO(syscall(SYS_getcpu, BAD, NULL, NULL), EFAULT);
}
