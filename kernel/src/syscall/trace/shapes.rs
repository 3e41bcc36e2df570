//! What the arguments of each call are, to be shown. A call without a line here is shown with its registers as they are.

use super::flags::{
    ACCESS, ADVICE, ARCH, AT, CLOCK, CONTROL, FUTEX, HOW, IOCTL, MAP, PROTECTION, REMAP, UNLINK, WAIT, WHENCE,
};
use Argument::{
    Bytes, CloneFlags, Count, Descriptor as Fd, Directory as Dir, Filled, FilledText, Flags, Hex, Mode, Number as Int,
    One, Open, Pair, Places, Signal, Signals, Size, Status, Text, Texts, Time,
};

/// What an argument is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Argument {
    /// A signed number.
    Number,
    /// An unsigned number.
    Size,
    /// A number in hexadecimal, or an address.
    Hex,
    /// A mode in octal.
    Mode,
    /// A descriptor.
    Descriptor,
    /// A descriptor of a directory, or AT_FDCWD.
    Directory,
    /// A NUL-terminated text.
    Text,
    /// Bytes to be read; their number is the next argument.
    Bytes,
    /// Bytes that the call fills; how many is its result.
    Filled,
    /// A text that the call fills.
    FilledText,
    /// A list of texts that ends with a null.
    Texts,
    /// The same, of which only the number matters.
    Count,
    /// Two descriptors that the call fills.
    Pair,
    /// A status as wait(2) knows it, that the call fills.
    Status,
    /// A list of places to be read, as many as the next argument says.
    Places,
    /// Seconds and nanoseconds.
    Time,
    /// A set of signals.
    Signals,
    /// A signal.
    Signal,
    /// One of a list of names.
    One(&'static [(u64, &'static str)]),
    /// Flags by their names.
    Flags(&'static [(u64, &'static str)]),
    /// The flags of open(2), with its access mode.
    Open,
    /// Those of clone(2), with a signal.
    CloneFlags,
}

/// What a call gives back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// A number.
    Number,
    /// An address.
    Address,
    /// It does not come back.
    Nothing,
}

/// How a call is shown.
pub(super) struct Shape {
    pub(super) arguments: &'static [Argument],
    pub(super) result: Outcome,
}

impl Argument {
    /// Whether it means something only after the call.
    pub(super) fn is_filled(self) -> bool {
        matches!(self, Argument::Filled | Argument::FilledText | Argument::Pair | Argument::Status)
    }
}

/// Of a call that nothing is known of.
static UNKNOWN: Shape = Shape { arguments: &[Argument::Hex; 6], result: Outcome::Number };

/// How a call of that name is shown.
pub(super) fn of(name: &str) -> &'static Shape {
    SHAPES.iter().find(|(other, _)| *other == name).map_or(&UNKNOWN, |(_, shape)| shape)
}

macro_rules! shapes {
    ($($name:literal ($($argument:expr),*) $result:ident;)*) => {
        static SHAPES: &[(&str, Shape)] = &[
            $(($name, Shape { arguments: &[$($argument),*], result: Outcome::$result }),)*
        ];
    };
}

