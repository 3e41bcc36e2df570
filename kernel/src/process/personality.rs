//! How a program wants Linux to behave otherwise than Linux does: personality(2).

use super::process::Process;
use bitflags::bitflags;
use core::sync::atomic::Ordering;

bitflags! {
    /// What is heeded of it. All else can be set and asked for, and does nothing: on x86-64 most of it does nothing on Linux either.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Personality: u32 {
        /// The release is one of the series 2.6.
        const OLD_RELEASE = 0x0002_0000;
        /// Nothing about addresses is left to chance.
        const FIXED_ADDRESSES = 0x0004_0000;
        /// What can be read can be executed.
        const READ_IMPLIES_EXECUTE = 0x0040_0000;
        /// select(2) and its relatives do not tell how much time was left.
        const STICKY_TIMEOUTS = 0x0400_0000;
        const _ = !0;
    }
}

impl Process {
    /// What personality(2) set.
    pub fn personality(&self) -> Personality {
        Personality::from_bits_retain(self.personality.load(Ordering::Relaxed))
    }

    /// Whether it wants that.
    pub fn wants(&self, what: Personality) -> bool {
        self.personality().contains(what)
    }

    /// Sets it.
    pub fn set_personality(&self, new: Personality) {
        self.personality.store(new.bits(), Ordering::Relaxed);
    }
}
