// Each kind of argument in the kernel's trace of system calls: /proc/PID/trace, which only Cor has.
#include "../test.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

// syslog(2)
#define SYSLOG_ACTION_READ_ALL 3

static char log_text[1 << 18];

static void set_trace(const char *value)
{
    int trace = SUCCEED(open("/proc/self/trace", O_WRONLY));
    EQUAL(write(trace, value, 1), 1);
    close(trace);
}

// Whether a line is as it must be; `~` may be any text.
static int matches(const char *line, const char *must)
{
    while (*must) {
        if (*must == '~') {
            for (; *line && *line != '\n'; line++)
                if (matches(line, must + 1))
                    return 1;
            return must[1] == 0;
        }
        if (*line++ != *must++)
            return 0;
    }
    return 1;
}

// A line that must have been logged.
static void expect(const char *must)
{
    for (const char *at = log_text; (at = strstr(at, "/shapes "));)
        if (matches(at += 8, must))
            return;
    printf("the log has no line: %s\n", must);
    const char *at = strstr(log_text, strndup(must, strcspn(must, "(")));
    if (at)
        printf("but: %.*s\n", (int)strcspn(at, "\n"), at);
    exit(1);
}

static const char *const LINES[] = {
    "openat(AT_FDCWD, \"/tests/files/hello\", O_RDONLY|O_CLOEXEC) = 9",
    "openat(AT_FDCWD, \"/nothing\\n\", O_WRONLY|O_CREAT|O_EXCL, 0600) = -1 EEXIST~",
    "newfstatat(AT_FDCWD, \"/tests/files/hello\", {st_mode=S_IFREG|0644, st_nlink=1, st_uid=0, st_gid=0, st_size=~}, AT_SYMLINK_NOFOLLOW) = 0",
    "read(9, \"~\", 100) = ~",
    "read(9, \"\", 100) = 0",
    "lseek(9, -1, SEEK_END) = ~",
    "write(-1, \"0123456789abcdef0123456789abcdef\"..., 40) = -1 EBADF~",
    "writev(8, [{\"ab\", 2}, {\"cde\", 3}], 2) = 5",
    "readv(7, [{\"abc\", 3}, {\"de\", 4}], 2) = 5",
    "pipe2([10, 11], O_NONBLOCK|O_CLOEXEC) = 0",
    "poll([{fd=10, events=POLLIN, revents=0}, {fd=11, events=POLLOUT, revents=POLLOUT}], 2, 0) = 1",
    "select(12, [], [11], NULL, {0.000000}) = 1",
    "rt_sigaction(SIGUSR1, {sa_handler=SIG_IGN, sa_flags=SA_RESTORER|SA_RESTART, sa_mask=[SIGINT SIGCHLD]}, {sa_handler=SIG_DFL, sa_flags=0, sa_mask=[]}, 8) = 0",
    "rt_sigprocmask(SIG_BLOCK, [SIGUSR2], [], 8) = 0",
    "kill(~, SIGUSR2) = 0",
    "rt_sigpending([SIGUSR2], 8) = 0",
    "rt_sigtimedwait([SIGUSR2], {si_signo=SIGUSR2, si_code=SI_USER, si_pid=~, si_uid=0, ~}, {0.000000000}, 8) = 12",
    "mmap(0, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x~",
    "prlimit64(0, RLIMIT_CORE, NULL, {rlim_cur=~, rlim_max=~}) = 0",
    "uname({sysname=\"Linux\", nodename=\"~\", release=\"6.1.0~\", machine=\"x86_64\"}) = 0",
    "clock_nanosleep(CLOCK_MONOTONIC, 0, {0.000001000}, NULL) = 0",
    "ioctl(9, TCGETS, 0x~) = -1 ENOTTY~",
    "ioctl(7, FIONREAD, [0]) = 0",
    "fcntl(9, F_SETFD, FD_CLOEXEC) = 0",
    "fcntl(9, F_SETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=1, l_len=2, l_pid=0}) = 0",
    "epoll_ctl(12, EPOLL_CTL_ADD, 11, {events=EPOLLOUT|EPOLLET, data=0xb}) = 0",
    "epoll_wait(12, [{events=EPOLLOUT, data=0xb}], 4, 0) = 1",
    "fork() = ~",
    "wait4(-1, [exited with status 3], 0, {ru_utime={0.~}, ru_stime={0.~}, ru_maxrss=~}) = ~",
    "chown(\"/nothing/at/all\", -1, 5) = -1 ENOENT~",
    "getdents64(13, 0x~ /* 3 entries */, 1000) = ~",
    "setgroups(2, [7, 8]) = 0",
    "getgroups(10, [7, 8]) = 2",
    "open(0x10, O_RDONLY) = -1 EFAULT~",
};

