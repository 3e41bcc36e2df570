// Scheduling in real time in tests: sched(7).
#pragma once

#include "test.h"
#include <sched.h>
#include <sys/syscall.h>

// Skips the test where this control group has no time for processes in real time (cgroups(7)): there even the superuser is
// refused. Only a Linux with control groups may say so.
static inline void need_real_time(void)
{
    int lowest = 1, none = 0;
    long refused = syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &lowest);
    if (refused && errno == EPERM && access("/proc/self/cgroup", F_OK) == 0)
        SKIP("this control group may not run in real time");
    SUCCEED(refused);
    SUCCEED(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &none));
}
