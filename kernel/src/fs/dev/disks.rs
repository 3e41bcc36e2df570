//! The disks that have been opened: each is one file for all who open it, whose pages stay in memory as long as there is room.
//!
//! `dev` opens them; /proc/meminfo asks how much they hold, and `process::hog` has it given back before it ends a process.

use super::disk::DiskFile;
use crate::block;
use crate::fs::file::File;
use crate::fs::inode::DeviceNumber;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// What Linux gives virtio disks as a rule; each may have 15 partitions.
const MAJOR: u32 = 254;
const MINORS: u32 = 16;

static OPENED: SpinLock<Vec<(DeviceNumber, Arc<DiskFile>)>> = SpinLock::new("opened disks", Vec::new());

/// The number of the disk at a place in the list of disks.
pub(super) fn number(index: usize) -> DeviceNumber {
    DeviceNumber::new(MAJOR, index as u32 * MINORS)
}

/// The disk with a number as a file.
pub(super) fn open(wanted: DeviceNumber) -> Result<Arc<dyn File>> {
    if let Some(file) = opened(wanted) {
        return Ok(file);
    }
    let disks = block::disks();
    let disk = disks.into_iter().enumerate().find(|(index, _)| number(*index) == wanted);
    let (_, disk) = disk.ok_or(Errno::ENXIO)?;
    let file = Arc::new(DiskFile::new(disk, wanted));
    let mut all = OPENED.lock();
    all.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    // Two may have come here at once: the first one's is everybody's.
    let there = all.iter().find(|(number, _)| *number == wanted).map(|(_, file)| file.clone());
    if there.is_none() {
        all.push((wanted, file.clone()));
    }
    Ok(there.unwrap_or(file))
}

/// How many pages of disks are in memory.
pub fn cached() -> u64 {
    OPENED.lock().iter().map(|(_, file)| file.cached()).sum()
}

/// Gives back all of them that nobody uses; tells how many those were.
pub fn forget_unused() -> u64 {
    let at = |index| OPENED.lock().get(index).map(|(_, file): &(_, Arc<DiskFile>)| file.clone());
    (0..).map_while(at).map(|file| file.forget_unused()).sum()
}

fn opened(wanted: DeviceNumber) -> Option<Arc<DiskFile>> {
    OPENED.lock().iter().find(|(number, _)| *number == wanted).map(|(_, file)| file.clone())
}
