//! Signals: their numbers and names, sets of them, and what they do when a program did not say otherwise. signal(7)

use crate::errno::{Errno, Result};
use core::fmt;
use core::ops::{BitAnd, BitOr, Not};
use linux_raw_sys::general;

/// A signal: 1 to 64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(u8);

/// The first real-time signal of the kernel; the C library keeps some for itself.
const REAL_TIME_MIN: u8 = general::SIGRTMIN as u8;

/// The last signal.
const LAST: u8 = 64;

/// What a signal does by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DefaultAction {
    /// The process ends.
    Terminate,
    /// The process ends, with an image of its memory where these are written.
    Core,
    /// Nothing.
    Ignore,
    /// The process stops.
    Stop,
    /// The process goes on if it is stopped.
    Continue,
}

/// A set of signals, with the bits as Linux has them: bit 0 is signal 1.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct SignalSet(pub u64);

impl Signal {
    /// The signal with a number; `EINVAL` if there is none.
    pub fn new(number: u64) -> Result<Signal> {
        match u8::try_from(number) {
            Ok(number @ 1..=LAST) => Ok(Signal(number)),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether it is one of those that queue up.
    pub const fn is_real_time(self) -> bool {
        self.0 >= REAL_TIME_MIN
    }

    /// Whether a program can neither catch nor ignore nor block it.
    pub fn is_unstoppable(self) -> bool {
        matches!(self, Signal::KILL | Signal::STOP)
    }

    /// What it does by itself.
    pub fn default_action(self) -> DefaultAction {
        match self {
            Signal::CHLD | Signal::URG | Signal::WINCH => DefaultAction::Ignore,
            Signal::CONT => DefaultAction::Continue,
            Signal::STOP | Signal::TSTP | Signal::TTIN | Signal::TTOU => DefaultAction::Stop,
            Signal::QUIT | Signal::ILL | Signal::TRAP | Signal::ABRT | Signal::BUS | Signal::FPE => DefaultAction::Core,
            Signal::SEGV | Signal::XCPU | Signal::XFSZ | Signal::SYS => DefaultAction::Core,
            _ => DefaultAction::Terminate,
        }
    }
}

macro_rules! signals {
    ($($name:ident $c_name:ident $text:literal)*) => {
        #[allow(missing_docs, reason = "each is described by its text")]
        impl Signal {
            $(#[doc = $text] pub const $name: Signal = Signal(general::$c_name as u8);)*

            /// The C name, such as `SIGINT`; that of a real-time signal is `SIGRT`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Signal::$name => stringify!($c_name),)*
                    _ => "SIGRT",
                }
            }

            /// What happened, in words.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Signal::$name => $text,)*
                    _ => "real-time signal",
                }
            }
        }
    };
}

signals! {
    HUP SIGHUP "hang-up"
    INT SIGINT "interrupt"
    QUIT SIGQUIT "quit"
    ILL SIGILL "illegal instruction"
    TRAP SIGTRAP "breakpoint or trace trap"
    ABRT SIGABRT "aborted"
    BUS SIGBUS "bus error"
    FPE SIGFPE "arithmetic error"
    KILL SIGKILL "killed"
    USR1 SIGUSR1 "user-defined signal 1"
    SEGV SIGSEGV "segmentation fault"
    USR2 SIGUSR2 "user-defined signal 2"
    PIPE SIGPIPE "broken pipe"
    ALRM SIGALRM "alarm clock"
    TERM SIGTERM "terminated"
    STKFLT SIGSTKFLT "stack fault"
    CHLD SIGCHLD "child ended or stopped"
    CONT SIGCONT "continued"
    STOP SIGSTOP "stopped"
    TSTP SIGTSTP "stopped from the terminal"
    TTIN SIGTTIN "stopped at terminal input"
    TTOU SIGTTOU "stopped at terminal output"
    URG SIGURG "urgent data"
    XCPU SIGXCPU "processor time limit exceeded"
    XFSZ SIGXFSZ "file size limit exceeded"
    VTALRM SIGVTALRM "virtual timer expired"
    PROF SIGPROF "profiling timer expired"
    WINCH SIGWINCH "window changed"
    IO SIGIO "input or output possible"
    PWR SIGPWR "power failure"
    SYS SIGSYS "bad system call"
}

impl SignalSet {
    /// No signal.
    pub const EMPTY: SignalSet = SignalSet(0);

    /// All signals.
    pub const ALL: SignalSet = SignalSet(u64::MAX);

    /// Those that nobody can block.
    pub const UNSTOPPABLE: SignalSet = SignalSet::of(&[Signal::KILL, Signal::STOP]);

