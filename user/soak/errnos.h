// What calls say when the kernel has no memory for them, from the ERRORS of section 2 of the man pages: of ENOMEM and its kin, and of EIO for reading and writing, those
// that each call documents. Where a page refers to another's errors, the call stands with that one. Of read(2) and write(2) "other errors may
// occur, depending on the object": on Linux that is ENOMEM where a pipe or a file of /proc finds none, and splice(2) and sendfile(2) say
// what the file does that they write to.
#pragma once

#include <stdio.h>
#include <string.h>

struct documented {
    const char *errors, *calls;
};

static const struct documented documented[] = {
    { " ENOMEM ",
      " stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 getcwd chdir fchdir chroot readlink readlinkat "
      "rmdir unlink unlinkat chmod fchmod fchmodat chown fchown lchown fchownat mount "
      "poll ppoll select pselect6 mprotect msync shmat shmdt shmctl process_vm_readv process_vm_writev "
      "getgroups setgroups sigaltstack bind mq_notify close_range "
      // as stat(2)
      "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr " },
    { " ENOMEM EAGAIN ",
      " fork vfork clone clone3 mlock mlock2 munlock mlockall munlockall mremap mincore madvise timer_create umount2 tee "
      "vmsplice recvfrom recvmsg recvmmsg semop semtimedop msgsnd msgrcv " },
    { " ENOMEM EAGAIN ENOSPC ", " splice sendfile " },
    { " ENOMEM EAGAIN ENFILE ", " mmap munmap execve execveat futex " },
    { " ENOMEM EAGAIN ENOBUFS ", " sendto sendmsg sendmmsg " },
    { " ENOMEM EAGAIN ENOBUFS ENFILE ", " accept accept4 " },
    { " ENOMEM ENOBUFS ENFILE ", " socket " },
    { " ENOBUFS ", " getsockname getpeername " },
    { " ENOMEM ENFILE ",
      " epoll_create epoll_create1 inotify_init inotify_init1 signalfd signalfd4 timerfd_create eventfd eventfd2 memfd_create pidfd_open " },
    { " ENFILE ", " pipe pipe2 socketpair pidfd_getfd " },
    { " ENOMEM ENOSPC ",
      " rename renameat renameat2 mkdir mkdirat mknod mknodat link linkat symlink symlinkat copy_file_range sync_file_range semget msgget "
      "epoll_ctl inotify_add_watch unshare setxattr lsetxattr fsetxattr " },
    { " ENOMEM ENOSPC ENFILE ", " open creat openat openat2 shmget mq_open " },
    { " ENOMEM EAGAIN EIO ", " read pread64 readv preadv preadv2 " },
    { " ENOMEM EAGAIN ENOSPC ENOBUFS EIO ", " write pwrite64 writev pwritev pwritev2 " },
    { " ENOSPC ", " fallocate fsync fdatasync sync syncfs " },
    { " EAGAIN ", " setuid setreuid setresuid rt_sigqueueinfo rt_tgsigqueueinfo tkill tgkill " },
    { " ENOLCK ENOMEM ", " fcntl " }, // the latter by F_SETPIPE_SZ, as on Linux
    { " ENOLCK ", " flock " },
    // None of these errors:
    { " ",
      " close lseek brk rt_sigaction rt_sigprocmask rt_sigreturn ioctl sched_yield dup dup2 pause nanosleep "
      "getitimer alarm setitimer getpid connect shutdown listen setsockopt getsockopt exit wait4 kill uname "
      "semctl msgctl truncate ftruncate getdents umask gettimeofday getrlimit getrusage sysinfo times getuid "
      "syslog getgid setgid geteuid getegid setpgid getppid getpgrp setsid setregid getresuid setresgid "
      "getresgid getpgid setfsuid setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigsuspend "
      "utime personality ustat sysfs getpriority setpriority sched_setparam sched_getparam sched_setscheduler "
      "sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval pivot_root prctl "
      "arch_prctl adjtimex setrlimit settimeofday reboot sethostname setdomainname gettid readahead time "
      "sched_setaffinity sched_getaffinity remap_file_pages getdents64 set_tid_address fadvise64 timer_settime "
      "timer_gettime timer_getoverrun timer_delete clock_settime clock_gettime clock_getres clock_nanosleep "
      "exit_group epoll_wait utimes mq_unlink mq_timedsend mq_timedreceive mq_getsetattr waitid ioprio_set "
      "ioprio_get inotify_rm_watch futimesat set_robust_list get_robust_list utimensat epoll_pwait "
      "timerfd_settime timerfd_gettime dup3 prlimit64 clock_adjtime getcpu sched_setattr sched_getattr "
      "getrandom pidfd_send_signal epoll_pwait2 " },
};

// Whether a word, between spaces, is among others.
static int is_among(const char *words, const char *word)
{
    char wanted[40];
    snprintf(wanted, sizeof wanted, " %s ", word);
    return strstr(words, wanted) != NULL;
}

// Whether a call's man page has that error.
static int documents(const char *call, const char *error)
{
    for (unsigned i = 0; i < sizeof documented / sizeof *documented; i++)
        if (is_among(documented[i].calls, call))
            return is_among(documented[i].errors, error);
    return 0;
}
