// build: musl
// sched_setattr(2), sched_getattr(2): everything about a thread's turn in one structure, whatever its size.
#include "../process.h"
#include "../real-time.h"
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t least, most;
    uint64_t unknown;
};

static long set(const void *attributes)
{
    return syscall(SYS_sched_setattr, 0, attributes, 0);
}

static struct attributes get(unsigned size)
{
    struct attributes attributes;
    memset(&attributes, 0xaa, sizeof attributes);
    SUCCEED(syscall(SYS_sched_getattr, 0, &attributes, size, 0));
    return attributes;
}

int main(void)
{
    need_real_time();
    struct attributes wanted = {.size = 48, .policy = SCHED_OTHER, .nice = 7}, is = get(sizeof is);
    EQUAL(is.size, 56);
    EQUAL(is.policy, SCHED_OTHER);
    EQUAL(is.priority, 0);
    EQUAL(get(48).size, 48);
    SUCCEED(set(&wanted));
    EQUAL(get(56).nice, 7);
    EQUAL(getpriority(PRIO_PROCESS, 0), 7);
    wanted = (struct attributes){.size = 56, .policy = SCHED_RR, .priority = 3, .flags = 1};
    SUCCEED(set(&wanted));
    is = get(56);
    EQUAL(is.policy, SCHED_RR);
    EQUAL(is.priority, 3);
    EQUAL(is.flags, 1);
    wanted = (struct attributes){.size = 48, .policy = SCHED_OTHER};
    SUCCEED(set(&wanted));

    wanted.size = 40;
    EXPECT_ERRNO(set(&wanted), E2BIG);
    EQUAL(wanted.size, 56);
    wanted.size = sizeof wanted;
    SUCCEED(set(&wanted));
    wanted.unknown = 1;
    EXPECT_ERRNO(set(&wanted), E2BIG);
    wanted = (struct attributes){.size = 48, .policy = 77};
    EXPECT_ERRNO(set(&wanted), EINVAL);
    wanted = (struct attributes){.size = 48, .policy = SCHED_FIFO, .priority = 100};
    EXPECT_ERRNO(set(&wanted), EINVAL);
    wanted = (struct attributes){.size = 48, .policy = SCHED_OTHER, .flags = 1 << 20};
    EXPECT_ERRNO(set(&wanted), EINVAL);
    EXPECT_ERRNO(set(NULL), EINVAL);
    EXPECT_ERRNO(set(BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_setattr, -1, &wanted, 0), EINVAL);
    wanted.flags = 0;
    EXPECT_ERRNO(syscall(SYS_sched_setattr, 0, &wanted, 1), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setattr, 1 << 29, &wanted, 0), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 0, &is, 47, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 0, &is, 5000, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 0, &is, 48, 1), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 0, NULL, 48, 0), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 0, BAD, 48, 0), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_getattr, 1 << 29, &is, 48, 0), ESRCH);
}
