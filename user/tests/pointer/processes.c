// EFAULT for every pointer that the calls about processes, signals, time, memory and the system take.
#include "pointer.h"
#include <grp.h>
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

enum { PROGRAM_, TIMER_, OWN_, VECTOR_, PIDFD_ };
// What can be run, one that has been started, the caller, and a list of one good place.
#define PROGRAM THING(PROGRAM_)
#define TIMER THING(TIMER_)
#define OWN THING(OWN_)
#define VECTOR THING(VECTOR_)
#define PIDFD THING(PIDFD_)

static const struct pointer_case CASES[] = {
    {"rt_sigaction", SYS_rt_sigaction, {SIGUSR1, IN(32), 0, 8}},
    {"rt_sigaction old", SYS_rt_sigaction, {SIGUSR1, 0, OUT(32), 8}},
    {"rt_sigprocmask", SYS_rt_sigprocmask, {SIG_BLOCK, IN(8), 0, 8}},
    {"rt_sigprocmask old", SYS_rt_sigprocmask, {SIG_BLOCK, 0, OUT(8), 8}},
    {"mincore", SYS_mincore, {ZEROS, 4096, OUT(1)}},
    {"nanosleep", SYS_nanosleep, {IN(16), 0}},
    {"getitimer", SYS_getitimer, {2, OUT(32)}},
    {"setitimer", SYS_setitimer, {2, IN(32), 0}},
    {"setitimer old", SYS_setitimer, {2, ZEROS, OUT(32)}},
    {"execve", SYS_execve, {TEXT, 0, 0}},
    {"execve arguments", SYS_execve, {PROGRAM, IN(8), 0}},
    {"execve environment", SYS_execve, {PROGRAM, 0, IN(8)}},
    {"execveat", SYS_execveat, {AT_FDCWD, TEXT, 0, 0, 0}},
    {"execveat arguments", SYS_execveat, {AT_FDCWD, PROGRAM, IN(8), 0, 0}},
    {"execveat environment", SYS_execveat, {AT_FDCWD, PROGRAM, 0, IN(8), 0}},
    {"uname", SYS_uname, {OUT(390)}},
    {"gettimeofday", SYS_gettimeofday, {OUT(16), 0}},
    {"gettimeofday zone", SYS_gettimeofday, {0, OUT(8)}},
    {"settimeofday", SYS_settimeofday, {IN(16), 0}},
    {"settimeofday zone", SYS_settimeofday, {0, IN(8)}},
    {"getrlimit", SYS_getrlimit, {RLIMIT_CORE, OUT(16)}},
    {"setrlimit", SYS_setrlimit, {RLIMIT_CORE, IN(16)}},
    {"prlimit64", SYS_prlimit64, {0, RLIMIT_CORE, IN(16), 0}},
    {"prlimit64 old", SYS_prlimit64, {0, RLIMIT_CORE, 0, OUT(16)}},
    {"getrusage", SYS_getrusage, {RUSAGE_SELF, OUT(144)}},
    {"sysinfo", SYS_sysinfo, {OUT(112)}},
    {"times", SYS_times, {OUT(32)}},
    {"syslog", SYS_syslog, {3, SOME_OUT, 10000}},
    {"getgroups", SYS_getgroups, {10, OUT(4)}},
    {"setgroups", SYS_setgroups, {1, IN(4)}},
    {"getresuid real", SYS_getresuid, {OUT(4), ZEROS, ZEROS}},
    {"getresuid effective", SYS_getresuid, {ZEROS, OUT(4), ZEROS}},
    {"getresuid saved", SYS_getresuid, {ZEROS, ZEROS, OUT(4)}},
    {"getresgid real", SYS_getresgid, {OUT(4), ZEROS, ZEROS}},
    {"getresgid effective", SYS_getresgid, {ZEROS, OUT(4), ZEROS}},
    {"getresgid saved", SYS_getresgid, {ZEROS, ZEROS, OUT(4)}},
    {"capget", SYS_capget, {SOME_IN, ZEROS}},
    {"capset", SYS_capset, {SOME_IN, ZEROS}},
    {"rt_sigpending", SYS_rt_sigpending, {OUT(8), 8}},
    {"rt_sigtimedwait", SYS_rt_sigtimedwait, {IN(8), 0, ZEROS, 8}},
    {"rt_sigtimedwait time", SYS_rt_sigtimedwait, {ZEROS, 0, IN(16), 8}},
    {"rt_sigqueueinfo", SYS_rt_sigqueueinfo, {OWN, SIGCHLD, IN(32)}},
    {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo, {OWN, OWN, SIGCHLD, IN(32)}},
    {"rt_sigsuspend", SYS_rt_sigsuspend, {IN(8), 8}},
    {"sigaltstack", SYS_sigaltstack, {IN(24), 0}},
    {"sigaltstack old", SYS_sigaltstack, {0, OUT(24)}},
    {"sched_setparam", SYS_sched_setparam, {0, IN(4)}},
    {"sched_getparam", SYS_sched_getparam, {0, OUT(4)}},
    {"sched_setscheduler", SYS_sched_setscheduler, {0, 0, IN(4)}},
    {"sched_rr_get_interval", SYS_sched_rr_get_interval, {0, OUT(16)}},
    {"sched_setaffinity", SYS_sched_setaffinity, {0, 8, IN(8)}},
    {"sched_getaffinity", SYS_sched_getaffinity, {0, 128, OUT(8)}},
    {"sched_getattr", SYS_sched_getattr, {0, OUT(48), 48, 0}},
    {"sched_setattr", SYS_sched_setattr, {0, IN(48), 0}},
    {"prctl name", SYS_prctl, {PR_SET_NAME, SOME_IN}},
    {"prctl name of", SYS_prctl, {PR_GET_NAME, OUT(16)}},
    {"prctl death", SYS_prctl, {PR_GET_PDEATHSIG, OUT(4)}},
    {"prctl reaper", SYS_prctl, {PR_GET_CHILD_SUBREAPER, OUT(4)}},
    {"arch_prctl FS", SYS_arch_prctl, {0x1003, OUT(8)}},
    {"arch_prctl GS", SYS_arch_prctl, {0x1004, OUT(8)}},
    {"adjtimex", SYS_adjtimex, {IN(208)}},
    {"clock_adjtime", SYS_clock_adjtime, {CLOCK_REALTIME, IN(208)}},
    {"sethostname", SYS_sethostname, {IN(8), 8}},
    {"setdomainname", SYS_setdomainname, {IN(8), 8}},
    {"time", SYS_time, {OUT(8)}},
    {"futex wait", SYS_futex, {SOME_IN, FUTEX_WAIT, 0, 0}},
    {"futex wait time", SYS_futex, {ZEROS, FUTEX_WAIT, 0, IN(16)}},
    {"futex requeue", SYS_futex, {SOME_IN, FUTEX_CMP_REQUEUE, 1, 1, ZEROS, 0}},
    {"futex requeue to", SYS_futex, {ZEROS, FUTEX_REQUEUE, 1, 1, SOME_IN, 0}},
    {"futex_waitv", SYS_futex_waitv, {IN(24), 1, 0, 0, 0}},
    {"timer_create", SYS_timer_create, {CLOCK_MONOTONIC, IN(64), ZEROS}},
    {"timer_create into", SYS_timer_create, {CLOCK_MONOTONIC, 0, OUT(4)}},
    {"timer_settime", SYS_timer_settime, {TIMER, 0, IN(32), 0}},
    {"timer_settime old", SYS_timer_settime, {TIMER, 0, ZEROS, OUT(32)}},
    {"timer_gettime", SYS_timer_gettime, {TIMER, OUT(32)}},
    {"clock_settime", SYS_clock_settime, {CLOCK_REALTIME, IN(16)}},
    {"clock_gettime", SYS_clock_gettime, {CLOCK_REALTIME, OUT(16)}},
    {"clock_getres", SYS_clock_getres, {CLOCK_REALTIME, OUT(16)}},
    {"clock_nanosleep", SYS_clock_nanosleep, {CLOCK_REALTIME, 0, IN(16), 0}},
    {"get_robust_list", SYS_get_robust_list, {0, OUT(8), ZEROS}},
    {"get_robust_list size", SYS_get_robust_list, {0, ZEROS, OUT(8)}},
    {"getcpu", SYS_getcpu, {OUT(4), 0, 0}},
    {"getcpu node", SYS_getcpu, {0, OUT(4), 0}},
    {"getrandom", SYS_getrandom, {SOME_OUT, 8, 0}},
    {"clone3", SYS_clone3, {IN(88), 88}},
    {"pidfd_send_signal", SYS_pidfd_send_signal, {PIDFD, SIGCHLD, IN(32), 0}},
    {"process_vm_readv local", SYS_process_vm_readv, {OWN, IN(16), 1, VECTOR, 1, 0}},
    {"process_vm_readv remote", SYS_process_vm_readv, {OWN, VECTOR, 1, IN(16), 1, 0}},
    {"process_vm_writev local", SYS_process_vm_writev, {OWN, IN(16), 1, VECTOR, 1, 0}},
    {"process_vm_writev remote", SYS_process_vm_writev, {OWN, VECTOR, 1, IN(16), 1, 0}},
    {"move_pages", SYS_move_pages, {0, 1, IN(8), 0, ZEROS, 0}},
    {"get_mempolicy", SYS_get_mempolicy, {OUT(4), 0, 0, 0, 0}},
    {"add_key", SYS_add_key, {SOME_IN, 0, 0, 0, -1}},
};

