//! What the kernel keeps beside every inode, whichever file system it belongs to.

use super::locks::Kept;
use super::pipe::Pipe;
use alloc::sync::Weak;
use core::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// What is kept beside an inode.
pub struct InodeState {
    /// Above zero: how many open files may write it. Below: how many programs run from it.
    writers: AtomicI32,
    /// What goes through a FIFO while somebody has it open.
    pub(super) pipe: SpinLock<Weak<Pipe>>,
    /// Locks on it.
    pub(super) locks: Kept,
    /// It was made without a name and may get one: open(2), `O_TMPFILE` without `O_EXCL`.
    pub(super) linkable: AtomicBool,
    /// Its last name was taken away.
    pub(super) gone: AtomicBool,
}

impl InodeState {
    /// Nobody writes, nobody runs it.
    pub const fn new() -> InodeState {
        InodeState {
            writers: AtomicI32::new(0),
            pipe: SpinLock::new("inode's pipe", Weak::new()),
            locks: SpinLock::new("inode's locks", None),
            linkable: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }
    }

    /// Notes one more who may write; `ETXTBSY` while a program runs from it.
    pub fn begin_write(&self) -> Result<()> {
        self.step(|writers| (writers >= 0).then_some(writers + 1))
    }

    /// One less may write.
    pub fn end_write(&self) {
        self.writers.fetch_sub(1, Ordering::Release);
    }

    /// Notes one more program that runs from it; `ETXTBSY` while somebody may write.
    pub fn begin_run(&self) -> Result<()> {
        self.step(|writers| (writers <= 0).then_some(writers - 1))
    }

    /// One program less runs from it.
    pub fn end_run(&self) {
        self.writers.fetch_add(1, Ordering::Release);
    }

    fn step(&self, next: impl FnMut(i32) -> Option<i32>) -> Result<()> {
        let changed = self.writers.fetch_update(Ordering::Acquire, Ordering::Relaxed, next);
        changed.map(|_| ()).map_err(|_| Errno::ETXTBSY)
    }
}

impl Default for InodeState {
    fn default() -> InodeState {
        InodeState::new()
    }
}
