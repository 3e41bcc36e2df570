//! The structures that calls take and fill: which of their fields are shown, and how.

use super::flags::{ACTION, ALTERNATE, CLONE, CODE, EPOLL, FILE_LOCK, NOTIFY, Names, POLL, SCHEDULER, WHENCE};
use core::mem::offset_of;
use linux_raw_sys::{general as linux, system};

/// How a field is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Show {
    Signed,
    Unsigned,
    Hex,
    /// A file's kind and mode.
    Mode,
    /// A text, as long as the field at most.
    Text,
    /// Seconds and a fraction behind them of so many digits.
    Time(usize),
    Signal,
    /// What is done at a signal.
    Handler,
    /// A set of 64 signals.
    Signals,
    /// A number of which the highest means that there is no limit.
    Limit,
    /// The flags of open(2).
    Open,
    One(Names),
    Flags(Names),
}

/// One field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) offset: usize,
    pub(super) size: usize,
    pub(super) show: Show,
}

/// A structure: its size, and what is shown of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record {
    pub(super) size: usize,
    pub(super) fields: &'static [Field],
}

/// The size of a field that a function leads to.
const fn size_of_field<T, F>(_field: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! records {
    ($($name:ident: $type:path { $($field:ident: $show:expr),* $(,)? })*) => {
        $(pub(super) static $name: Record = Record {
            size: size_of::<$type>(),
            fields: &[$(Field {
                name: stringify!($field),
                offset: offset_of!($type, $field),
                size: size_of_field(|record: &$type| &record.$field),
                show: $show,
            }),*],
        };)*
    };
}

/// Two times, one behind the other.
macro_rules! times {
    ($($name:ident: $first:literal $second:literal $digits:literal;)*) => {
        $(pub(super) static $name: Record = Record {
            size: 32,
            fields: &[
                Field { name: $first, offset: 0, size: 16, show: Show::Time($digits) },
                Field { name: $second, offset: 16, size: 16, show: Show::Time($digits) },
            ],
        };)*
    };
}

times! {
    TIMER_SETTING: "it_interval" "it_value" 9;
    INTERVAL_TIMER: "it_interval" "it_value" 6;
    FILE_TIMES: "atime" "mtime" 9;
    OLD_FILE_TIMES: "atime" "mtime" 6;
}

records! {
    STAT: linux::stat { st_mode: Show::Mode, st_nlink: Show::Unsigned, st_uid: Show::Unsigned, st_gid: Show::Unsigned, st_size: Show::Signed }
    STATX: linux::statx { stx_mask: Show::Hex, stx_mode: Show::Mode, stx_nlink: Show::Unsigned, stx_size: Show::Unsigned }
    STATFS: linux::statfs64 { f_type: Show::Hex, f_bsize: Show::Signed, f_blocks: Show::Unsigned, f_bfree: Show::Unsigned }
    STACK: linux::sigaltstack { ss_sp: Show::Hex, ss_flags: Show::Flags(ALTERNATE), ss_size: Show::Unsigned }
    RLIMIT: linux::rlimit64 { rlim_cur: Show::Limit, rlim_max: Show::Limit }
    RUSAGE: linux::rusage { ru_utime: Show::Time(6), ru_stime: Show::Time(6), ru_maxrss: Show::Signed }
    NAMES: system::new_utsname { sysname: Show::Text, nodename: Show::Text, release: Show::Text, machine: Show::Text }
    SYSINFO: system::sysinfo { uptime: Show::Signed, totalram: Show::Unsigned, freeram: Show::Unsigned, procs: Show::Unsigned }
    POLL_EVENT: linux::pollfd { fd: Show::Signed, events: Show::Flags(POLL), revents: Show::Flags(POLL) }
    FLOCK: linux::flock {
        l_type: Show::One(FILE_LOCK), l_whence: Show::One(WHENCE), l_start: Show::Signed, l_len: Show::Signed,
        l_pid: Show::Signed,
    }
    WINDOW: linux::winsize { ws_row: Show::Unsigned, ws_col: Show::Unsigned }
    TERMINAL: linux::termios { c_iflag: Show::Hex, c_oflag: Show::Hex, c_cflag: Show::Hex, c_lflag: Show::Hex }
    EVENT: linux::sigevent { sigev_signo: Show::Signal, sigev_notify: Show::One(NOTIFY) }
    HOW_TO_OPEN: linux::open_how { flags: Show::Open, mode: Show::Mode, resolve: Show::Hex }
    CLONE_ARGUMENTS: linux::clone_args {
        flags: Show::Flags(CLONE), exit_signal: Show::Signal, stack: Show::Hex, stack_size: Show::Hex, tls: Show::Hex,
    }
    CAPABILITY_HEADER: linux::__user_cap_header_struct { version: Show::Hex, pid: Show::Signed }
    CAPABILITIES: linux::__user_cap_data_struct { effective: Show::Hex, permitted: Show::Hex, inheritable: Show::Hex }
    ZONE: linux::timezone { tz_minuteswest: Show::Signed, tz_dsttime: Show::Signed }
}

/// `struct sigaction` as the kernel has it, without what gives control back.
pub(super) static ACTION_RECORD: Record = Record {
    size: size_of::<linux::kernel_sigaction>(),
    fields: &[
        Field { name: "sa_handler", offset: 0, size: 8, show: Show::Handler },
        Field {
            name: "sa_flags",
            offset: offset_of!(linux::kernel_sigaction, sa_flags),
            size: 8,
            show: Show::Flags(ACTION),
        },
        Field { name: "sa_mask", offset: offset_of!(linux::kernel_sigaction, sa_mask), size: 8, show: Show::Signals },
    ],
};

/// What waitid(2) and sigtimedwait(2) tell of a signal.
pub(super) static SIGNAL_INFO: Record = Record {
    size: 128,
    fields: &[
        Field { name: "si_signo", offset: 0, size: 4, show: Show::Signal },
        Field { name: "si_code", offset: 8, size: 4, show: Show::One(CODE) },
        Field { name: "si_pid", offset: 16, size: 4, show: Show::Signed },
        Field { name: "si_uid", offset: 20, size: 4, show: Show::Unsigned },
        Field { name: "si_status", offset: 24, size: 4, show: Show::Signed },
    ],
};

/// `struct timex`, as far as it is of interest.
pub(super) static TIMEX: Record = Record {
    size: 208,
    fields: &[
        Field { name: "modes", offset: 0, size: 4, show: Show::Hex },
        Field { name: "status", offset: 40, size: 4, show: Show::Hex },
        Field { name: "time", offset: 72, size: 16, show: Show::Time(6) },
    ],
};

/// `struct tms`, in hundredths of a second.
pub(super) static TIMES: Record = Record {
    size: 32,
    fields: &[
        Field { name: "tms_utime", offset: 0, size: 8, show: Show::Signed },
        Field { name: "tms_stime", offset: 8, size: 8, show: Show::Signed },
        Field { name: "tms_cutime", offset: 16, size: 8, show: Show::Signed },
        Field { name: "tms_cstime", offset: 24, size: 8, show: Show::Signed },
    ],
};

/// `struct sched_param`.
pub(super) static PRIORITY: Record =
    Record { size: 4, fields: &[Field { name: "sched_priority", offset: 0, size: 4, show: Show::Signed }] };

/// `struct sched_attr`.
pub(super) static ATTRIBUTES: Record = Record {
    size: 48,
    fields: &[
        Field { name: "sched_policy", offset: 4, size: 4, show: Show::One(SCHEDULER) },
        Field { name: "sched_flags", offset: 8, size: 8, show: Show::Hex },
        Field { name: "sched_nice", offset: 16, size: 4, show: Show::Signed },
        Field { name: "sched_priority", offset: 20, size: 4, show: Show::Unsigned },
    ],
};

/// `struct epoll_event`, whose parts lie without a gap.
pub(super) static EPOLL_EVENT: Record = Record {
    size: 12,
    fields: &[
        Field { name: "events", offset: 0, size: 4, show: Show::Flags(EPOLL) },
        Field { name: "data", offset: 4, size: 8, show: Show::Hex },
    ],
};
