//! Every call, a line each: its number, its name, and the handler.
//!
//! To add one: a line here, a function in the chapter that its manual page belongs to, a test program that passes on Linux first.

use super::caller::Caller;
use super::handler::Handler;
use super::names;
use super::{
    adjust, attribute_names, attributes, clone, cor, epoll, event, file, futex, group, identity, inotify, ipc_messages,
    ipc_semaphores, ipc_shared_memory, locks, memfd, memory, memory_lock, message, mounts, open, other_memory, path,
    pidfd, poll, posix_queue, prctl, priority, process, resource, sched, select, signal, signal_file, socket,
    socket_option, splice, statistics, sync, system, time, timer,
};
use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};

/// The calls of one gate.
pub(super) struct Table {
    entries: &'static [Entry],
    /// How often each was called; one more than there are entries, for all numbers beyond.
    counts: &'static [AtomicU64],
}

/// One call.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Its name, as in the manual; empty for a number that nothing stands for.
    pub(super) name: &'static str,
    call: fn(&mut Caller, &[u64; 6]) -> Result<u64>,
}

macro_rules! table {
    ($table:ident[$size:literal]: $($number:literal $name:ident => $chapter:ident::$handler:ident;)*) => {
        pub(super) static $table: Table = {
            static ENTRIES: [Entry; $size] = {
                let mut entries = [Entry { name: "", call: |_, _| Err(Errno::ENOSYS) }; $size];
                $(entries[$number] = Entry {
                    name: stringify!($name),
                    call: |caller, registers| Handler::call($chapter::$handler, caller, registers),
                };)*
                entries
            };
            static COUNTS: [AtomicU64; $size + 1] = [const { AtomicU64::new(0) }; $size + 1];
            Table { entries: &ENTRIES, counts: &COUNTS }
        };
    };
}

