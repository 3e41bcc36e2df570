//! How much memory the files of one file system may take.

use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use machine::frame;

/// Of all memory, one part in so many is never given to files: with a full file system there must be room to run `rm`.
const RESERVED_PART: usize = 32;

/// Pages in all of them together.
static ALL: AtomicU64 = AtomicU64::new(0);

/// How many pages the files of all these file systems take.
pub fn pages() -> u64 {
    ALL.load(Ordering::Relaxed)
}

/// A count of pages that stays below a limit.
pub(super) struct Limits {
    limit: AtomicU64,
    used: AtomicU64,
}

impl Limits {
    pub(super) fn new(pages: Option<u64>) -> Limits {
        let limit = pages.unwrap_or_else(|| frame::total_frames() as u64 / 2);
        Limits { limit: AtomicU64::new(limit), used: AtomicU64::new(0) }
    }

    /// Counts one page more; `ENOSPC` if the limit is reached or memory runs short.
    pub(super) fn take(&self) -> Result<()> {
        if frame::free_frames() < frame::total_frames() / RESERVED_PART {
            return Err(Errno::ENOSPC);
        }
        let limit = self.limit.load(Ordering::Relaxed);
        let more = |used| (used < limit).then_some(used + 1);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map_err(|_| Errno::ENOSPC)?;
        ALL.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts pages that are there already, whatever the limit says: what the root archive brings.
    pub(super) fn add(&self, pages: u64) {
        self.used.fetch_add(pages, Ordering::Relaxed);
        ALL.fetch_add(pages, Ordering::Relaxed);
    }

    /// Sets another limit; `EINVAL` if more is in use.
    pub(super) fn set(&self, pages: u64) -> Result<()> {
        if self.used.load(Ordering::Relaxed) > pages {
            return Err(Errno::EINVAL);
        }
        self.limit.store(pages, Ordering::Relaxed);
        Ok(())
    }

    /// Counts pages less.
    pub(super) fn give_back(&self, pages: u64) {
        self.used.fetch_sub(pages, Ordering::Relaxed);
        ALL.fetch_sub(pages, Ordering::Relaxed);
    }

    /// How many pages there may be, and how many of them are free.
    pub(super) fn pages(&self) -> (u64, u64) {
        let limit = self.limit.load(Ordering::Relaxed);
        (limit, limit.saturating_sub(self.used.load(Ordering::Relaxed)))
    }
}
