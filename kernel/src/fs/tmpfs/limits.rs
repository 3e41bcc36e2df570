//! How much memory the files of one file system may take: their pages, and their inodes.

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

/// What is limited of a file system.
pub(super) struct Limits {
    pages: Count,
    inodes: Count,
}

/// A count that stays below a limit; `u64::MAX` is none.
struct Count {
    limit: AtomicU64,
    used: AtomicU64,
}

impl Limits {
    /// Half of the memory, and an inode for every two pages of it, unless it is said otherwise.
    pub(super) fn new(pages: Option<u64>, inodes: Option<u64>) -> Limits {
        Limits { pages: Count::new(pages), inodes: Count::new(inodes) }
    }

    /// Counts one page more; `ENOSPC` if the limit is reached or memory runs short.
    pub(super) fn take(&self) -> Result<()> {
        self.pages.take()?;
        ALL.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Counts pages that are there already, whatever the limit says: what the root archive brings.
    pub(super) fn add(&self, pages: u64) {
        self.pages.used.fetch_add(pages, Ordering::Relaxed);
        ALL.fetch_add(pages, Ordering::Relaxed);
    }

    /// Counts pages less.
    pub(super) fn give_back(&self, pages: u64) {
        self.pages.used.fetch_sub(pages, Ordering::Relaxed);
        ALL.fetch_sub(pages, Ordering::Relaxed);
    }

    /// Counts one inode more, as `take` does a page. As on Linux, each further name of a file counts as one.
    pub(super) fn take_inode(&self) -> Result<()> {
        self.inodes.take()
    }

    /// Counts the root's inode, which is there whatever the limit says.
    pub(super) fn add_inode(&self) {
        self.inodes.used.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an inode less.
    pub(super) fn give_back_inode(&self) {
        self.inodes.used.fetch_sub(1, Ordering::Relaxed);
    }

    /// Sets other limits, where they are given. `EINVAL`, and nothing is changed, if more is in use than one allows, or if there was
    /// none.
    pub(super) fn set(&self, pages: Option<u64>, inodes: Option<u64>) -> Result<()> {
        self.pages.check(pages)?;
        self.inodes.check(inodes)?;
        self.pages.set(pages);
        self.inodes.set(inodes);
        Ok(())
    }

    /// How many pages there may be, and how many of them are free; 0 and 0 without a limit.
    pub(super) fn pages(&self) -> (u64, u64) {
        self.pages.tell()
    }

    /// The same of inodes.
    pub(super) fn inodes(&self) -> (u64, u64) {
        self.inodes.tell()
    }
}

impl Count {
    fn new(limit: Option<u64>) -> Count {
        let limit = limit.unwrap_or_else(default);
        Count { limit: AtomicU64::new(limit), used: AtomicU64::new(0) }
    }

    fn take(&self) -> Result<()> {
        if frame::free_frames() < frame::total_frames() / RESERVED_PART {
            return Err(Errno::ENOSPC);
        }
        let limit = self.limit.load(Ordering::Relaxed);
        let more = |used| (used < limit).then_some(used + 1);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map(|_| ()).map_err(|_| Errno::ENOSPC)
    }

    fn check(&self, limit: Option<u64>) -> Result<()> {
        let Some(limit) = limit.filter(|&limit| limit != u64::MAX) else { return Ok(()) };
        let without = self.limit.load(Ordering::Relaxed) == u64::MAX;
        if without || self.used.load(Ordering::Relaxed) > limit { Err(Errno::EINVAL) } else { Ok(()) }
    }

    fn set(&self, limit: Option<u64>) {
        self.limit.store(limit.unwrap_or_else(|| self.limit.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    fn tell(&self) -> (u64, u64) {
        match self.limit.load(Ordering::Relaxed) {
            u64::MAX => (0, 0),
            limit => (limit, limit.saturating_sub(self.used.load(Ordering::Relaxed))),
        }
    }
}

/// What a limit is that nobody sets.
pub(super) fn default() -> u64 {
    frame::total_frames() as u64 / 2
}
