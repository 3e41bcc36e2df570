//! What can never be done to a file again: `F_ADD_SEALS` of fcntl(2).

use super::node::Node;
use crate::memory::{Pager, is_mapped_for_writing};
use crate::task::TaskContext;
use bitflags::bitflags;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

bitflags! {
    /// The seals.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Seals: u32 {
        /// No more seals.
        const SEAL = linux::F_SEAL_SEAL;
        /// It never becomes shorter.
        const SHRINK = linux::F_SEAL_SHRINK;
        /// It never becomes longer.
        const GROW = linux::F_SEAL_GROW;
        /// It is never written.
        const WRITE = linux::F_SEAL_WRITE;
        /// It is never written but through mappings that are there already.
        const FUTURE_WRITE = linux::F_SEAL_FUTURE_WRITE;
    }
}

impl Node {
    /// Which seals it has.
    pub fn seals(&self) -> Seals {
        Seals::from_bits_retain(self.seals.load(Ordering::Acquire))
    }

    /// From now on it can be sealed.
    pub fn allow_seals(&self) {
        self.seals.store(0, Ordering::Release);
    }

    /// Adds seals: `EPERM` if it takes none, `EBUSY` if it is to be no more written and is mapped for that.
    pub fn add_seals(&self, ctx: &TaskContext, seals: Seals) -> Result<()> {
        let cache = self.cache()?;
        let writing = cache.writing(ctx);
        if self.seals().contains(Seals::SEAL) {
            return Err(Errno::EPERM);
        }
        if (seals - self.seals()).contains(Seals::WRITE) && is_mapped_for_writing(ctx, cache.object()) {
            return Err(Errno::EBUSY);
        }
        self.seals.fetch_or(seals.bits(), Ordering::AcqRel);
        drop(writing);
        Ok(())
    }

    /// `EPERM` if any of these seals is on it.
    pub(super) fn check_unsealed(&self, seals: Seals) -> Result<()> {
        if self.seals().intersects(seals) { Err(Errno::EPERM) } else { Ok(()) }
    }

    /// `EPERM` if it must not get another size.
    pub(super) fn check_size(&self, old: u64, new: u64) -> Result<()> {
        let sealed = if new < old { Seals::SHRINK } else { Seals::GROW };
        if new == old { Ok(()) } else { self.check_unsealed(sealed) }
    }
}
