// The system calls that the fuzzer makes, and what their arguments are like; fuzz.c makes an argument from its letter:
//
//   f descriptor          d folder's descriptor    p any path            w path in the work folder
//   m page in the arena   a address in the arena   l length of memory    o room for an answer
//   i random bytes        S half-valid words       v list of buffers     z list of strings
//   n size of a buffer    h offset in a file       k small number        b some bits
//   O flags of open       M mode                   C clock               g signal
//   P process             u user or group          t short time          s set of signals
//   q size of such a set  c count of such a list   x anything
//   X name of an attribute
//
// and often the right kind of descriptor: E epoll, T timer, I inotify, G process, Q message queue, K socket.
//
// The checks want every call of the kernel's table here, or in LEFT_OUT.
#pragma once

#include <sys/syscall.h>

// Those that end the machine, set its clock, or move everybody to another root.
#define LEFT_OUT "reboot settimeofday clock_settime adjtimex clock_adjtime pivot_root"

struct call {
    int number;
    const char *name;
    const char *arguments;
};

#define CALL(name, arguments) { SYS_##name, #name, arguments }

static const struct call calls[] = {
    // Files and descriptors
    CALL(read, "fon"), CALL(write, "fin"), CALL(open, "pOM"), CALL(open, "wOM"), CALL(close, "f"), CALL(stat, "po"),
    CALL(fstat, "fo"), CALL(lstat, "po"), CALL(lseek, "fhk"), CALL(ioctl, "fxa"), CALL(pread64, "fonh"),
    CALL(pwrite64, "finh"), CALL(readv, "fvc"), CALL(writev, "fvc"), CALL(access, "pk"), CALL(dup, "f"),
    CALL(dup2, "ff"), CALL(dup3, "ffb"), CALL(fcntl, "fkx"), CALL(fcntl, "fkS"), CALL(flock, "fk"), CALL(fsync, "f"),
    CALL(fdatasync, "f"), CALL(truncate, "wh"), CALL(ftruncate, "fh"), CALL(getdents64, "fon"), CALL(getdents, "fon"),
    CALL(sendfile, "ffon"), CALL(sendfile, "ffSn"), CALL(splice, "fSfSnb"), CALL(splice, "f0f0nb"),
    CALL(tee, "ffnb"), CALL(vmsplice, "fvcb"), CALL(copy_file_range, "fSfSn0"), CALL(fallocate, "fbhh"),
    CALL(fadvise64, "fhhk"), CALL(readahead, "fhn"), CALL(sync_file_range, "fhhb"), CALL(preadv, "fvch"),
    CALL(pwritev, "fvch"), CALL(preadv2, "fvchxb"), CALL(pwritev2, "fvchxb"), CALL(close_range, "ffb"),
    CALL(syncfs, "f"), CALL(sync, ""),
    // Paths
    CALL(getcwd, "on"), CALL(chdir, "w"), CALL(fchdir, "f"), CALL(rename, "ww"), CALL(mkdir, "wM"), CALL(rmdir, "w"),
    CALL(creat, "wM"), CALL(link, "ww"), CALL(unlink, "w"), CALL(symlink, "pw"), CALL(symlink, "ww"),
    CALL(readlink, "pon"), CALL(chmod, "wM"), CALL(fchmod, "fM"), CALL(chown, "wuu"), CALL(fchown, "fuu"),
    CALL(lchown, "wuu"), CALL(umask, "M"), CALL(mknod, "wMk"), CALL(utime, "wS"), CALL(utimes, "wS"),
    CALL(openat, "dpOM"), CALL(openat, "dwOM"), CALL(mkdirat, "dwM"), CALL(mknodat, "dwMk"), CALL(fchownat, "dwuub"),
    CALL(futimesat, "dwS"), CALL(newfstatat, "dpob"), CALL(unlinkat, "dwb"), CALL(renameat, "dwdw"),
    CALL(renameat2, "dwdwk"), CALL(linkat, "dwdwb"), CALL(symlinkat, "pdw"), CALL(readlinkat, "dpon"),
    CALL(fchmodat, "dwM"), CALL(faccessat, "dpk"), CALL(faccessat2, "dpkb"), CALL(utimensat, "dwSb"),
    CALL(statx, "dpbbo"), CALL(openat2, "dwSn"), CALL(statfs, "po"), CALL(fstatfs, "fo"), CALL(mount, "wwzbi"),
    CALL(mount, "wwtbi"), CALL(umount2, "wb"), CALL(setxattr, "wXink"), CALL(fsetxattr, "fXink"),
    CALL(getxattr, "wXon"), CALL(fgetxattr, "fXon"), CALL(listxattr, "won"), CALL(flistxattr, "fon"),
    CALL(removexattr, "wX"), CALL(fremovexattr, "fX"), CALL(lsetxattr, "wXink"),
    CALL(lgetxattr, "wXon"), CALL(llistxattr, "won"), CALL(lremovexattr, "wX"), CALL(ustat, "xo"), CALL(sysfs, "kpo"),
    CALL(inotify_init, ""), CALL(name_to_handle_at, "dpSob"), CALL(inotify_init1, "b"),
    CALL(inotify_add_watch, "Iwb"), CALL(inotify_rm_watch, "Ik"),
    // Waiting on files
    CALL(poll, "Sck"), CALL(ppoll, "Sctsq"), CALL(select, "kSSSt"), CALL(pselect6, "kSSStS"), CALL(epoll_create1, "b"),
    CALL(epoll_create, "k"), CALL(epoll_ctl, "EkfS"), CALL(epoll_wait, "Eock"), CALL(epoll_pwait, "Eocksq"),
    CALL(epoll_pwait2, "Eoctsq"), CALL(eventfd2, "kb"), CALL(eventfd, "k"), CALL(timerfd_create, "Cb"),
    CALL(timerfd_settime, "Tbto"), CALL(timerfd_gettime, "To"), CALL(signalfd4, "fsqb"), CALL(signalfd, "fsq"),
    CALL(pipe, "o"), CALL(pipe2, "ob"), CALL(memfd_create, "ib"),
    // Memory
    CALL(mmap, "mlbbfh"), CALL(mmap, "mlkkxh"), CALL(mmap, "0lbbfh"), CALL(munmap, "ml"), CALL(mprotect, "mlb"),
    CALL(brk, "x"), CALL(mremap, "mllbm"), CALL(msync, "mlb"), CALL(mincore, "mlo"), CALL(madvise, "mlk"),
    CALL(mlock, "ml"), CALL(munlock, "ml"), CALL(mlockall, "b"), CALL(munlockall, ""), CALL(mlock2, "mlb"),
    CALL(process_vm_readv, "PvcvcO"), CALL(process_vm_writev, "PvcvcO"), CALL(process_madvise, "fvckb"),
    CALL(remap_file_pages, "mlbhb"), CALL(membarrier, "bbk"),
    // Processes
    CALL(getpid, ""), CALL(getppid, ""), CALL(gettid, ""), CALL(fork, ""), CALL(vfork, ""), CALL(clone, ""),
    CALL(clone3, "Sn"), CALL(execve, "pzz"), CALL(execveat, "dpzzb"), CALL(wait4, "Pobo"), CALL(waitid, "kPobo"),
    CALL(exit, "k"), CALL(exit_group, "k"), CALL(uname, "o"), CALL(setpgid, "PP"), CALL(getpgid, "P"),
    CALL(getpgrp, ""), CALL(setsid, ""), CALL(getsid, "P"), CALL(prctl, "kxxxx"), CALL(prctl, "kaaaa"),
    CALL(arch_prctl, "xa"), CALL(set_tid_address, "a"), CALL(set_robust_list, "Sq"), CALL(get_robust_list, "Poo"),
    CALL(futex, "akktak"), CALL(futex, "abktax"), CALL(personality, "b"), CALL(pidfd_open, "Pb"),
    CALL(pidfd_send_signal, "GgSb"), CALL(pidfd_getfd, "Gfb"), CALL(kcmp, "PPkff"), CALL(ptrace, "kPxx"),
    CALL(rseq, "akbx"), CALL(unshare, "b"), CALL(setns, "fb"), CALL(chroot, "w"), CALL(sethostname, "ik"),
    // Who may do what
    CALL(getuid, ""), CALL(geteuid, ""), CALL(getgid, ""), CALL(getegid, ""), CALL(getresgid, "ooo"),
    CALL(sched_get_priority_max, "k"), CALL(sched_get_priority_min, "k"), CALL(setdomainname, "ik"), CALL(setuid, "u"), CALL(setgid, "u"), CALL(setreuid, "uu"), CALL(setregid, "uu"),
    CALL(setresuid, "uuu"), CALL(setresgid, "uuu"), CALL(getresuid, "ooo"), CALL(getgroups, "ko"),
    CALL(setgroups, "kS"), CALL(setfsuid, "u"), CALL(setfsgid, "u"), CALL(capget, "SS"), CALL(capset, "SS"),
    CALL(getrlimit, "ko"), CALL(setrlimit, "kS"), CALL(prlimit64, "PkSo"), CALL(getrusage, "ko"), CALL(sysinfo, "o"),
    CALL(times, "o"), CALL(getpriority, "kP"), CALL(setpriority, "kPk"), CALL(sched_yield, ""),
    CALL(sched_setparam, "PS"), CALL(sched_getparam, "Po"), CALL(sched_setscheduler, "PkS"),
    CALL(sched_getscheduler, "P"), CALL(sched_rr_get_interval, "Po"), CALL(sched_setaffinity, "PnS"),
    CALL(sched_getaffinity, "Pno"), CALL(sched_setattr, "PSb"), CALL(sched_getattr, "Ponb"), CALL(getcpu, "oo"),
    CALL(ioprio_get, "kP"), CALL(ioprio_set, "kPk"), CALL(syslog, "kok"), CALL(getrandom, "onb"),
    // Signals
    CALL(rt_sigaction, "gSoq"), CALL(rt_sigprocmask, "ksoq"), CALL(rt_sigpending, "oq"), CALL(rt_sigsuspend, "sq"),
    CALL(rt_sigtimedwait, "sotq"), CALL(rt_sigqueueinfo, "PgS"), CALL(rt_tgsigqueueinfo, "PPgS"), CALL(kill, "Pg"),
    CALL(tkill, "Pg"), CALL(tgkill, "PPg"), CALL(sigaltstack, "So"), CALL(pause, ""), CALL(rt_sigreturn, ""),
    CALL(restart_syscall, ""),
    // Time
    CALL(nanosleep, "to"), CALL(clock_nanosleep, "Cbto"), CALL(clock_gettime, "Co"), CALL(clock_getres, "Co"),
    CALL(gettimeofday, "oo"), CALL(time, "o"), CALL(getitimer, "ko"), CALL(setitimer, "kto"), CALL(alarm, "k"),
    CALL(timer_create, "CSo"), CALL(timer_create, "C0o"), CALL(timer_settime, "kbto"), CALL(timer_gettime, "ko"),
    CALL(timer_getoverrun, "k"), CALL(timer_delete, "k"),
    // Sockets
    CALL(socket, "kkk"), CALL(socket, "1kk"), CALL(socketpair, "1kko"), CALL(socketpair, "1bko"), CALL(bind, "KUn"),
    CALL(connect, "KUn"), CALL(listen, "Kk"), CALL(accept, "Koo"), CALL(accept4, "KSSb"), CALL(getsockname, "KoS"),
    CALL(getpeername, "KoS"), CALL(sendto, "KinbUn"), CALL(recvfrom, "KonbSS"), CALL(sendmsg, "KHb"),
    CALL(recvmsg, "KHb"), CALL(sendmmsg, "KScb"), CALL(recvmmsg, "KScbt"), CALL(shutdown, "Kk"),
    CALL(setsockopt, "KkkSk"), CALL(getsockopt, "KkkoS"),
    // Between processes
    CALL(shmget, "knb"), CALL(shmat, "kmb"), CALL(shmdt, "m"), CALL(shmctl, "kkS"), CALL(semget, "kkb"),
    CALL(semop, "kSc"), CALL(semtimedop, "kSct"), CALL(semctl, "kkkS"), CALL(msgget, "kb"), CALL(msgsnd, "kSnb"),
    CALL(msgrcv, "konkb"), CALL(msgctl, "kkS"), CALL(mq_open, "wOMS"), CALL(mq_unlink, "w"),
    CALL(mq_timedsend, "Qinkt"), CALL(mq_timedreceive, "Qonot"), CALL(mq_notify, "QS"), CALL(mq_getsetattr, "QSo"),
};

enum { CALLS = sizeof calls / sizeof *calls };
