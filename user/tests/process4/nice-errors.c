// build: musl
// getpriority(2) and setpriority(2): of a thread, a group, a user; the least nice value of several is told.
#include "../process.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

int main(void)
{
    // The call's own result cannot be negative.
    EQUAL(syscall(SYS_getpriority, PRIO_PROCESS, 0), 20 - getpriority(PRIO_PROCESS, 0));
    SUCCEED(setpgid(0, 0));
    SUCCEED(setpriority(PRIO_PROCESS, 0, 5));
    pid_t child = start_child();
    if (child == 0)
        for (;;)
            pause();
    EQUAL(getpriority(PRIO_PROCESS, child), 5);
    SUCCEED(setpriority(PRIO_PROCESS, child, 9));
    EQUAL(getpriority(PRIO_PGRP, 0), 5);
    SUCCEED(setpriority(PRIO_PROCESS, 0, 12));
    EQUAL(getpriority(PRIO_PGRP, getpid()), 9);
    SUCCEED(setpriority(PRIO_PGRP, 0, 14));
    EQUAL(getpriority(PRIO_PROCESS, child), 14);
    EXPECT_ERRNO(getpriority(PRIO_USER, 61235), ESRCH);
    EXPECT_ERRNO(setpriority(PRIO_USER, 61235, 5), ESRCH);
    EXPECT_ERRNO(setpriority(3, 0, 5), EINVAL);
    EXPECT_ERRNO(getpriority(-1, 0), EINVAL);
    EXPECT_ERRNO(setpriority(PRIO_PGRP, 1 << 29, 5), ESRCH);
    SUCCEED(kill(child, SIGKILL));
    wait_for(child);
}
