//! What a disk is, and the list of those that there are. The list's lock is held only to copy it.

use super::{Counts, Operation, Request, SECTOR};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// A device that keeps sectors of 512 bytes.
pub trait Disk: Send + Sync {
    /// Its name, such as `vda`.
    fn name(&self) -> &str;

    /// Its size in sectors.
    fn sectors(&self) -> u64;

    /// The unit in bytes that it reads and writes: a power of two, at least a sector.
    fn block_size(&self) -> u32;

    /// Whether it refuses writes.
    fn read_only(&self) -> bool;

    /// How many segments a request may have.
    fn segments(&self) -> usize;

    /// What it has done.
    fn counts(&self) -> &Counts;

    /// Starts a request that `submit` has found to be in order. Waits while the disk has too many. An error means that
    /// it was not started.
    fn start(&self, ctx: &TaskContext, request: Arc<Request>) -> Result<()>;
}

impl dyn Disk + '_ {
    /// Starts a request; `Request::wait` tells how it went. `ENXIO` beyond the end, `EROFS` for a write to a disk that
    /// takes none, `EINVAL` if it does not fit the disk's blocks.
    pub fn submit(&self, ctx: &TaskContext, request: Arc<Request>) -> Result<()> {
        self.check(&request)?;
        self.start(ctx, request)
    }

    fn check(&self, request: &Request) -> Result<()> {
        match request.operation() {
            Operation::Flush | Operation::Identify => return Ok(()),
            Operation::Write if self.read_only() => return Err(Errno::EROFS),
            Operation::Read | Operation::Write => {}
        }
        let (length, block) = (request.length(), u64::from(self.block_size()));
        let start = request.sector().checked_mul(SECTOR).ok_or(Errno::ENXIO)?;
        if length == 0 || !length.is_multiple_of(block) || !start.is_multiple_of(block) {
            return Err(Errno::EINVAL);
        }
        let end = request.sector().checked_add(length / SECTOR).ok_or(Errno::ENXIO)?;
        if end > self.sectors() { Err(Errno::ENXIO) } else { Ok(()) }
    }
}

static DISKS: SpinLock<Vec<Arc<dyn Disk>>> = SpinLock::new("disks", Vec::new());

/// Adds a disk to the list.
pub fn register(disk: Arc<dyn Disk>) -> Result<()> {
    let mut disks = DISKS.lock();
    disks.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    disks.push(disk);
    Ok(())
}

/// All disks, in the order in which they were found.
pub fn disks() -> Vec<Arc<dyn Disk>> {
    DISKS.lock().clone()
}

/// The disk of a name.
pub fn find(name: &str) -> Option<Arc<dyn Disk>> {
    disks().into_iter().find(|disk| disk.name() == name)
}
