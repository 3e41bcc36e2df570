// getpriority(2), setpriority(2), nice(2), and the scheduler's policies: sched(7).
#include "../process.h"
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

static void ordinary_user(void)
{
    SUCCEED(setuid(1000));
    SUCCEED(setpriority(PRIO_PROCESS, 0, 5));
    EQUAL(getpriority(PRIO_PROCESS, 0), 5);
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, 0, 4), EACCES);
    EXPECT_ERRNO(nice(-1), EPERM);
    EQUAL(getpriority(PRIO_PROCESS, 0), 5);
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, 1, 10), EPERM);
}

int main(void)
{
    // Whoever runs the tests may be nice, or the opposite; only the superuser can undo the former.
    if (setpriority(PRIO_PROCESS, 0, 0)) SKIP("started with another priority");
    errno = 0;
    if (getpriority(PRIO_PROCESS, 0) != 0 && setpriority(PRIO_PROCESS, 0, 0) < 0)
        SKIP("it was not started with nice 0");
    EQUAL(getpriority(PRIO_PROCESS, 0), 0);
    EQUAL(errno, 0);
    SUCCEED(setpriority(PRIO_PROCESS, 0, 3));
    EQUAL(getpriority(PRIO_PROCESS, getpid()), 3);
    EQUAL(nice(2), 5);
    SUCCEED(setpriority(PRIO_PROCESS, 0, 100));
    EQUAL(getpriority(PRIO_PROCESS, 0), 19);
    if (getuid() == 0) {
        SUCCEED(setpriority(PRIO_PROCESS, 0, -100));
        errno = 0;
        EQUAL(getpriority(PRIO_PROCESS, 0), -20);
        EQUAL(errno, 0);
        SUCCEED(setpriority(PRIO_PROCESS, 0, 0));
        EQUAL(IN_CHILD(ordinary_user()), 0);
        EQUAL(IN_CHILD({
            SUCCEED(setpgid(0, 0));
            SUCCEED(setpriority(PRIO_PGRP, 0, 7));
            EQUAL(getpriority(PRIO_PGRP, getpid()), 7);
            EQUAL(IN_CHILD(EQUAL(getpriority(PRIO_PROCESS, 0), 7)), 0);
        }), 0);
    }
    EXPECT_ERRNO(getpriority(9, 0), EINVAL);
    EXPECT_ERRNO(setpriority(9, 0, 0), EINVAL);
    EXPECT_ERRNO(getpriority(PRIO_PROCESS, 1 << 29), ESRCH);
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, 1 << 29, 0), ESRCH);

    struct sched_param parameters = {0};
    EQUAL(syscall(SYS_sched_getscheduler, 0), SCHED_OTHER);
    SUCCEED(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, &parameters));
    EQUAL(syscall(SYS_sched_getscheduler, getpid()), SCHED_BATCH);
    SUCCEED(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameters));
    parameters.sched_priority = 77;
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &parameters), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, 99, &parameters), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_getscheduler, -1), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getscheduler, 1 << 29), ESRCH);
    SUCCEED(syscall(SYS_sched_getparam, 0, &parameters));
    EQUAL(parameters.sched_priority, 0);
    SUCCEED(syscall(SYS_sched_setparam, 0, &parameters));
    EXPECT_ERRNO(syscall(SYS_sched_getparam, 0, NULL), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getparam, 0, BAD), EFAULT);
    EQUAL(sched_get_priority_max(SCHED_FIFO), 99);
    EQUAL(sched_get_priority_min(SCHED_RR), 1);
    EQUAL(sched_get_priority_max(SCHED_OTHER), 0);
    EXPECT_ERRNO(sched_get_priority_max(99), EINVAL);
    EXPECT_ERRNO(sched_get_priority_min(99), EINVAL);

    struct timespec turn;
    SUCCEED(syscall(SYS_sched_rr_get_interval, 0, &turn));
    EXPECT_ERRNO(syscall(SYS_sched_rr_get_interval, -1, &turn), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_rr_get_interval, 0, BAD), EFAULT);

    unsigned long set[16] = {0};
    CHECK(syscall(SYS_sched_getaffinity, 0, sizeof set, set) > 0);
    CHECK(set[0] != 0);
    SUCCEED(syscall(SYS_sched_setaffinity, 0, sizeof set, set));
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, 7, set), EINVAL);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 0, sizeof set, BAD), EFAULT);
    EXPECT_ERRNO(syscall(SYS_sched_getaffinity, 1 << 29, sizeof set, set), ESRCH);
    memset(set, 0, sizeof set);
    EXPECT_ERRNO(syscall(SYS_sched_setaffinity, 0, sizeof set, set), EINVAL);

    unsigned cpu = -1, node = -1;
    SUCCEED(syscall(SYS_getcpu, &cpu, &node, NULL));
    CHECK(cpu < 1 << 20 && node < 1 << 20);
    SUCCEED(syscall(SYS_getcpu, NULL, NULL, NULL));
    EXPECT_ERRNO(syscall(SYS_getcpu, BAD, NULL, NULL), EFAULT);
}
