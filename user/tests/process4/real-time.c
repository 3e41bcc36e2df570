// build: musl
// Real-time policies: set, asked for, inherited, or not by who asked for that; and who may not.
#include "../process.h"
#include "../real-time.h"
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#ifndef SCHED_RESET_ON_FORK
#define SCHED_RESET_ON_FORK 0x40000000
#endif

static long set(int pid, int policy, int priority)
{
    return syscall(SYS_sched_setscheduler, pid, policy, &priority);
}

static void expect(int pid, int policy, int priority)
{
    int is;
    EQUAL(syscall(SYS_sched_getscheduler, pid), policy);
    SUCCEED(syscall(SYS_sched_getparam, pid, &is));
    EQUAL(is, priority);
}

static void as_another(void)
{
    SUCCEED(setuid(4711));
    EXPECT_ERRNO(set(0, SCHED_FIFO, 1), EPERM);
    EXPECT_ERRNO(set(getppid(), SCHED_OTHER, 0), EPERM);
    SUCCEED(set(0, SCHED_BATCH, 0));
    SUCCEED(set(0, SCHED_IDLE, 0));
    EXPECT_ERRNO(set(0, SCHED_OTHER, 0), EPERM);
}

int main(void)
{
    need_real_time();
    int priority = 30;
    struct timespec turn;
    SUCCEED(set(0, SCHED_FIFO, 20));
    expect(0, SCHED_FIFO, 20);
    SUCCEED(syscall(SYS_sched_setparam, 0, &priority));
    expect(getpid(), SCHED_FIFO, 30);
    SUCCEED(syscall(SYS_sched_rr_get_interval, 0, &turn));
    EQUAL(turn.tv_sec + turn.tv_nsec, 0);
    SUCCEED(set(0, SCHED_RR, 99));
    SUCCEED(syscall(SYS_sched_rr_get_interval, 0, &turn));
    CHECK(turn.tv_sec == 0 && turn.tv_nsec > 0);
    SUCCEED(set(0, SCHED_RR, 5));
    EQUAL(IN_CHILD(expect(0, SCHED_RR, 5)), 0);
    SUCCEED(set(0, SCHED_RR | SCHED_RESET_ON_FORK, 5));
    expect(0, SCHED_RR | SCHED_RESET_ON_FORK, 5);
    EQUAL(IN_CHILD(expect(0, SCHED_OTHER, 0)), 0);
    SUCCEED(set(0, SCHED_OTHER, 0));
    expect(0, SCHED_OTHER, 0);

    for (int policy = SCHED_FIFO; policy <= SCHED_RR; policy++) {
        EXPECT_ERRNO(set(0, policy, 0), EINVAL);
        EXPECT_ERRNO(set(0, policy, 100), EINVAL);
        EQUAL(syscall(SYS_sched_get_priority_min, policy), 1);
        EQUAL(syscall(SYS_sched_get_priority_max, policy), 99);
    }
    EQUAL(syscall(SYS_sched_get_priority_max, SCHED_OTHER), 0);
    EXPECT_ERRNO(syscall(SYS_sched_get_priority_max, 77), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_get_priority_min, -1), EINVAL);
    EXPECT_ERRNO(set(0, SCHED_OTHER, 1), EINVAL);
    EXPECT_ERRNO(set(-1, SCHED_OTHER, 0), EINVAL);
    EXPECT_ERRNO(set(1 << 29, SCHED_OTHER, 0), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_setparam, 0, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setparam, 0, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_setparam, -1, &priority), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getparam, 0, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_getparam, 1 << 29, &priority), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_rr_get_interval, -1, &turn), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_rr_get_interval, 1 << 29, &turn), ESRCH);
    EXPECT_ERRNO(syscall(SYS_sched_rr_get_interval, 0, BAD), EFAULT);
    EQUAL(IN_CHILD(as_another()), 0);
}
