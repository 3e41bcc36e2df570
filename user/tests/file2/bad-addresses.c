// Every pointer that a call about files takes: a bad one is EFAULT.
#include "../test.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define FILE_ "/tmp/bad-addresses"

enum { PATH = 1000, FILE_FD, TMP, READ_END, WRITE_END, SET, TIMER, EVENT, BUFFER, THIS = 2000 };

static char buffer[8192];
static int numbers[10];

// The arguments of each call; THIS is the bad one.
static const struct { const char *name; int call; long arguments[6]; } CASES[] = {
    {"read", SYS_read, {FILE_FD, THIS, 10}},
    {"write", SYS_write, {FILE_FD, THIS, 10}},
    {"open", SYS_open, {THIS, O_RDONLY}},
    {"stat path", SYS_stat, {THIS, BUFFER}},
    {"stat", SYS_stat, {PATH, THIS}},
    {"fstat", SYS_fstat, {FILE_FD, THIS}},
    {"lstat path", SYS_lstat, {THIS, BUFFER}},
    {"lstat", SYS_lstat, {PATH, THIS}},
    {"poll", SYS_poll, {THIS, 1, 0}},
    {"ioctl", SYS_ioctl, {READ_END, 0x541b, THIS}},
    {"pread64", SYS_pread64, {FILE_FD, THIS, 10, 0}},
    {"pwrite64", SYS_pwrite64, {FILE_FD, THIS, 10, 0}},
    {"readv", SYS_readv, {FILE_FD, THIS, 1}},
    {"writev", SYS_writev, {FILE_FD, THIS, 1}},
    {"access", SYS_access, {THIS, 0}},
    {"pipe", SYS_pipe, {THIS}},
    {"select in", SYS_select, {1, THIS, 0, 0, 0}},
    {"select out", SYS_select, {1, 0, THIS, 0, 0}},
    {"select special", SYS_select, {1, 0, 0, THIS, 0}},
    {"select time", SYS_select, {0, 0, 0, 0, THIS}},
    {"sendfile", SYS_sendfile, {FILE_FD, FILE_FD, THIS, 1}},
    {"fcntl F_GETLK", SYS_fcntl, {FILE_FD, F_GETLK, THIS}},
    {"fcntl F_SETLK", SYS_fcntl, {FILE_FD, F_SETLK, THIS}},
    {"fcntl F_OFD_SETLK", SYS_fcntl, {FILE_FD, F_OFD_SETLK, THIS}},
    {"truncate", SYS_truncate, {THIS, 0}},
    {"getdents", SYS_getdents, {TMP, THIS, 1000}},
    {"getcwd", SYS_getcwd, {THIS, 1000}},
    {"chdir", SYS_chdir, {THIS}},
    {"rename old", SYS_rename, {THIS, PATH}},
    {"rename new", SYS_rename, {PATH, THIS}},
    {"mkdir", SYS_mkdir, {THIS, 0755}},
    {"rmdir", SYS_rmdir, {THIS}},
    {"creat", SYS_creat, {THIS, 0644}},
    {"link old", SYS_link, {THIS, PATH}},
    {"link new", SYS_link, {PATH, THIS}},
    {"unlink", SYS_unlink, {THIS}},
    {"symlink target", SYS_symlink, {THIS, PATH}},
    {"symlink", SYS_symlink, {PATH, THIS}},
    {"readlink", SYS_readlink, {THIS, BUFFER, 10}},
    {"chmod", SYS_chmod, {THIS, 0644}},
    {"chown", SYS_chown, {THIS, 0, 0}},
    {"lchown", SYS_lchown, {THIS, 0, 0}},
    {"utime path", SYS_utime, {THIS, 0}},
    {"utime", SYS_utime, {PATH, THIS}},
    {"mknod", SYS_mknod, {THIS, S_IFREG | 0644, 0}},
    {"statfs path", SYS_statfs, {THIS, BUFFER}},
    {"statfs", SYS_statfs, {PATH, THIS}},
    {"fstatfs", SYS_fstatfs, {FILE_FD, THIS}},
    {"chroot", SYS_chroot, {THIS}},
    {"mount source", SYS_mount, {THIS, PATH, 0, 4096, 0}},
    {"mount target", SYS_mount, {0, THIS, 0, 4096, 0}},
    {"mount type", SYS_mount, {0, PATH, THIS, 0, 0}},
    {"umount2", SYS_umount2, {THIS, 0}},
    {"getdents64", SYS_getdents64, {TMP, THIS, 1000}},
    {"epoll_wait", SYS_epoll_wait, {SET, THIS, 1, 0}},
    {"epoll_ctl", SYS_epoll_ctl, {SET, 3, EVENT, THIS}},
    {"utimes path", SYS_utimes, {THIS, 0}},
    {"utimes", SYS_utimes, {PATH, THIS}},
    {"openat", SYS_openat, {TMP, THIS, O_RDONLY}},
    {"mkdirat", SYS_mkdirat, {TMP, THIS, 0755}},
    {"mknodat", SYS_mknodat, {TMP, THIS, S_IFREG | 0644, 0}},
    {"fchownat", SYS_fchownat, {TMP, THIS, 0, 0, 0}},
    {"futimesat path", SYS_futimesat, {TMP, THIS, 0}},
    {"futimesat", SYS_futimesat, {TMP, PATH, THIS}},
    {"newfstatat path", SYS_newfstatat, {TMP, THIS, BUFFER, 0}},
    {"newfstatat", SYS_newfstatat, {TMP, PATH, THIS, 0}},
    {"unlinkat", SYS_unlinkat, {TMP, THIS, 0}},
    {"renameat old", SYS_renameat, {TMP, THIS, TMP, PATH}},
    {"renameat new", SYS_renameat, {TMP, PATH, TMP, THIS}},
    {"renameat2 old", SYS_renameat2, {TMP, THIS, TMP, PATH, 0}},
    {"renameat2 new", SYS_renameat2, {TMP, PATH, TMP, THIS, 0}},
    {"linkat old", SYS_linkat, {TMP, THIS, TMP, PATH, 0}},
    {"linkat new", SYS_linkat, {TMP, PATH, TMP, THIS, 0}},
    {"symlinkat target", SYS_symlinkat, {THIS, TMP, PATH}},
    {"symlinkat", SYS_symlinkat, {PATH, TMP, THIS}},
    {"readlinkat", SYS_readlinkat, {TMP, THIS, BUFFER, 10}},
    {"fchmodat", SYS_fchmodat, {TMP, THIS, 0644}},
    {"faccessat", SYS_faccessat, {TMP, THIS, 0}},
    {"faccessat2", SYS_faccessat2, {TMP, THIS, 0, 0}},
    {"pselect6 in", SYS_pselect6, {1, THIS, 0, 0, 0, 0}},
    {"pselect6 time", SYS_pselect6, {0, 0, 0, 0, THIS, 0}},
    {"pselect6 signals", SYS_pselect6, {0, 0, 0, 0, 0, THIS}},
    {"ppoll", SYS_ppoll, {THIS, 1, 0, 0, 8}},
    {"ppoll time", SYS_ppoll, {0, 0, THIS, 0, 8}},
    {"ppoll signals", SYS_ppoll, {0, 0, 0, THIS, 8}},
    {"splice from", SYS_splice, {FILE_FD, THIS, WRITE_END, 0, 1, 0}},
    {"splice to", SYS_splice, {READ_END, 0, FILE_FD, THIS, 1, 0}},
    {"vmsplice", SYS_vmsplice, {WRITE_END, THIS, 1, 0}},
    {"utimensat path", SYS_utimensat, {TMP, THIS, 0, 0}},
    {"utimensat", SYS_utimensat, {TMP, PATH, THIS, 0}},
    {"epoll_pwait", SYS_epoll_pwait, {SET, THIS, 1, 0, 0, 8}},
    {"epoll_pwait signals", SYS_epoll_pwait, {SET, BUFFER, 1, 0, THIS, 8}},
    {"timerfd_settime", SYS_timerfd_settime, {TIMER, 0, THIS, 0}},
    {"timerfd_settime old", SYS_timerfd_settime, {TIMER, 0, BUFFER, THIS}},
    {"timerfd_gettime", SYS_timerfd_gettime, {TIMER, THIS}},
    {"pipe2", SYS_pipe2, {THIS, 0}},
    {"preadv", SYS_preadv, {FILE_FD, THIS, 1, 0}},
    {"pwritev", SYS_pwritev, {FILE_FD, THIS, 1, 0}},
    {"preadv2", SYS_preadv2, {FILE_FD, THIS, 1, 0, 0, 0}},
    {"pwritev2", SYS_pwritev2, {FILE_FD, THIS, 1, 0, 0, 0}},
    {"copy_file_range from", SYS_copy_file_range, {FILE_FD, THIS, FILE_FD, 0, 1, 0}},
    {"copy_file_range to", SYS_copy_file_range, {FILE_FD, 0, FILE_FD, THIS, 1, 0}},
    {"statx path", SYS_statx, {TMP, THIS, 0, 0, BUFFER}},
    {"statx", SYS_statx, {TMP, PATH, 0, 0, THIS}},
    {"openat2 path", SYS_openat2, {TMP, THIS, BUFFER, 24}},
    {"openat2", SYS_openat2, {TMP, PATH, THIS, 24}},
    {"epoll_pwait2 time", SYS_epoll_pwait2, {SET, BUFFER, 1, THIS, 0, 8}},
    {"getxattr path", SYS_getxattr, {THIS, PATH, BUFFER, 10}},
    {"getxattr", SYS_getxattr, {PATH, THIS, BUFFER, 10}},
    {"fgetxattr", SYS_fgetxattr, {FILE_FD, THIS, BUFFER, 10}},
    {"setxattr name", SYS_setxattr, {PATH, THIS, BUFFER, 1, 0}},
    {"listxattr", SYS_listxattr, {THIS, BUFFER, 10}},
    {"removexattr", SYS_removexattr, {PATH, THIS}},
};

