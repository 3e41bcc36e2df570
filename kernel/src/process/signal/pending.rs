//! Signals that have come and are not delivered yet, of a thread or of a whole process.

use super::info::{Detail, Info};
use alloc::collections::VecDeque;
use logic::signal::{Signal, SignalSet};

/// How many signals with their reasons may wait in one place; of more, only the fact is kept.
const MOST: usize = 1024;

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

    /// Adds a signal; a program's own are `most` at most. One that waits already and does not queue is left as it is. Tells whether the reason could be kept: for
    /// sigqueue(3), `EAGAIN` if not.
    pub fn add(&mut self, info: Info, most: u64) -> bool {
        let new = self.set.insert(info.signal);
        // A timer counts on its own signal's being taken.
        let is_timer = matches!(info.detail, Detail::Timer { .. });
        if !new && !info.signal.is_real_time() && !is_timer {
            return true;
        }
        let most = if info.is_queued() { most.min(MOST as u64) as usize } else { MOST };
        let room = self.infos.len() < most && self.infos.try_reserve(1).is_ok();
        if room {
            self.infos.push_back(info);
        } else if new && info.is_queued() {
            self.set.remove(info.signal);
        }
        room
    }

    /// Takes the first of some signals that has come.
    pub fn take(&mut self, among: SignalSet) -> Option<Info> {
        let here = self.set & among;
        let signal = (here & SYNCHRONOUS).lowest().or(here.lowest())?;
        let index = self.infos.iter().position(|info| info.signal == signal);
        let info = index.and_then(|index| self.infos.remove(index)).unwrap_or(Info::kernel(signal));
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
