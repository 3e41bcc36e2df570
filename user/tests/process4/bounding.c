// What a process may is what its capabilities say, also the superuser's: kill, other ids, the host's name, limits, the date.
#include "../process.h"
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

// Gives up one capability.
static void without(int capability)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SUCCEED(syscall(SYS_capget, &header, data));
    data[capability / 32].effective &= ~(1u << capability % 32);
    SUCCEED(syscall(SYS_capset, &header, data));
}

int main(void)
{
    struct timespec now;
    struct rlimit raised;
    gid_t group = 7;
    pid_t other = start_child();
    if (other == 0) {
        SUCCEED(setuid(4711));
        SUCCEED(prctl(PR_SET_PDEATHSIG, SIGKILL)); // A failed check must not leave it behind.
        for (;;)
            pause();
    }
    // Until it is another's.
    while (kill(other, 0) == 0 && IN_CHILD({ without(CAP_KILL); _exit(kill(other, 0) == 0); }) != 0)
        ;
    without(CAP_KILL);
    EXPECT_ERRNO(kill(other, SIGTERM), EPERM);
    without(CAP_SETUID);
    EXPECT_ERRNO(setuid(4711), EPERM);
    EXPECT_ERRNO(setresuid(1, 2, 3), EPERM);
    SUCCEED(setuid(0));
    without(CAP_SETGID);
    EXPECT_ERRNO(setgid(4711), EPERM);
    EXPECT_ERRNO(syscall(SYS_setgroups, 1, &group), EPERM);
    without(CAP_SYS_ADMIN);
    EXPECT_ERRNO(sethostname("x", 1), EPERM);
    EXPECT_ERRNO(setdomainname("x", 1), EPERM);
    without(CAP_SYS_RESOURCE);
    SUCCEED(getrlimit(RLIMIT_MSGQUEUE, &raised));
    raised.rlim_max++;
    EXPECT_ERRNO(setrlimit(RLIMIT_MSGQUEUE, &raised), EPERM);
    without(CAP_SYS_TIME);
    SUCCEED(clock_gettime(CLOCK_REALTIME, &now));
    EXPECT_ERRNO(syscall(SYS_clock_settime, CLOCK_REALTIME, &now), EPERM);
    without(CAP_SYS_NICE);
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, 0, -1), EACCES);
    EXPECT_ERRNO(setpriority(PRIO_PROCESS, other, 5), EPERM);
    int priority = 1;
    EXPECT_ERRNO(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &priority), EPERM);
    without(CAP_SYS_BOOT);
    EXPECT_ERRNO(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL), EPERM);
    without(CAP_SETPCAP);
    EXPECT_ERRNO(prctl(PR_CAPBSET_DROP, CAP_CHOWN), EPERM);
    // What is permitted can be had back.
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    SUCCEED(syscall(SYS_capget, &header, data));
    data[0].effective = data[0].permitted;
    SUCCEED(syscall(SYS_capset, &header, data));
    SUCCEED(kill(other, SIGKILL));
    wait_for(other);
}
