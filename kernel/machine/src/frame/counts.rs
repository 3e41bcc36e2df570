//! Counting frames by the hundred: fork and the end of a space go through whole page tables.

use super::{COUNTS, give_back_one};
use core::num::NonZeroU32;
use core::sync::atomic::{AtomicU32, Ordering};
use logic::address::PhysAddr;

/// The counts of all frames, for who goes through whole page tables: looked up once, and not for each entry.
#[derive(Clone, Copy)]
pub(crate) struct Counts(&'static [AtomicU32]);

impl Counts {
    pub(crate) fn all() -> Counts {
        match COUNTS.get() {
            Some(counts) => Counts(counts),
            None => crate::panic::fatal(format_args!("a frame is used before there are any")),
        }
    }

    /// One more owner of a frame that somebody has.
    #[inline(always)]
    pub(crate) fn add(self, frame: PhysAddr) {
        let before = self.0[frame.frame() as usize].fetch_add(1, Ordering::Relaxed);
        assert!(before < u32::MAX / 2, "nobody owns a frame two thousand million times");
    }

    /// One owner less.
    ///
    /// # Safety
    /// As for [`Frame::from_address`].
    #[inline(always)]
    pub(crate) unsafe fn release(self, frame: PhysAddr) {
        if self.0[frame.frame() as usize].fetch_sub(1, Ordering::AcqRel) == 1 {
            // SAFETY: a frame's number is never zero.
            give_back_one(unsafe { NonZeroU32::new_unchecked(frame.frame() as u32) });
        }
    }
}
