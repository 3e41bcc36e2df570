//! Signals that have come and are not delivered yet, of a thread or of a whole process.

use super::info::{Detail, Info};
use alloc::collections::VecDeque;
use linux_raw_sys::general as linux;
use logic::signal::{Signal, SignalSet};

/// What an instruction of the program itself brings about: delivered before all others.
const SYNCHRONOUS: SignalSet =
    SignalSet::of(&[Signal::SEGV, Signal::BUS, Signal::ILL, Signal::TRAP, Signal::FPE, Signal::SYS]);

/// What has come.
pub struct Pending {
    set: SignalSet,
    /// Reasons, in the order of their coming; a signal that does not queue has one at most.
    infos: VecDeque<Info>,
}

impl Pending {
    /// Nothing.
    #[allow(clippy::new_without_default, reason = "nobody asks for a default")]
    pub const fn new() -> Pending {
        Pending { set: SignalSet::EMPTY, infos: VecDeque::new() }
    }

    /// Which have come.
    pub fn set(&self) -> SignalSet {
        self.set
    }

    /// Adds a signal. One that waits already and does not queue is left as it is. Only `most` may wait of those that programs queue.
    /// Tells whether it was taken: a signal with a value that queues is refused (`EAGAIN` of sigqueue(3)) when its reason cannot be
    /// kept; of others the fact is enough.
    pub fn add(&mut self, info: Info, most: u64) -> bool {
        let (signal, queues) = (info.signal, info.signal.is_real_time());
        // A timer counts on its own signal's being taken.
        let is_timer = matches!(info.detail, Detail::Timer { .. });
        if self.set.contains(signal) && !queues && !is_timer {
            return true;
        }
        let is_bound = (queues || info.code < 0) && !is_timer;
        let room = !(is_bound && self.infos.len() as u64 >= most) && self.infos.try_reserve(1).is_ok();
        if room {
            self.infos.push_back(info);
        }
        let is_taken = room || !queues || info.code == linux::SI_USER as i32;
        if is_taken {
            self.set.insert(signal);
        }
        is_taken
    }

    /// Takes the first of some signals that has come.
    pub fn take(&mut self, among: SignalSet) -> Option<Info> {
        let here = self.set & among;
        let signal = (here & SYNCHRONOUS).lowest().or(here.lowest())?;
        let index = self.infos.iter().position(|info| info.signal == signal);
        let info = index.and_then(|index| self.infos.remove(index)).unwrap_or(Info::unknown(signal));
        if !self.infos.iter().any(|info| info.signal == signal) {
            self.set.remove(signal);
        }
        Some(info)
    }

    /// Drops all of some signals.
    pub fn discard(&mut self, signals: SignalSet) {
        self.set = self.set.without(signals);
        self.infos.retain(|info| !signals.contains(info.signal));
    }
}