// By the instruction SYSCALL: Linux's calls for x86-64.
table! { LINUX[512]:
    0 read => file::read;
    1 write => file::write;
    2 open => open::open;
    3 close => file::close;
    4 stat => path::stat;
    5 fstat => path::fstat;
    6 lstat => path::lstat;
    7 poll => poll::poll;
    8 lseek => file::lseek;
    9 mmap => memory::mmap;
    10 mprotect => memory::mprotect;
    11 munmap => memory::munmap;
    12 brk => memory::brk;
    13 rt_sigaction => signal::rt_sigaction;
    14 rt_sigprocmask => signal::rt_sigprocmask;
    15 rt_sigreturn => signal::rt_sigreturn;
    16 ioctl => file::ioctl;
    17 pread64 => file::pread64;
    18 pwrite64 => file::pwrite64;
    19 readv => file::readv;
    20 writev => file::writev;
    21 access => path::access;
    22 pipe => poll::pipe;
    23 select => select::select;
    24 sched_yield => sched::sched_yield;
    25 mremap => memory::mremap;
    26 msync => memory::msync;
    27 mincore => memory::mincore;
    28 madvise => memory::madvise;
    29 shmget => ipc_shared_memory::shmget;
    30 shmat => ipc_shared_memory::shmat;
    31 shmctl => ipc_shared_memory::shmctl;
    32 dup => file::dup;
    33 dup2 => file::dup2;
    34 pause => signal::pause;
    35 nanosleep => time::nanosleep;
    36 getitimer => timer::getitimer;
    37 alarm => timer::alarm;
    38 setitimer => timer::setitimer;
    39 getpid => process::getpid;
    40 sendfile => splice::sendfile;
    41 socket => socket::socket;
    42 connect => socket::connect;
    43 accept => socket::accept;
    44 sendto => message::sendto;
    45 recvfrom => message::recvfrom;
    46 sendmsg => message::sendmsg;
    47 recvmsg => message::recvmsg;
    48 shutdown => socket::shutdown;
    49 bind => socket::bind;
    50 listen => socket::listen;
    51 getsockname => socket::getsockname;
    52 getpeername => socket::getpeername;
    53 socketpair => socket::socketpair;
    54 setsockopt => socket_option::setsockopt;
    55 getsockopt => socket_option::getsockopt;
    56 clone => clone::clone;
    57 fork => clone::fork;
    58 vfork => clone::vfork;
    59 execve => process::execve;
    60 exit => process::exit;
    61 wait4 => process::wait4;
    62 kill => signal::kill;
    63 uname => system::uname;
    64 semget => ipc_semaphores::semget;
    65 semop => ipc_semaphores::semop;
    66 semctl => ipc_semaphores::semctl;
    67 shmdt => ipc_shared_memory::shmdt;
    68 msgget => ipc_messages::msgget;
    69 msgsnd => ipc_messages::msgsnd;
    70 msgrcv => ipc_messages::msgrcv;
    71 msgctl => ipc_messages::msgctl;
    72 fcntl => file::fcntl;
    73 flock => locks::flock;
    74 fsync => file::fsync;
    75 fdatasync => file::fsync;
    76 truncate => path::truncate;
    77 ftruncate => file::ftruncate;
    78 getdents => file::getdents;
    79 getcwd => path::getcwd;
    80 chdir => path::chdir;
    81 fchdir => path::fchdir;
    82 rename => path::rename;
    83 mkdir => path::mkdir;
    84 rmdir => path::rmdir;
    85 creat => open::creat;
    86 link => path::link;
    87 unlink => path::unlink;
    88 symlink => path::symlink;
    89 readlink => path::readlink;
    90 chmod => attributes::chmod;
    91 fchmod => attributes::fchmod;
    92 chown => attributes::chown;
    93 fchown => attributes::fchown;
    94 lchown => attributes::lchown;
    95 umask => path::umask;
    96 gettimeofday => time::gettimeofday;
    97 getrlimit => resource::getrlimit;
    98 getrusage => resource::getrusage;
    99 sysinfo => system::sysinfo;
    100 times => resource::times;
    102 getuid => identity::getuid;
    103 syslog => system::syslog;
    104 getgid => identity::getgid;
    105 setuid => identity::setuid;
    106 setgid => identity::setgid;
    107 geteuid => identity::geteuid;
    108 getegid => identity::getegid;
    109 setpgid => group::setpgid;
    110 getppid => process::getppid;
    111 getpgrp => group::getpgrp;
    112 setsid => group::setsid;
    113 setreuid => identity::setreuid;
    114 setregid => identity::setregid;
    115 getgroups => identity::getgroups;
    116 setgroups => identity::setgroups;
    117 setresuid => identity::setresuid;
    118 getresuid => identity::getresuid;
    119 setresgid => identity::setresgid;
    120 getresgid => identity::getresgid;
    121 getpgid => group::getpgid;
    122 setfsuid => identity::setfsuid;
    123 setfsgid => identity::setfsgid;
    124 getsid => group::getsid;
    125 capget => identity::capget;
    126 capset => identity::capset;
    127 rt_sigpending => signal::rt_sigpending;
    128 rt_sigtimedwait => signal::rt_sigtimedwait;
    129 rt_sigqueueinfo => signal::rt_sigqueueinfo;
    130 rt_sigsuspend => signal::rt_sigsuspend;
    131 sigaltstack => signal::sigaltstack;
    132 utime => attributes::utime;
    133 mknod => path::mknod;
    135 personality => prctl::personality;
    136 ustat => statistics::ustat;
    137 statfs => statistics::statfs;
    138 fstatfs => statistics::fstatfs;
    139 sysfs => mounts::sysfs;
    140 getpriority => priority::getpriority;
    141 setpriority => priority::setpriority;
    142 sched_setparam => sched::sched_setparam;
    143 sched_getparam => sched::sched_getparam;
    144 sched_setscheduler => sched::sched_setscheduler;
    145 sched_getscheduler => sched::sched_getscheduler;
    146 sched_get_priority_max => sched::sched_get_priority_max;
    147 sched_get_priority_min => sched::sched_get_priority_min;
    148 sched_rr_get_interval => sched::sched_rr_get_interval;
    149 mlock => memory_lock::mlock;
    150 munlock => memory_lock::munlock;
    151 mlockall => memory_lock::mlockall;
    152 munlockall => memory_lock::munlockall;
    155 pivot_root => mounts::pivot_root;
    157 prctl => prctl::prctl;
    158 arch_prctl => process::arch_prctl;
    159 adjtimex => adjust::adjtimex;
    160 setrlimit => resource::setrlimit;
    161 chroot => path::chroot;
    162 sync => sync::sync;
    164 settimeofday => time::settimeofday;
    165 mount => mounts::mount;
    166 umount2 => mounts::umount2;
    169 reboot => system::reboot;
    170 sethostname => system::sethostname;
    171 setdomainname => system::setdomainname;
    186 gettid => process::gettid;
    187 readahead => sync::readahead;
    188 setxattr => attribute_names::setxattr;
    189 lsetxattr => attribute_names::lsetxattr;
    190 fsetxattr => attribute_names::fsetxattr;
    191 getxattr => attribute_names::getxattr;
    192 lgetxattr => attribute_names::lgetxattr;
    193 fgetxattr => attribute_names::fgetxattr;
    194 listxattr => attribute_names::listxattr;
    195 llistxattr => attribute_names::llistxattr;
    196 flistxattr => attribute_names::flistxattr;
    197 removexattr => attribute_names::removexattr;
    198 lremovexattr => attribute_names::lremovexattr;
    199 fremovexattr => attribute_names::fremovexattr;
    200 tkill => signal::tkill;
    201 time => time::time;
    202 futex => futex::futex;
    203 sched_setaffinity => sched::sched_setaffinity;
    204 sched_getaffinity => sched::sched_getaffinity;
    213 epoll_create => epoll::epoll_create;
    216 remap_file_pages => memory::remap_file_pages;
    217 getdents64 => file::getdents64;
    218 set_tid_address => process::set_tid_address;
    220 semtimedop => ipc_semaphores::semtimedop;
    221 fadvise64 => sync::fadvise64;
    222 timer_create => timer::timer_create;
    223 timer_settime => timer::timer_settime;
    224 timer_gettime => timer::timer_gettime;
    225 timer_getoverrun => timer::timer_getoverrun;
    226 timer_delete => timer::timer_delete;
    227 clock_settime => time::clock_settime;
    228 clock_gettime => time::clock_gettime;
    229 clock_getres => time::clock_getres;
    230 clock_nanosleep => time::clock_nanosleep;
    231 exit_group => process::exit_group;
    232 epoll_wait => epoll::epoll_wait;
    233 epoll_ctl => epoll::epoll_ctl;
    234 tgkill => signal::tgkill;
    235 utimes => attributes::utimes;
    240 mq_open => posix_queue::mq_open;
    241 mq_unlink => posix_queue::mq_unlink;
    242 mq_timedsend => posix_queue::mq_timedsend;
    243 mq_timedreceive => posix_queue::mq_timedreceive;
    244 mq_notify => posix_queue::mq_notify;
    245 mq_getsetattr => posix_queue::mq_getsetattr;
    247 waitid => process::waitid;
    251 ioprio_set => priority::ioprio_set;
    252 ioprio_get => priority::ioprio_get;
    253 inotify_init => inotify::inotify_init;
    254 inotify_add_watch => inotify::inotify_add_watch;
    255 inotify_rm_watch => inotify::inotify_rm_watch;
    257 openat => open::openat;
    258 mkdirat => path::mkdirat;
    259 mknodat => path::mknodat;
    260 fchownat => attributes::fchownat;
    261 futimesat => attributes::futimesat;
    262 newfstatat => path::newfstatat;
    263 unlinkat => path::unlinkat;
    264 renameat => path::renameat;
    265 linkat => path::linkat;
    266 symlinkat => path::symlinkat;
    267 readlinkat => path::readlinkat;
    268 fchmodat => attributes::fchmodat;
    269 faccessat => path::faccessat;
    270 pselect6 => select::pselect6;
    271 ppoll => poll::ppoll;
    272 unshare => clone::unshare;
    273 set_robust_list => process::set_robust_list;
    274 get_robust_list => process::get_robust_list;
    275 splice => splice::splice;
    276 tee => splice::tee;
    277 sync_file_range => sync::sync_file_range;
    278 vmsplice => splice::vmsplice;
    280 utimensat => attributes::utimensat;
    281 epoll_pwait => epoll::epoll_pwait;
    282 signalfd => signal_file::signalfd;
    283 timerfd_create => event::timerfd_create;
    284 eventfd => event::eventfd;
    285 fallocate => sync::fallocate;
    286 timerfd_settime => event::timerfd_settime;
    287 timerfd_gettime => event::timerfd_gettime;
    288 accept4 => socket::accept4;
    289 signalfd4 => signal_file::signalfd4;
    290 eventfd2 => event::eventfd2;
    291 epoll_create1 => epoll::epoll_create1;
    292 dup3 => file::dup3;
    293 pipe2 => poll::pipe2;
    294 inotify_init1 => inotify::inotify_init1;
    295 preadv => file::preadv;
    296 pwritev => file::pwritev;
    297 rt_tgsigqueueinfo => signal::rt_tgsigqueueinfo;
    299 recvmmsg => message::recvmmsg;
    302 prlimit64 => resource::prlimit64;
    305 clock_adjtime => adjust::clock_adjtime;
    306 syncfs => sync::syncfs;
    307 sendmmsg => message::sendmmsg;
    309 getcpu => resource::getcpu;
    310 process_vm_readv => other_memory::process_vm_readv;
    311 process_vm_writev => other_memory::process_vm_writev;
    314 sched_setattr => sched::sched_setattr;
    315 sched_getattr => sched::sched_getattr;
    316 renameat2 => path::renameat2;
    318 getrandom => system::getrandom;
    319 memfd_create => memfd::memfd_create;
    322 execveat => process::execveat;
    325 mlock2 => memory_lock::mlock2;
    326 copy_file_range => splice::copy_file_range;
    327 preadv2 => file::preadv2;
    328 pwritev2 => file::pwritev2;
    332 statx => statistics::statx;
    424 pidfd_send_signal => pidfd::pidfd_send_signal;
    434 pidfd_open => pidfd::pidfd_open;
    435 clone3 => clone::clone3;
    436 close_range => file::close_range;
    437 openat2 => open::openat2;
    438 pidfd_getfd => pidfd::pidfd_getfd;
    439 faccessat2 => path::faccessat2;
    441 epoll_pwait2 => epoll::epoll_pwait2;
}

