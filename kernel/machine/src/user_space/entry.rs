//! An entry of a program's page tables: the frame that it owns, and what the program may do with it (SDM volume 3, 4.5).

use crate::{
    frame::Frame,
    kernel_space::{
        ACCESSED, ADDRESS, DIRTY, ENTRIES, NO_EXECUTE, PRESENT, Table, USER, WRITABLE, entry_index, table_at,
    },
};
use bitflags::bitflags;
use core::sync::atomic::Ordering;
use logic::address::{PAGE_SIZE, PhysAddr};

bitflags! {
    /// What a program may do with a page. x86 cannot forbid reading what may be written or executed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Access: u8 {
        /// Read it.
        const READ = 1;
        /// Write it.
        const WRITE = 2;
        /// Execute it.
        const EXECUTE = 4;
    }
}

/// In a lowest entry: it owns a frame. Set with PRESENT, but for pages that a program may not touch at all (PROT_NONE).
/// One of the bits that the CPU leaves to software.
pub(super) const HELD: u64 = 1 << 9;

/// What the lowest tables map, and what the ones above map per entry.
pub(super) const TABLE_SPAN: u64 = (PAGE_SIZE * ENTRIES) as u64;

/// The first entry from `from` on, before `end`, in which a bit is set. Most of a table is empty: that is passed over eight
/// entries at a time.
pub(super) fn next_with(table: &Table, from: usize, end: usize, bit: u64) -> Option<usize> {
    let mut index = from;
    while index < end {
        let eight = table.get(index..index + 8).unwrap_or_default();
        if index + 8 <= end && eight.iter().fold(0, |all, entry| all | entry.load(Ordering::Relaxed)) & bit == 0 {
            index += 8;
        } else if table[index].load(Ordering::Acquire) & bit != 0 {
            return Some(index);
        } else {
            index += 1;
        }
    }
    None
}

/// The lowest table for a page; if it is not there, the start of the next span that could have one, as far as its upper
/// table tells. The lock is held.
pub(super) fn lowest_table(root: PhysAddr, page: u64) -> core::result::Result<&'static Table, u64> {
    let mut table = root;
    for level in (2..=4).rev() {
        // SAFETY: tables of a space stay until it is dropped.
        let entries = &unsafe { table_at(table) }[entry_index(page, level)..];
        let missing = entries.iter().take_while(|entry| entry.load(Ordering::Acquire) & PRESENT == 0).count();
        if missing > 0 {
            let span = 1u64 << (3 + 9 * level);
            return Err((page / span + missing as u64) * span);
        }
        let entry = entries[0].load(Ordering::Acquire);
        table = PhysAddr(entry & ADDRESS);
    }
    // SAFETY: likewise.
    Ok(unsafe { table_at(table) })
}

pub(super) fn bits_of(access: Access) -> u64 {
    let mut bits = HELD | USER | ACCESSED;
    if !access.is_empty() {
        bits |= PRESENT;
    }
    if access.contains(Access::WRITE) {
        bits |= WRITABLE | DIRTY;
    }
    if !access.contains(Access::EXECUTE) {
        bits |= NO_EXECUTE;
    }
    bits
}

pub(super) fn access_of(entry: u64) -> Access {
    let mut access = Access::empty();
    if entry & PRESENT == 0 {
        return access;
    }
    access |= Access::READ;
    access.set(Access::WRITE, entry & WRITABLE != 0);
    access.set(Access::EXECUTE, entry & NO_EXECUTE == 0);
    access
}

/// One more owner of the frame that an entry maps.
pub(super) fn frame_of(entry: u64) -> Option<Frame> {
    if entry & HELD == 0 {
        return None;
    }
    // SAFETY: the entry holds a count, and the lock keeps it there; the borrowed owner is forgotten again.
    let borrowed = core::mem::ManuallyDrop::new(unsafe { Frame::from_address(PhysAddr(entry & ADDRESS)) });
    Some((*borrowed).clone())
}