shapes! {
    "read" (Fd, Filled, Size) Number;
    "write" (Fd, Bytes, Size) Number;
    "open" (Text, Open, Mode) Number;
    "close" (Fd) Number;
    "stat" (Text, Hex) Number;
    "fstat" (Fd, Hex) Number;
    "lstat" (Text, Hex) Number;
    "poll" (Hex, Size, Int) Number;
    "lseek" (Fd, Int, One(WHENCE)) Number;
    "mmap" (Hex, Size, Flags(PROTECTION), Flags(MAP), Fd, Hex) Address;
    "mprotect" (Hex, Size, Flags(PROTECTION)) Number;
    "munmap" (Hex, Size) Number;
    "brk" (Hex) Address;
    "rt_sigaction" (Signal, Hex, Hex, Size) Number;
    "rt_sigprocmask" (One(HOW), Signals, Hex, Size) Number;
    "rt_sigreturn" () Number;
    "ioctl" (Fd, One(IOCTL), Hex) Number;
    "pread64" (Fd, Filled, Size, Int) Number;
    "pwrite64" (Fd, Bytes, Size, Int) Number;
    "readv" (Fd, Hex, Size) Number;
    "writev" (Fd, Places, Size) Number;
    "access" (Text, Flags(ACCESS)) Number;
    "pipe" (Pair) Number;
    "select" (Int, Hex, Hex, Hex, Hex) Number;
    "sched_yield" () Number;
    "mremap" (Hex, Size, Size, Flags(REMAP), Hex) Address;
    "msync" (Hex, Size, Hex) Number;
    "madvise" (Hex, Size, One(ADVICE)) Number;
    "dup" (Fd) Number;
    "dup2" (Fd, Fd) Number;
    "pause" () Number;
    "nanosleep" (Time, Hex) Number;
    "alarm" (Size) Number;
    "getpid" () Number;
    "sendfile" (Fd, Fd, Hex, Size) Number;
    "clone" (CloneFlags, Hex, Hex, Hex, Hex) Number;
    "fork" () Number;
    "vfork" () Number;
    "execve" (Text, Texts, Count) Number;
    "exit" (Int) Nothing;
    "exit_group" (Int) Nothing;
    "wait4" (Int, Status, Flags(WAIT), Hex) Number;
    "kill" (Int, Signal) Number;
    "uname" (Hex) Number;
    "fcntl" (Fd, One(CONTROL), Hex) Number;
    "flock" (Fd, Int) Number;
    "fsync" (Fd) Number;
    "fdatasync" (Fd) Number;
    "truncate" (Text, Int) Number;
    "ftruncate" (Fd, Int) Number;
    "getcwd" (FilledText, Size) Number;
    "chdir" (Text) Number;
    "fchdir" (Fd) Number;
    "rename" (Text, Text) Number;
    "mkdir" (Text, Mode) Number;
    "rmdir" (Text) Number;
    "creat" (Text, Mode) Number;
    "link" (Text, Text) Number;
    "unlink" (Text) Number;
    "symlink" (Text, Text) Number;
    "readlink" (Text, Filled, Size) Number;
    "chmod" (Text, Mode) Number;
    "fchmod" (Fd, Mode) Number;
    "chown" (Text, Int, Int) Number;
    "fchown" (Fd, Int, Int) Number;
    "lchown" (Text, Int, Int) Number;
    "umask" (Mode) Number;
    "gettimeofday" (Hex, Hex) Number;
    "getrlimit" (Int, Hex) Number;
    "getrusage" (Int, Hex) Number;
    "sysinfo" (Hex) Number;
    "times" (Hex) Number;
    "getuid" () Number;
    "getgid" () Number;
    "geteuid" () Number;
    "getegid" () Number;
    "setuid" (Int) Number;
    "setgid" (Int) Number;
    "setpgid" (Int, Int) Number;
    "getppid" () Number;
    "getpgrp" () Number;
    "setsid" () Number;
    "getpgid" (Int) Number;
    "getsid" (Int) Number;
    "syslog" (Int, Hex, Size) Number;
    "rt_sigpending" (Hex, Size) Number;
    "rt_sigtimedwait" (Signals, Hex, Time, Size) Number;
    "rt_sigsuspend" (Signals, Size) Number;
    "sigaltstack" (Hex, Hex) Number;
    "mknod" (Text, Mode, Hex) Number;
    "statfs" (Text, Hex) Number;
    "fstatfs" (Fd, Hex) Number;
    "prctl" (Int, Hex, Hex, Hex, Hex) Number;
    "arch_prctl" (One(ARCH), Hex) Number;
    "chroot" (Text) Number;
    "sync" () Number;
    "mount" (Text, Text, Text, Hex, Hex) Number;
    "umount2" (Text, Hex) Number;
    "reboot" (Hex, Hex, Hex, Hex) Number;
    "sethostname" (Bytes, Size) Number;
    "gettid" () Number;
    "tkill" (Int, Signal) Number;
    "time" (Hex) Number;
    "futex" (Hex, One(FUTEX), Int, Hex, Hex, Hex) Number;
    "getdents64" (Fd, Hex, Size) Number;
    "set_tid_address" (Hex) Number;
    "clock_gettime" (One(CLOCK), Hex) Number;
    "clock_getres" (One(CLOCK), Hex) Number;
    "clock_nanosleep" (One(CLOCK), Int, Time, Hex) Number;
    "tgkill" (Int, Int, Signal) Number;
    "waitid" (Int, Int, Hex, Flags(WAIT), Hex) Number;
    "openat" (Dir, Text, Open, Mode) Number;
    "mkdirat" (Dir, Text, Mode) Number;
    "mknodat" (Dir, Text, Mode, Hex) Number;
    "fchownat" (Dir, Text, Int, Int, Flags(AT)) Number;
    "newfstatat" (Dir, Text, Hex, Flags(AT)) Number;
    "unlinkat" (Dir, Text, Flags(UNLINK)) Number;
    "renameat" (Dir, Text, Dir, Text) Number;
    "linkat" (Dir, Text, Dir, Text, Flags(AT)) Number;
    "symlinkat" (Text, Dir, Text) Number;
    "readlinkat" (Dir, Text, Filled, Size) Number;
    "fchmodat" (Dir, Text, Mode) Number;
    "faccessat" (Dir, Text, Flags(ACCESS)) Number;
    "pselect6" (Int, Hex, Hex, Hex, Time, Hex) Number;
    "ppoll" (Hex, Size, Time, Signals, Size) Number;
    "set_robust_list" (Hex, Size) Number;
    "utimensat" (Dir, Text, Hex, Flags(AT)) Number;
    "fallocate" (Fd, Hex, Int, Int) Number;
    "dup3" (Fd, Fd, Open) Number;
    "pipe2" (Pair, Open) Number;
    "preadv" (Fd, Hex, Size, Int) Number;
    "pwritev" (Fd, Places, Size, Int) Number;
    "prlimit64" (Int, Int, Hex, Hex) Number;
    "renameat2" (Dir, Text, Dir, Text, Hex) Number;
    "getrandom" (Hex, Size, Hex) Number;
    "execveat" (Dir, Text, Texts, Count, Flags(AT)) Number;
    "statx" (Dir, Text, Flags(AT), Hex, Hex) Number;
    "rseq" (Hex, Size, Hex, Hex) Number;
    "clone3" (Hex, Size) Number;
    "faccessat2" (Dir, Text, Flags(ACCESS), Flags(AT)) Number;
    "moremem" (Size) Address;
    "spawn" (Text, Texts, Count, Hex) Number;
    "wait" (Int, Status) Number;
    "sleep" (Size) Number;
    "poweroff" (Hex) Nothing;
    "report" (Bytes, Size) Number;
    "yield" () Number;
}
