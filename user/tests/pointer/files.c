// EFAULT for every pointer that the calls about files take.
#include "pointer.h"
#include <sys/stat.h>

#define FILE_ "/tmp/pointer-file"
#define LINK_ "/tmp/pointer-link"

enum { PATH_, LINK_NAME, FILE_FD_, TMP_, READ_END_, WRITE_END_, SET_, TIMER_, EVENT_, NAME_, WATCH_, FOLDER_ };
#define PATH THING(PATH_)
#define LINK THING(LINK_NAME)
#define FILE_FD THING(FILE_FD_)
#define TMP THING(TMP_)
#define READ_END THING(READ_END_)
#define WRITE_END THING(WRITE_END_)
#define SET THING(SET_)
#define TIMER THING(TIMER_)
#define EVENT THING(EVENT_)
#define NAME THING(NAME_)
#define WATCH THING(WATCH_)
#define FOLDER THING(FOLDER_)

static const struct pointer_case CASES[] = {
    {"read", SYS_read, {FILE_FD, SOME_OUT, 10}},
    {"write", SYS_write, {FILE_FD, SOME_IN, 10}},
    {"open", SYS_open, {TEXT, O_RDONLY}},
    {"stat path", SYS_stat, {TEXT, ZEROS}},
    {"stat", SYS_stat, {PATH, OUT(144)}},
    {"fstat", SYS_fstat, {FILE_FD, OUT(144)}},
    {"lstat path", SYS_lstat, {TEXT, ZEROS}},
    {"lstat", SYS_lstat, {PATH, OUT(144)}},
    {"poll", SYS_poll, {IN(8), 1, 0}},
    {"ioctl", SYS_ioctl, {READ_END, 0x541b, OUT(4)}},
    {"pread64", SYS_pread64, {FILE_FD, SOME_OUT, 10, 0}},
    {"pwrite64", SYS_pwrite64, {FILE_FD, SOME_IN, 10, 0}},
    {"readv", SYS_readv, {FILE_FD, IN(16), 1}},
    {"writev", SYS_writev, {FILE_FD, IN(16), 1}},
    {"access", SYS_access, {TEXT, 0}},
    {"pipe", SYS_pipe, {OUT(8)}},
    {"select in", SYS_select, {1, IN(8), 0, 0, 0}},
    {"select out", SYS_select, {1, 0, IN(8), 0, 0}},
    {"select special", SYS_select, {1, 0, 0, IN(8), 0}},
    {"select time", SYS_select, {0, 0, 0, 0, IN(16)}},
    {"sendfile", SYS_sendfile, {FILE_FD, FILE_FD, IN(8), 1}},
    {"fcntl F_GETLK", SYS_fcntl, {FILE_FD, F_GETLK, OUT(32)}},
    {"fcntl F_SETLK", SYS_fcntl, {FILE_FD, F_SETLK, IN(32)}},
    {"fcntl F_OFD_SETLK", SYS_fcntl, {FILE_FD, F_OFD_SETLK, IN(32)}},
    {"truncate", SYS_truncate, {TEXT, 0}},
    {"getdents", SYS_getdents, {TMP, SOME_OUT, 1000}},
    {"getcwd", SYS_getcwd, {SOME_OUT, 1000}},
    {"chdir", SYS_chdir, {TEXT}},
    {"rename old", SYS_rename, {TEXT, PATH}},
    {"rename new", SYS_rename, {PATH, TEXT}},
    {"mkdir", SYS_mkdir, {TEXT, 0755}},
    {"rmdir", SYS_rmdir, {TEXT}},
    {"creat", SYS_creat, {TEXT, 0644}},
    {"link old", SYS_link, {TEXT, PATH}},
    {"link new", SYS_link, {PATH, TEXT}},
    {"unlink", SYS_unlink, {TEXT}},
    {"symlink target", SYS_symlink, {TEXT, PATH}},
    {"symlink", SYS_symlink, {PATH, TEXT}},
    {"readlink", SYS_readlink, {TEXT, ZEROS, 10}},
    {"chmod", SYS_chmod, {TEXT, 0644}},
    {"chown", SYS_chown, {TEXT, 0, 0}},
    {"lchown", SYS_lchown, {TEXT, 0, 0}},
    {"utime path", SYS_utime, {TEXT, 0}},
    {"utime", SYS_utime, {PATH, IN(16)}},
    {"mknod", SYS_mknod, {TEXT, S_IFREG | 0644, 0}},
    {"statfs path", SYS_statfs, {TEXT, ZEROS}},
    {"statfs", SYS_statfs, {PATH, OUT(120)}},
    {"fstatfs", SYS_fstatfs, {FILE_FD, OUT(120)}},
    {"chroot", SYS_chroot, {TEXT}},
    {"mount source", SYS_mount, {TEXT, PATH, 0, 4096, 0}},
    {"mount target", SYS_mount, {0, TEXT, 0, 4096, 0}},
    {"mount type", SYS_mount, {0, PATH, TEXT, 0, 0}},
    {"umount2", SYS_umount2, {TEXT, 0}},
    {"getdents64", SYS_getdents64, {TMP, SOME_OUT, 1000}},
    {"epoll_wait", SYS_epoll_wait, {SET, OUT(12), 1, 0}},
    {"epoll_ctl", SYS_epoll_ctl, {SET, 3, EVENT, IN(12)}},
    {"utimes path", SYS_utimes, {TEXT, 0}},
    {"utimes", SYS_utimes, {PATH, IN(32)}},
    {"openat", SYS_openat, {TMP, TEXT, O_RDONLY}},
    {"mkdirat", SYS_mkdirat, {TMP, TEXT, 0755}},
    {"mknodat", SYS_mknodat, {TMP, TEXT, S_IFREG | 0644, 0}},
    {"fchownat", SYS_fchownat, {TMP, TEXT, 0, 0, 0}},
    {"futimesat path", SYS_futimesat, {TMP, TEXT, 0}},
    {"futimesat", SYS_futimesat, {TMP, PATH, IN(32)}},
    {"newfstatat path", SYS_newfstatat, {TMP, TEXT, ZEROS, 0}},
    {"newfstatat", SYS_newfstatat, {TMP, PATH, OUT(144), 0}},
    {"unlinkat", SYS_unlinkat, {TMP, TEXT, 0}},
    {"renameat old", SYS_renameat, {TMP, TEXT, TMP, PATH}},
    {"renameat new", SYS_renameat, {TMP, PATH, TMP, TEXT}},
    {"renameat2 old", SYS_renameat2, {TMP, TEXT, TMP, PATH, 0}},
    {"renameat2 new", SYS_renameat2, {TMP, PATH, TMP, TEXT, 0}},
    {"linkat old", SYS_linkat, {TMP, TEXT, TMP, PATH, 0}},
    {"linkat new", SYS_linkat, {TMP, PATH, TMP, TEXT, 0}},
    {"symlinkat target", SYS_symlinkat, {TEXT, TMP, PATH}},
    {"symlinkat", SYS_symlinkat, {PATH, TMP, TEXT}},
    {"readlinkat", SYS_readlinkat, {TMP, TEXT, ZEROS, 10}},
    {"fchmodat", SYS_fchmodat, {TMP, TEXT, 0644}},
    {"faccessat", SYS_faccessat, {TMP, TEXT, 0}},
    {"faccessat2", SYS_faccessat2, {TMP, TEXT, 0, 0}},
    {"pselect6 in", SYS_pselect6, {1, IN(8), 0, 0, 0, 0}},
    {"pselect6 time", SYS_pselect6, {0, 0, 0, 0, IN(16), 0}},
    {"pselect6 signals", SYS_pselect6, {0, 0, 0, 0, 0, IN(16)}},
    {"ppoll", SYS_ppoll, {IN(8), 1, 0, 0, 8}},
    {"ppoll time", SYS_ppoll, {0, 0, IN(16), 0, 8}},
    {"ppoll signals", SYS_ppoll, {0, 0, 0, IN(8), 8}},
    {"splice from", SYS_splice, {FILE_FD, IN(8), WRITE_END, 0, 1, 0}},
    {"splice to", SYS_splice, {READ_END, 0, FILE_FD, IN(8), 1, 0}},
    {"vmsplice", SYS_vmsplice, {WRITE_END, IN(16), 1, 0}},
    {"utimensat path", SYS_utimensat, {TMP, TEXT, 0, 0}},
    {"utimensat", SYS_utimensat, {TMP, PATH, IN(32), 0}},
    {"epoll_pwait", SYS_epoll_pwait, {SET, OUT(12), 1, 0, 0, 8}},
    {"epoll_pwait signals", SYS_epoll_pwait, {SET, ZEROS, 1, 0, IN(8), 8}},
    {"timerfd_settime", SYS_timerfd_settime, {TIMER, 0, IN(32), 0}},
    {"timerfd_settime old", SYS_timerfd_settime, {TIMER, 0, ZEROS, OUT(32)}},
    {"timerfd_gettime", SYS_timerfd_gettime, {TIMER, OUT(32)}},
    {"pipe2", SYS_pipe2, {OUT(8), 0}},
    {"preadv", SYS_preadv, {FILE_FD, IN(16), 1, 0}},
    {"pwritev", SYS_pwritev, {FILE_FD, IN(16), 1, 0}},
    {"preadv2", SYS_preadv2, {FILE_FD, IN(16), 1, 0, 0, 0}},
    {"pwritev2", SYS_pwritev2, {FILE_FD, IN(16), 1, 0, 0, 0}},
    {"copy_file_range from", SYS_copy_file_range, {FILE_FD, IN(8), FILE_FD, 0, 1, 0}},
    {"copy_file_range to", SYS_copy_file_range, {FILE_FD, 0, FILE_FD, IN(8), 1, 0}},
    {"statx path", SYS_statx, {TMP, TEXT, 0, 0, ZEROS}},
    {"statx", SYS_statx, {TMP, PATH, 0, 0, OUT(256)}},
    {"openat2 path", SYS_openat2, {TMP, TEXT, ZEROS, 24}},
    {"openat2", SYS_openat2, {TMP, PATH, IN(24), 24}},
    {"epoll_pwait2 time", SYS_epoll_pwait2, {SET, ZEROS, 1, IN(16), 0, 8}},
    {"getxattr path", SYS_getxattr, {TEXT, PATH, ZEROS, 10}},
    {"getxattr", SYS_getxattr, {PATH, TEXT, ZEROS, 10}},
    {"fgetxattr", SYS_fgetxattr, {FILE_FD, TEXT, ZEROS, 10}},
    {"setxattr name", SYS_setxattr, {PATH, TEXT, ZEROS, 1, 0}},
    {"listxattr", SYS_listxattr, {TEXT, ZEROS, 10}},
    {"removexattr", SYS_removexattr, {PATH, TEXT}},
    {"mount options", SYS_mount, {PATH, PATH, PATH, 0, SOME_IN}},
    {"readlink into", SYS_readlink, {LINK, SOME_OUT, 10}},
    {"readlinkat into", SYS_readlinkat, {TMP, LINK, SOME_OUT, 10}},
    {"getxattr name", SYS_getxattr, {PATH, TEXT, ZEROS, 10}},
    {"pselect6 out", SYS_pselect6, {1, 0, IN(8), 0, 0, 0}},
    {"pselect6 special", SYS_pselect6, {1, 0, 0, IN(8), 0, 0}},
    {"epoll_pwait2", SYS_epoll_pwait2, {SET, OUT(12), 1, 0, 0, 8}},
    {"epoll_pwait2 signals", SYS_epoll_pwait2, {SET, ZEROS, 1, 0, IN(8), 8}},
    {"lgetxattr path", SYS_lgetxattr, {TEXT, NAME, ZEROS, 10}},
    {"lgetxattr", SYS_lgetxattr, {PATH, TEXT, ZEROS, 10}},
    {"setxattr path", SYS_setxattr, {TEXT, NAME, ZEROS, 1, 0}},
    {"setxattr value", SYS_setxattr, {PATH, NAME, IN(100), 100, 0}},
    {"lsetxattr path", SYS_lsetxattr, {TEXT, NAME, ZEROS, 1, 0}},
    {"lsetxattr name", SYS_lsetxattr, {PATH, TEXT, ZEROS, 1, 0}},
    {"lsetxattr value", SYS_lsetxattr, {PATH, NAME, IN(100), 100, 0}},
    {"fsetxattr name", SYS_fsetxattr, {FILE_FD, TEXT, ZEROS, 1, 0}},
    {"fsetxattr value", SYS_fsetxattr, {FILE_FD, NAME, IN(100), 100, 0}},
    {"llistxattr", SYS_llistxattr, {TEXT, ZEROS, 10}},
    {"removexattr path", SYS_removexattr, {TEXT, NAME}},
    {"lremovexattr path", SYS_lremovexattr, {TEXT, NAME}},
    {"lremovexattr", SYS_lremovexattr, {PATH, TEXT}},
    {"fremovexattr", SYS_fremovexattr, {FILE_FD, TEXT}},
    {"acct", SYS_acct, {TEXT}},
    {"swapon", SYS_swapon, {TEXT, 0}},
    {"swapoff", SYS_swapoff, {TEXT}},
    {"pivot_root new", SYS_pivot_root, {TEXT, PATH}},
    {"pivot_root old", SYS_pivot_root, {FOLDER, TEXT}},
    {"inotify_add_watch", SYS_inotify_add_watch, {WATCH, TEXT, 2}},
    {"memfd_create", SYS_memfd_create, {TEXT, 0}},
    {"signalfd", SYS_signalfd, {-1, IN(8), 8}},
    {"signalfd4", SYS_signalfd4, {-1, IN(8), 8, 0}},
    {"name_to_handle_at", SYS_name_to_handle_at, {TMP, TEXT, ZEROS, ZEROS, 0}},
};