// Calls that do something on their way to the bad pointer, so that what they need must be made for each: a child that has ended.
static int try_wait(const char *name, int call, int place, long more)
{
    int failed = 0;
    long bad[] = {0x10, 0xffff800000001000, 0x8000000000000000, (long)pages + 4096};
    for (int i = 0; i < 4; i++) {
        int child = SUCCEED(fork());
        if (child == 0)
            _exit(0);
        siginfo_t info;
        EQUAL(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
        long a[5] = {call == SYS_waitid ? P_PID : child, call == SYS_waitid ? child : 0, 0, more, 0};
        a[place] = bad[i];
        errno = 0;
        long result = syscall(call, a[0], a[1], a[2], a[3], a[4]);
        if (result != -1 || errno != EFAULT) {
            printf("%s with %#lx: %ld, %s\n", name, bad[i], result, strerror(errno));
            failed = 1;
        }
    }
    return failed;
}

int main(void)
{
    static struct { void *base; size_t length; } vector = {zeros, 8};
    timer_t timer;
    SUCCEED(timer_create(CLOCK_MONOTONIC, NULL, &timer));
    things[PROGRAM_] = (long)"/proc/self/exe", things[OWN_] = getpid(), things[VECTOR_] = (long)&vector;
    things[TIMER_] = (long)timer, things[PIDFD_] = syscall(SYS_pidfd_open, getpid(), 0);
    gid_t group = 1;
    SUCCEED(setgroups(1, &group));
    int status = try_all(CASES, sizeof CASES / sizeof *CASES);
    status |= try_wait("wait4 status", SYS_wait4, 1, 0);
    status |= try_wait("wait4 usage", SYS_wait4, 3, 0);
    status |= try_wait("waitid", SYS_waitid, 2, WEXITED);
    status |= try_wait("waitid usage", SYS_waitid, 4, WEXITED);
    return status;
}