// By the instruction INT 0x14: Cor's own.
table! { COR[16]:
    1 exit => process::exit_group;
    2 write => file::write;
    3 read => file::read;
    4 open => open::open;
    5 moremem => cor::moremem;
    6 yield => sched::sched_yield;
    7 spawn => cor::spawn;
    8 wait => cor::wait;
    9 sleep => cor::sleep;
    10 poweroff => cor::poweroff;
    11 close => file::close;
    12 report => cor::report;
}

impl Table {
    /// Does the call of a number, and counts it; `ENOSYS` if there is none.
    #[inline]
    pub(super) fn call(&self, caller: &mut Caller, number: u64, registers: &[u64; 6]) -> Result<u64> {
        let index = usize::try_from(number).unwrap_or(usize::MAX).min(self.entries.len());
        self.counts[index].fetch_add(1, Ordering::Relaxed);
        match self.entries.get(index) {
            Some(entry) => (entry.call)(caller, registers),
            None => Err(Errno::ENOSYS),
        }
    }

    /// The name of a call, also of one that is not there.
    pub(super) fn name(&self, number: u64) -> &'static str {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let named = self.entries.get(index).map_or("", |entry| entry.name);
        match named {
            "" if core::ptr::eq(self, &LINUX) => names::name(index).unwrap_or("syscall"),
            "" => "corcall",
            name => name,
        }
    }

    /// Every call that is there or that somebody tried: number, name (empty: not there) and count.
    pub(super) fn counts(&self) -> impl Iterator<Item = (usize, &'static str, u64)> {
        let named = |index: usize| self.entries.get(index).map_or("", |entry| entry.name);
        let counted = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).enumerate();
        counted
            .map(move |(index, count)| (index, named(index), count))
            .filter(|(_, name, count)| !name.is_empty() || *count > 0)
    }
}
