//! What the kernel keeps beside every inode, whichever file system it belongs to.

use super::locks::Kept;
use super::metadata::{InodeId, Permissions};
use super::pipe::Pipe;
use super::time::now;
use alloc::sync::Weak;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::lock::SpinLock;

/// What is kept beside an inode, and what it was made with.
pub struct InodeState {
    pub(super) id: InodeId,
    pub(super) permissions: Permissions,
    pub(super) block_size: u32,
    pub(super) made: TimeSpec,
    /// Above zero: how many open files may write it. Below: how many programs run from it.
    writers: AtomicI32,
    /// What goes through a FIFO while somebody has it open.
    pub(super) pipe: SpinLock<Weak<Pipe>>,
    /// Locks on it.
    pub(super) locks: Kept,
    /// Somebody holds a lease on it.
    pub(super) leased: AtomicBool,
    /// It was made without a name and may get one: open(2), `O_TMPFILE` without `O_EXCL`.
    pub(super) linkable: AtomicBool,
    /// Its last name was taken away.
    pub(super) gone: AtomicBool,
    _counted: Counted,
}

/// How many inodes there are.
static ALL: AtomicUsize = AtomicUsize::new(0);

/// How many inodes there are, of whatever file system: those that have names in memory, are open, or are remembered.
pub(super) fn count() -> usize {
    ALL.load(Ordering::Relaxed)
}

/// One that is counted.
struct Counted;

impl Counted {
    fn new() -> Counted {
        ALL.fetch_add(1, Ordering::Relaxed);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALL.fetch_sub(1, Ordering::Relaxed);
    }
}

impl InodeState {
    /// Of an inode that is made now; nobody writes, nobody runs it.
    pub fn new(id: InodeId, permissions: Permissions) -> InodeState {
        InodeState {
            id,
            permissions,
            block_size: PAGE_SIZE as u32,
            made: now(),
            writers: AtomicI32::new(0),
            pipe: SpinLock::new("inode's pipe", Weak::new()),
            locks: SpinLock::new("inode's locks", None),
            leased: AtomicBool::new(false),
            linkable: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            _counted: Counted::new(),
        }
    }

    /// The same, of an inode that tells another size of blocks than a page.
    pub fn in_blocks_of(self, block_size: u32) -> InodeState {
        InodeState { block_size, ..self }
    }

    /// Notes one more who may write; `ETXTBSY` while a program runs from it.
    pub fn begin_write(&self) -> Result<()> {
        self.step(|writers| (writers >= 0).then_some(writers + 1))
    }

    /// One less may write.
    pub fn end_write(&self) {
        self.writers.fetch_sub(1, Ordering::Release);
    }

    /// Whether somebody may write.
    pub fn is_written(&self) -> bool {
        self.writers.load(Ordering::Acquire) > 0
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
