//! How a process ended or stopped, and the number as which wait4(2) tells it.

use crate::signal::Signal;
use core::fmt;

/// What wait4(2) tells of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitStatus {
    /// It ended by itself, with this status.
    Exited(u8),
    /// A signal ended it.
    Killed {
        /// Which one.
        signal: Signal,
        /// Whether an image of its memory was written.
        core: bool,
    },
    /// A signal stopped it.
    Stopped(Signal),
    /// It goes on after it was stopped.
    Continued,
}

/// The bit that tells of a memory image.
const CORE: i32 = 0x80;

/// The lower byte of a stopped process's status.
const STOPPED: i32 = 0x7f;

const CONTINUED: i32 = 0xffff;

impl WaitStatus {
    /// The number.
    pub fn encode(self) -> i32 {
        match self {
            WaitStatus::Exited(status) => i32::from(status) << 8,
            WaitStatus::Killed { signal, core } => i32::from(signal.number()) | if core { CORE } else { 0 },
            WaitStatus::Stopped(signal) => i32::from(signal.number()) << 8 | STOPPED,
            WaitStatus::Continued => CONTINUED,
        }
    }

    /// What a number tells, if it is one that [`WaitStatus::encode`] makes.
    pub fn decode(number: i32) -> Option<WaitStatus> {
        let signal = |number: i32| Signal::new(u64::try_from(number).ok()?).ok();
        let high = number >> 8;
        match number & 0xff {
            _ if number == CONTINUED => Some(WaitStatus::Continued),
            0 => u8::try_from(high).ok().map(WaitStatus::Exited),
            STOPPED => signal(high).map(WaitStatus::Stopped),
            low if high == 0 => Some(WaitStatus::Killed { signal: signal(low & !CORE)?, core: low & CORE != 0 }),
            _ => None,
        }
    }

    /// The status as a shell tells it: 128 and the signal's number if a signal ended it.
    pub fn shell_status(self) -> u8 {
        match self {
            WaitStatus::Exited(status) => status,
            WaitStatus::Killed { signal, .. } | WaitStatus::Stopped(signal) => 128 + signal.number(),
            WaitStatus::Continued => 0,
        }
    }
}

/// The rest of a sentence that begins with the process.
impl fmt::Display for WaitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WaitStatus::Exited(status) => write!(f, "exited with status {status}"),
            WaitStatus::Killed { signal, core: false } => write!(f, "was killed by {signal}"),
            WaitStatus::Killed { signal, core: true } => write!(f, "was killed by {signal}, core dumped"),
            WaitStatus::Stopped(signal) => write!(f, "was stopped by {signal}"),
            WaitStatus::Continued => f.write_str("continued"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn the_numbers_of_linux() {
        assert_eq!(WaitStatus::Exited(3).encode(), 0x300);
        assert_eq!(WaitStatus::Killed { signal: Signal::SEGV, core: true }.encode(), 0x8b);
        assert_eq!(WaitStatus::Killed { signal: Signal::KILL, core: false }.encode(), 9);
        assert_eq!(WaitStatus::Stopped(Signal::TSTP).encode(), 0x147f);
        assert_eq!(WaitStatus::Continued.encode(), 0xffff);
    }

    #[test]
    fn every_number_is_what_it_encodes_or_nothing() {
        let known = (-70_000..200_000).filter_map(|number| Some((number, WaitStatus::decode(number)?)));
        let mut count = 0;
        for (number, status) in known {
            assert_eq!(status.encode(), number);
            count += 1;
        }
        assert_eq!(count, 256 + 64 * 2 + 64 + 1);
        assert_eq!(WaitStatus::decode(i32::MIN), None);
        assert_eq!(WaitStatus::decode(i32::MAX), None);
    }

    #[test]
    fn in_words() {
        let killed = |core| WaitStatus::Killed { signal: Signal::SEGV, core };
        assert_eq!(format!("process 1 {}", WaitStatus::Exited(3)), "process 1 exited with status 3");
        assert_eq!(format!("{}", killed(false)), "was killed by SIGSEGV");
        assert_eq!(format!("{}", killed(true)), "was killed by SIGSEGV, core dumped");
        assert_eq!(format!("{}", WaitStatus::Stopped(Signal::TSTP)), "was stopped by SIGTSTP");
        assert_eq!(format!("{}", WaitStatus::Continued), "continued");
    }

    #[test]
    fn as_a_shell_tells_it() {
        assert_eq!(WaitStatus::Exited(7).shell_status(), 7);
        assert_eq!(WaitStatus::Killed { signal: Signal::SEGV, core: false }.shell_status(), 139);
        assert_eq!(WaitStatus::Stopped(Signal::new(64).unwrap()).shell_status(), 192);
    }
}
