//! Where the pages of a mapping come from: what `memory` needs of a file, and `fs` implements.

use crate::task::TaskContext;
use alloc::boxed::Box;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// A source of pages that several address spaces share: a file's page cache, shared memory.
///
/// Offsets are in bytes and multiples of the page size. The frame that is handed out is the shared one: who maps it for
/// private use maps it read-only and copies it at the first write.
pub trait Pager: Send + Sync {
    /// The page at an offset, read in if need be; may sleep, and is called with no lock held. The part of the last page behind
    /// the end is zero. Any error becomes SIGBUS for a program (`ENOMEM`: no memory left); a page that lies wholly behind
    /// the end is `EFAULT`.
    fn page(&self, ctx: &TaskContext, offset: u64) -> Result<Frame>;

    /// The page at an offset if it can be had at once; never sleeps, and takes no lock but spin locks.
    fn cached(&self, offset: u64) -> Option<Frame>;

    /// Told before a page that is mapped shared becomes writable, so that it can be noted as changed; may sleep.
    fn will_write(&self, _ctx: &TaskContext, _offset: u64) -> Result<()> {
        Ok(())
    }

    /// Returns when what was written is where it survives a power cut: msync(2).
    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Ok(())
    }

    /// Makes whole pages a hole that reads as zeros, for all who map them: MADV_REMOVE. Called with no lock held.
    fn punch(&self, _ctx: &TaskContext, _offset: u64, _length: u64) -> Result<()> {
        Err(Errno::EOPNOTSUPP)
    }

    /// What tells whether two pagers show the same pages, as long as either lives.
    fn object(&self) -> usize {
        core::ptr::from_ref(self).cast::<()>().addr()
    }

    /// What /proc/PID/maps shows: the file's path, where there is one, and memory for it.
    fn name(&self) -> Option<Box<[u8]>> {
        None
    }

    /// The device and inode numbers for /proc/PID/maps; zeros for what has none.
    fn identity(&self) -> (u64, u64) {
        (0, 0)
    }
}
