//! An entry of a program's page tables: the frame that it owns, and what the program may do with it (SDM volume 3, 4.5).

use crate::{
    frame::Frame,
    kernel_space::{
        ACCESSED, ADDRESS, DIRTY, ENTRIES, NO_EXECUTE, PRESENT, Table, USER, WRITABLE, entry_index, table_at,
    },
};
use bitflags::bitflags;
use core::sync::atomic::{AtomicU64, Ordering};
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

/// The first entry from `from` on, before `end`, in which a bit is set. Where one is, mostly the next is too; else most of a table is
/// empty, and that is passed over eight entries at a time.
#[inline]
pub(super) fn next_with(table: &Table, from: usize, end: usize, bit: u64) -> Option<usize> {
    let mut index = from;
    while index < end {
        if table[index].load(Ordering::Acquire) & bit != 0 {
            return Some(index);
        }
        let eight = table.get(index..index + 8).unwrap_or_default();
        let all_empty = eight.iter().fold(0, |all, entry| all | entry.load(Ordering::Relaxed)) & bit == 0;
        index += if all_empty && index + 8 <= end { 8 } else { 1 };
    }
    None
}

/// The lowest table for a page; if it is not there, the start of the next span that could have one, as far as its upper
/// table tells and somebody wants to know who looks up to `end`. The lock is held.
pub(super) fn lowest_table(root: PhysAddr, page: u64, end: u64) -> core::result::Result<&'static Table, u64> {
    let mut table = root;
    for level in (2..=4).rev() {
        let span = 1u64 << (3 + 9 * level);
        let wanted = ((end - 1) / span - page / span + 1) as usize;
        // SAFETY: tables of a space stay until it is dropped.
        let entries = &unsafe { table_at(table) }[entry_index(page, level)..];
        let is_missing = |entry: &&AtomicU64| entry.load(Ordering::Acquire) & PRESENT == 0;
        let missing = entries.iter().take(wanted).take_while(is_missing).count();
        if missing > 0 {
            return Err((page / span + missing as u64) * span);
        }
        let entry = entries[0].load(Ordering::Acquire);
        table = PhysAddr(entry & ADDRESS);
    }
    // SAFETY: likewise.
    Ok(unsafe { table_at(table) })
}

/// Whether a CPU that remembers the old entry could do with it what the new one forbids, or see another frame. If not, it looks again by
/// itself before it refuses anything (SDM volume 3, 4.10.4.3).
pub(super) fn loses(old: u64, new: u64) -> bool {
    let was_there = old & PRESENT != 0;
    let moved = (old ^ new) & (ADDRESS | PRESENT) != 0;
    was_there && (moved || old & !new & WRITABLE != 0 || new & !old & NO_EXECUTE != 0)
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