static void make_calls(void)
{
    static char bytes[1000];
    static struct stat status;
    EQUAL(syscall(SYS_openat, AT_FDCWD, FILES "hello", O_RDONLY | O_CLOEXEC, 0), 9);
    syscall(SYS_openat, AT_FDCWD, "/nothing\n", O_WRONLY | O_CREAT | O_EXCL, 0600);
    syscall(SYS_newfstatat, AT_FDCWD, FILES "hello", &status, AT_SYMLINK_NOFOLLOW);
    syscall(SYS_read, 9, bytes, 100), syscall(SYS_read, 9, bytes, 100);
    syscall(SYS_lseek, 9, -1L, SEEK_END);
    syscall(SYS_write, -1, "0123456789abcdef0123456789abcdef01234567", 40);
    struct iovec out[2] = {{"ab", 2}, {"cde", 3}}, in[2] = {{bytes, 3}, {bytes + 3, 4}};
    syscall(SYS_writev, 8, out, 2), syscall(SYS_readv, 7, in, 2);
    int ends[2];
    syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK);
    struct pollfd polled[2] = {{10, POLLIN, 0}, {11, POLLOUT, 0}};
    syscall(SYS_poll, polled, 2, 0);
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(10, &readable);
    FD_SET(11, &writable);
    struct timeval now = {0, 0};
    syscall(SYS_select, 12, &readable, &writable, NULL, &now);
    struct { void *handler; long flags; void *restorer; long mask; } action = {(void *)1, 0x04000000 | SA_RESTART, NULL, 0x10002}, old;
    syscall(SYS_rt_sigaction, SIGUSR1, &action, &old, 8);
    unsigned long set = 1ul << (SIGUSR2 - 1), before;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &before, 8);
    syscall(SYS_kill, getpid(), SIGUSR2);
    syscall(SYS_rt_sigpending, &before, 8);
    siginfo_t info;
    struct timespec zero = {0, 0}, little = {0, 1000};
    syscall(SYS_rt_sigtimedwait, &set, &info, &zero, 8);
    syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct rlimit limit;
    syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &limit);
    struct utsname names;
    syscall(SYS_uname, &names);
    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &little, NULL);
    int waiting;
    syscall(SYS_ioctl, 9, 0x5401, bytes), syscall(SYS_ioctl, 7, FIONREAD, &waiting);
    struct flock lock = {F_RDLCK, SEEK_SET, 1, 2, 0};
    syscall(SYS_fcntl, 9, F_SETFD, FD_CLOEXEC), syscall(SYS_fcntl, 9, F_SETLK, &lock);
    struct epoll_event event = {EPOLLOUT | EPOLLET, {.u64 = 11}}, events[4];
    syscall(SYS_epoll_create1, 0), syscall(SYS_epoll_ctl, 12, EPOLL_CTL_ADD, 11, &event);
    syscall(SYS_epoll_wait, 12, events, 4, 0);
    int state;
    struct rusage usage;
    if (syscall(SYS_fork) == 0)
        _exit(3);
    syscall(SYS_wait4, -1, &state, 0, &usage);
    syscall(SYS_chown, "/nothing/at/all", -1, 5);
    syscall(SYS_openat, AT_FDCWD, FILES "folder/inner", O_RDONLY | O_DIRECTORY, 0);
    syscall(SYS_getdents64, 13, bytes, 1000);
    int groups[10] = {7, 8};
    syscall(SYS_setgroups, 2, groups), syscall(SYS_getgroups, 10, groups);
    syscall(SYS_open, BAD, O_RDONLY, 0);
}

int main(void)
{
    if (access("/proc/self/trace", F_OK))
        SKIP("only Cor tells of calls in /proc/PID/trace");
    // The next descriptor is 9, for the lines to know.
    int ends[2];
    SUCCEED(pipe(ends));
    EQUAL(dup2(2, 5), 5);
    EQUAL(dup2(2, 6), 6);
    EQUAL(dup2(ends[0], 7), 7);
    EQUAL(dup2(ends[1], 8), 8);
    int file = SUCCEED(open("/nothing\n", O_WRONLY | O_CREAT, 0600));
    close(file);
    set_trace("1");
    make_calls();
    set_trace("0");
    unlink("/nothing\n");
    SUCCEED(klogctl(SYSLOG_ACTION_READ_ALL, log_text, sizeof log_text - 1));
    for (unsigned i = 0; i < sizeof LINES / sizeof *LINES; i++)
        expect(LINES[i]);
}