    /// A set of these.
    pub const fn of(signals: &[Signal]) -> SignalSet {
        let (mut bits, mut i) = (0, 0);
        while i < signals.len() {
            bits |= signals[i].bit();
            i += 1;
        }
        SignalSet(bits)
    }

    /// Whether there are none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a signal is in it.
    pub const fn contains(self, signal: Signal) -> bool {
        self.0 & signal.bit() != 0
    }

    /// Adds a signal; whether it was not in it before.
    pub fn insert(&mut self, signal: Signal) -> bool {
        let new = !self.contains(signal);
        self.0 |= signal.bit();
        new
    }

    /// Takes a signal out; whether it was in it.
    pub fn remove(&mut self, signal: Signal) -> bool {
        let was = self.contains(signal);
        self.0 &= !signal.bit();
        was
    }

    /// What is in this set and not in the other.
    pub const fn without(self, other: SignalSet) -> SignalSet {
        SignalSet(self.0 & !other.0)
    }

    /// The signal with the lowest number: those that faults raise are among the lowest, so they come early.
    pub const fn lowest(self) -> Option<Signal> {
        if self.0 == 0 { None } else { Some(Signal(self.0.trailing_zeros() as u8 + 1)) }
    }

    /// Those in it, by number.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        let mut rest = self;
        core::iter::from_fn(move || {
            let signal = rest.lowest()?;
            rest.remove(signal);
            Some(signal)
        })
    }
}

impl Signal {
    const fn bit(self) -> u64 {
        1 << (self.0 - 1)
    }
}

impl BitOr for SignalSet {
    type Output = SignalSet;

    fn bitor(self, other: SignalSet) -> SignalSet {
        SignalSet(self.0 | other.0)
    }
}

impl BitAnd for SignalSet {
    type Output = SignalSet;

    fn bitand(self, other: SignalSet) -> SignalSet {
        SignalSet(self.0 & other.0)
    }
}

impl Not for SignalSet {
    type Output = SignalSet;

    fn not(self) -> SignalSet {
        SignalSet(!self.0)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_real_time() { write!(f, "SIGRT{}", self.0) } else { f.write_str(self.name()) }
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SignalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{collections::BTreeSet, format};

    #[test]
    fn numbers_and_names() {
        assert_eq!(Signal::SEGV.number(), 11);
        assert_eq!(Signal::new(9), Ok(Signal::KILL));
        assert_eq!((Signal::new(0), Signal::new(65)), (Err(Errno::EINVAL), Err(Errno::EINVAL)));
        assert_eq!(Signal::new(256 + 9), Err(Errno::EINVAL));
        for number in 1..=31 {
            assert_ne!(Signal::new(number).unwrap().name(), "SIGRT");
        }
        let first = Signal::new(34).unwrap();
        assert!(first.is_real_time() && !Signal::SYS.is_real_time());
        assert_eq!(format!("{} {first} {first:?}", Signal::INT), "SIGINT SIGRT34 SIGRT34");
    }

    #[test]
    fn default_actions() {
        let count = |action| (1..=64).filter(|&n| Signal::new(n).unwrap().default_action() == action).count();
        assert_eq!(count(DefaultAction::Ignore), 3);
        assert_eq!(count(DefaultAction::Stop), 4);
        assert_eq!(count(DefaultAction::Core), 10);
        assert_eq!(count(DefaultAction::Continue), 1);
        assert_eq!(Signal::PIPE.default_action(), DefaultAction::Terminate);
        assert!(Signal::KILL.is_unstoppable() && !Signal::TERM.is_unstoppable());
    }

    #[test]
    fn sets_agree_with_a_model() {
        let mut random = Random(8);
        let (mut set, mut model) = (SignalSet::EMPTY, BTreeSet::new());
        for _ in 0..2000 {
            let signal = Signal::new(1 + random.below(64)).unwrap();
            assert_eq!(set.contains(signal), model.contains(&signal));
            if random.below(2) == 0 {
                assert_eq!(set.insert(signal), model.insert(signal));
            } else {
                assert_eq!(set.remove(signal), model.remove(&signal));
            }
            assert_eq!((set.is_empty(), set.lowest()), (model.is_empty(), model.first().copied()));
            assert!(set.iter().eq(model.iter().copied()));
        }
        assert_eq!(SignalSet::ALL.iter().count(), 64);
        assert_eq!(SignalSet::UNSTOPPABLE, SignalSet(1 << 8 | 1 << 18));
        assert_eq!(set.without(set), SignalSet::EMPTY);
        assert_eq!((set | !set, set & !set), (SignalSet::ALL, SignalSet::EMPTY));
        assert_eq!(format!("{:?}", SignalSet::UNSTOPPABLE), "{SIGKILL, SIGSTOP}");
    }
}
