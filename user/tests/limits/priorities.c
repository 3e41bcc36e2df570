// RLIMIT_NICE and RLIMIT_RTPRIO: how urgent an ordinary user may make himself.
#include "../process.h"
#include "../real-time.h"
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static void bound(void)
{
    struct rlimit nice_limit = {25, 25}, real_time = {10, 10}, none = {0, 0};
    struct sched_param high = {.sched_priority = 11}, low = {.sched_priority = 10}, shares = {0};
    SUCCEED(setrlimit(RLIMIT_NICE, &nice_limit));
    SUCCEED(setrlimit(RLIMIT_RTPRIO, &real_time));
    SUCCEED(setuid(4711));
    SUCCEED(setpriority(PRIO_PROCESS, 0, -5));
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, 0, -6), EACCES);
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &high), EPERM);
    SUCCEED(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &low));
    EXPECT_ERRNO(syscall(SYS_sched_setparam, 0, &high), EPERM);
    SUCCEED(syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &shares));
    SUCCEED(setrlimit(RLIMIT_RTPRIO, &none));
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_RR, &low), EPERM);
}

int main(void)
{
    struct rlimit raised = {25, 25};
    if (setrlimit(RLIMIT_NICE, &raised) == -1 && errno == EPERM)
        SKIP("needs CAP_SYS_RESOURCE");
    need_real_time();
    EQUAL(IN_CHILD(bound()), 0);
}