static long value(long argument, void *bad)
{
    switch (argument) {
    case PATH: return (long)FILE_;
    case BUFFER: memset(buffer, 0, sizeof buffer); return (long)buffer;
    case THIS: return (long)bad;
    case FILE_FD ... EVENT: return numbers[argument - FILE_FD];
    default: return argument;
    }
}

int main(void)
{
    int failed = 0;
    numbers[0] = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_TRUNC, 0644));
    EQUAL(write(numbers[0], buffer, sizeof buffer), sizeof buffer);
    numbers[1] = SUCCEED(open("/tmp", O_RDONLY));
    SUCCEED(pipe(&numbers[2]));
    EQUAL(write(numbers[3], "x", 1), 1);
    numbers[4] = SUCCEED(syscall(SYS_epoll_create1, 0));
    numbers[5] = SUCCEED(syscall(SYS_timerfd_create, 1, 0));
    numbers[6] = SUCCEED(syscall(SYS_eventfd2, 1, 0));
    struct { unsigned events; unsigned long data; } __attribute__((packed)) event = {.events = 1};
    SUCCEED(syscall(SYS_epoll_ctl, numbers[4], 1, numbers[6], &event));
    // An address that nothing is at, the kernel's half, and one that is no address at all.
    void *const bad[] = {BAD, (void *)0xffff800000001000, (void *)0x8000000000000000};
    for (unsigned i = 0; i < sizeof CASES / sizeof *CASES; i++)
        for (unsigned b = 0; b < 3; b++) {
            long arguments[6];
            for (int k = 0; k < 6; k++)
                arguments[k] = value(CASES[i].arguments[k], bad[b]);
            SUCCEED(lseek(numbers[0], 0, SEEK_SET)), SUCCEED(lseek(numbers[1], 0, SEEK_SET));
            errno = 0;
            long result = syscall(CASES[i].call, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
                                  arguments[5]);
            if (result != -1 || errno != EFAULT) {
                printf("%s with %p: %ld, %s\n", CASES[i].name, bad[b], result, strerror(errno));
                failed++;
            }
        }
    unlink(FILE_);
    return failed != 0;
}
