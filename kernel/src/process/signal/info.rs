//! Why a signal came: `siginfo_t`, sigaction(2).

use linux_raw_sys::general as linux;
use logic::signal::Signal;

/// A signal with its reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Info {
    /// Which.
    pub signal: Signal,
    /// `si_code`: from whom or why.
    pub code: i32,
    /// What else there is to say.
    pub detail: Detail,
}

/// What a `siginfo_t` holds besides; each kind has its own layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Nothing.
    None,
    /// Sent by a process: kill(2), tgkill(2).
    Sender {
        /// Its id.
        process: u32,
        /// Its real user id.
        user: u32,
    },
    /// Sent by a process with a value: sigqueue(3).
    Value {
        /// Its id.
        process: u32,
        /// Its real user id.
        user: u32,
        /// `si_value`.
        value: u64,
    },
    /// A timer has rung: timer_create(2).
    Timer {
        /// Its number.
        id: u32,
        /// How often it would have rung before this is taken; told then.
        overrun: u32,
        /// `si_value`.
        value: u64,
    },
    /// About a child: SIGCHLD.
    Child {
        /// Its id.
        process: u32,
        /// Its real user id.
        user: u32,
        /// Its exit status, or the signal that ended or stopped it.
        status: i32,
        /// How long it has run in its program and in the kernel, in ticks of times(2).
        times: [u64; 2],
    },
    /// About a file: SIGIO.
    File {
        /// What happened, in bits of poll(2).
        band: u32,
        /// Its descriptor.
        descriptor: u32,
    },
    /// An instruction of the program could not be done.
    Fault {
        /// The instruction's address or that of the data it touched.
        address: u64,
    },
}

/// The size of a `siginfo_t`.
pub const INFO_SIZE: usize = linux::SI_MAX_SIZE as usize;

/// Where `_sifields` begins.
const DETAIL: usize = 16;

impl Info {
    /// A signal from the kernel with nothing more to say.
    pub const fn kernel(signal: Signal) -> Info {
        Info { signal, code: linux::SI_KERNEL as i32, detail: Detail::None }
    }

    /// Whether the process's own instruction or system call brought it about ([`force`](super::force)).
    pub const fn is_forced(&self) -> bool {
        let synchronous = matches!(self.signal, Signal::SEGV | Signal::TRAP) && matches!(self.detail, Detail::None);
        synchronous || matches!(self.detail, Detail::Fault { .. })
    }

    /// A signal whose reason could not be kept.
    pub const fn unknown(signal: Signal) -> Info {
        Info { signal, code: linux::SI_USER as i32, detail: Detail::Sender { process: 0, user: 0 } }
    }

    /// As a program sees it.
    pub fn encode(&self) -> [u8; INFO_SIZE] {
        let mut bytes = [0; INFO_SIZE];
        let mut put = |offset: usize, value: &[u8]| bytes[offset..offset + value.len()].copy_from_slice(value);
        put(0, &u32::from(self.signal.number()).to_le_bytes());
        put(8, &self.code.to_le_bytes());
        match self.detail {
            Detail::None => {}
            Detail::Sender { process, user }
            | Detail::Value { process, user, .. }
            | Detail::Child { process, user, .. } => {
                put(DETAIL, &process.to_le_bytes());
                put(DETAIL + 4, &user.to_le_bytes());
            }
            Detail::Timer { id, overrun, .. } => {
                put(DETAIL, &id.to_le_bytes());
                put(DETAIL + 4, &overrun.to_le_bytes());
            }
            Detail::File { band, descriptor } => {
                put(DETAIL, &u64::from(band).to_le_bytes());
                put(DETAIL + 8, &descriptor.to_le_bytes());
            }
            Detail::Fault { address } => put(DETAIL, &address.to_le_bytes()),
        }
        match self.detail {
            Detail::Value { value, .. } | Detail::Timer { value, .. } => put(DETAIL + 8, &value.to_le_bytes()),
            Detail::Child { status, times: [user, system], .. } => {
                put(DETAIL + 8, &status.to_le_bytes());
                put(DETAIL + 16, &user.to_le_bytes());
                put(DETAIL + 24, &system.to_le_bytes());
            }
            _ => {}
        }
        bytes
    }

    /// From what a program hands to rt_sigqueueinfo(2); the signal is told apart.
    pub fn decode(signal: Signal, bytes: &[u8; INFO_SIZE]) -> Info {
        let word = |offset: usize| bytes[offset..offset + 4].try_into().map(u32::from_le_bytes).unwrap_or(0);
        let value = u64::from(word(DETAIL + 8)) | u64::from(word(DETAIL + 12)) << 32;
        let detail = Detail::Value { process: word(DETAIL), user: word(DETAIL + 4), value };
        Info { signal, code: word(8) as i32, detail }
    }

    /// Whether it says that a program itself has sent it, and not kill(2) or the kernel.
    pub fn is_queued(&self) -> bool {
        self.code < 0 && self.code != linux::SI_TKILL
    }
}
