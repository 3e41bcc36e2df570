//! A file system as a whole, and what df(1) asks of it: statfs(2).

use super::dentry::Dentry;
use super::inode::{DeviceNumber, Inode};
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use logic::errno::{Errno, Result};

/// What can be mounted.
pub trait FileSystem: Send + Sync {
    /// The name of its type, as in /proc/filesystems.
    fn type_name(&self) -> &'static str;

    /// Its root directory.
    fn root(&self) -> Arc<dyn Inode>;

    /// What statfs(2) tells.
    fn statistics(&self) -> Statistics;

    /// Changes how it is mounted, by the options of a remount: `EINVAL` for what it does not know.
    fn remount(&self, options: &[u8]) -> Result<()> {
        if options.is_empty() { Ok(()) } else { Err(Errno::EINVAL) }
    }

    /// Writes back all that is not yet where it survives a power cut: sync(2).
    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Ok(())
    }
}

/// What statfs(2) tells.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    /// The magic number of the file system's type.
    pub magic: u64,
    /// Bytes in a block.
    pub block_size: u64,
    /// Blocks in all.
    pub blocks: u64,
    /// Blocks that nothing occupies.
    pub free: u64,
    /// Inodes in all; 0 if there is no limit.
    pub inodes: u64,
    /// Inodes that are free.
    pub free_inodes: u64,
}

/// A file system that is in use, with its tree of names; several mounts may show it.
pub struct Volume {
    /// The file system.
    pub system: Arc<dyn FileSystem>,
    /// The top of its tree.
    pub root: Arc<Dentry>,
    read_only: AtomicBool,
    /// How many open files may write to it.
    writers: AtomicU32,
}

impl Volume {
    /// Takes a file system into use.
    pub fn new(system: Arc<dyn FileSystem>) -> Arc<Volume> {
        let root = Dentry::root(system.root());
        Arc::new(Volume { system, root, read_only: AtomicBool::new(false), writers: AtomicU32::new(0) })
    }

    /// Whether nothing in it can be changed, wherever it is mounted.
    pub fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::Acquire)
    }

    /// Has nothing changed in it any more (`EBUSY` while a file is open for writing), or allows it again.
    pub fn set_read_only(&self, read_only: bool) -> Result<()> {
        if read_only && self.writers.load(Ordering::Acquire) > 0 {
            return Err(Errno::EBUSY);
        }
        self.read_only.store(read_only, Ordering::Release);
        Ok(())
    }

    pub(super) fn begin_write(&self) {
        self.writers.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn end_write(&self) {
        self.writers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Volume {
    /// The last mount is gone, and the last path through it: also of those who stayed inside when it was detached, and had looked
    /// up further names there.
    fn drop(&mut self) {
        self.root.forget_all();
    }
}

/// A device number for a file system that lies on no device; each is given once.
pub fn nameless_device() -> DeviceNumber {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    DeviceNumber::new(0, NEXT.fetch_add(1, Ordering::Relaxed))
}