int main(void)
{
    int ends[2];
    unlink(LINK_);
    SUCCEED(symlink("somewhere", LINK_));
    things[PATH_] = (long)FILE_, things[LINK_NAME] = (long)LINK_, things[NAME_] = (long)"user.name", things[FOLDER_] = (long)"/tmp";
    things[FILE_FD_] = SUCCEED(open(FILE_, O_RDWR | O_CREAT | O_TRUNC, 0644));
    EQUAL(pwrite(things[FILE_FD_], zeros, sizeof zeros, 0), sizeof zeros);
    things[TMP_] = SUCCEED(open("/tmp", O_RDONLY));
    SUCCEED(pipe(ends));
    EQUAL(write(ends[1], "x", 1), 1);
    things[READ_END_] = ends[0], things[WRITE_END_] = ends[1];
    things[SET_] = SUCCEED(syscall(SYS_epoll_create1, 0));
    things[TIMER_] = SUCCEED(syscall(SYS_timerfd_create, 1, 0));
    things[EVENT_] = SUCCEED(syscall(SYS_eventfd2, 1, 0));
    things[WATCH_] = syscall(SYS_inotify_init1, 0);
    struct { unsigned events; unsigned long data; } __attribute__((packed)) event = {.events = 1};
    SUCCEED(syscall(SYS_epoll_ctl, things[SET_], 1, things[EVENT_], &event));
    int status = try_all(CASES, sizeof CASES / sizeof *CASES);
    unlink(FILE_), unlink(LINK_);
    return status;
}
