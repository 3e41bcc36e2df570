//! What a disk is, and the list of those that there are. The list's lock is held only to copy it.

use super::{Operation, Request, SECTOR};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// What a disk has done: /proc/diskstats.
#[derive(Debug, Default)]
pub struct Counts {
    /// Reads that are done.
    pub reads: AtomicU64,
    /// Sectors that they brought.
    pub sectors_read: AtomicU64,
    /// Writes that are done.
    pub writes: AtomicU64,
    /// Sectors that they took.
    pub sectors_written: AtomicU64,
    /// Flushes that are done.
    pub flushes: AtomicU64,
    /// Requests that the disk is at now.
    pub under_way: AtomicU64,
}

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

impl Counts {
    /// Notes that the disk began a request.
    pub fn begin(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that it is done with it.
    pub fn end(&self, request: &Request) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        let (count, sectors) = match request.operation() {
            Operation::Read => (&self.reads, Some(&self.sectors_read)),
            Operation::Write => (&self.writes, Some(&self.sectors_written)),
            Operation::Flush => (&self.flushes, None),
            Operation::Identify => return,
        };
        count.fetch_add(1, Ordering::Relaxed);
        if let Some(sectors) = sectors {
            sectors.fetch_add(request.length() / SECTOR, Ordering::Relaxed);
        }
    }
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
