//! Page tables of programs: which frame is seen where, and with what rights.
//!
//! A [`UserSpace`] owns the frames that it maps, one count each. It is changed through a [`Batch`], which flushes once
//! and frees after that, and it can be copied from and to whether it is loaded or not. It decides nothing: what belongs
//! where is the business of `cor::memory`.

mod seen;

pub use seen::Seen;

use crate::{
    copy, cpu, fiber,
    frame::Frame,
    kernel_space::{
        ACCESSED, ADDRESS, DIRTY, ENTRIES, NO_EXECUTE, PRESENT, Table, USER, WRITABLE, entry_index, flush_page,
        load_root, share_kernel_slots, table_at,
    },
    lock::SpinLock,
};
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use bitflags::bitflags;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use logic::{
    address::{PAGE_SIZE, PageRange, PhysAddr, USER_END, UserAddr},
    errno::{Errno, Result},
};

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
const HELD: u64 = 1 << 9;

/// Removed frames that a batch gathers before it flushes and frees.
const GATHERED_FRAMES: usize = 64;
/// Beyond so many pages, forgetting everything is cheaper than forgetting each.
const GATHERED_PAGES: usize = 8;
/// What the lowest tables map, and what the ones above map per entry.
const TABLE_SPAN: u64 = (PAGE_SIZE * ENTRIES) as u64;

/// A program's half of virtual memory, as page tables.
pub struct UserSpace {
    root: PhysAddr,
    /// Held while entries are read or changed.
    tables: SpinLock<()>,
    /// How many frames are mapped: what /proc calls the resident set.
    resident: AtomicUsize,
    /// The most that were when some were taken away.
    most_resident: AtomicUsize,
}

impl UserSpace {
    /// A space in which nothing is mapped.
    pub fn new() -> Result<Arc<UserSpace>> {
        let root = Frame::zeroed()?.into_address();
        // SAFETY: the frame is ours from now on, and zeros are a table without entries.
        share_kernel_slots(unsafe { table_at(root) });
        Ok(Arc::new(UserSpace {
            root,
            tables: SpinLock::new("page tables", ()),
            resident: AtomicUsize::new(0),
            most_resident: AtomicUsize::new(0),
        }))
    }

    /// Opens a batch of changes.
    pub fn batch(&self) -> Batch<'_> {
        Batch { space: self, removed: ArrayVec::new(), changed: ArrayVec::new(), many: false }
    }

    /// How many pages are mapped.
    pub fn resident(&self) -> usize {
        self.resident.load(Ordering::Relaxed)
    }

    /// The most that ever were mapped.
    pub fn most_resident(&self) -> usize {
        self.most_resident.load(Ordering::Relaxed).max(self.resident())
    }

    /// What is mapped at an address, with a count of its own.
    pub fn lookup(&self, address: UserAddr) -> Option<(Frame, Access)> {
        let _tables = self.tables.lock();
        let entry = self.entry(address.get())?.load(Ordering::Acquire);
        Some((frame_of(entry)?, access_of(entry)))
    }

    /// Whether the page has been touched since this was last asked. Clears the mark, in the tables alone: a translation
    /// that the CPU still remembers does not set it again.
    pub fn take_accessed(&self, address: UserAddr) -> bool {
        let _tables = self.tables.lock();
        self.entry(address.get()).is_some_and(|entry| entry.fetch_and(!ACCESSED, Ordering::AcqRel) & ACCESSED != 0)
    }

    /// Copies from the program as far as pages are there; returns how many bytes.
    #[inline]
    pub fn copy_in(&self, from: UserAddr, into: &mut [u8]) -> usize {
        let length = within(from, into.len());
        if fiber::is_loaded(self) {
            // SAFETY: the space is loaded for this fiber and stays so; the range is the program's; `into` is ours.
            return unsafe { copy::copy(into.as_mut_ptr(), from.get() as *const u8, length) };
        }
        self.through_frames(from, length, Access::READ, |frame, offset, done, bytes| {
            frame.copy_out(offset, &mut into[done..done + bytes]);
        })
    }

    /// Copies to the program as far as pages are there and may be written; returns how many bytes.
    #[inline]
    pub fn copy_out(&self, to: UserAddr, from: &[u8]) -> usize {
        let length = within(to, from.len());
        if fiber::is_loaded(self) {
            // SAFETY: as in `copy_in`.
            return unsafe { copy::copy(to.get() as *mut u8, from.as_ptr(), length) };
        }
        self.through_frames(to, length, Access::WRITE, |frame, offset, done, bytes| {
            frame.copy_in(offset, &from[done..done + bytes]);
        })
    }

    /// Copies to the program from a frame, without a stop in between. The range must lie within the frame.
    #[inline]
    pub fn copy_out_frame(&self, to: UserAddr, from: &Frame, offset: usize, length: usize) -> usize {
        let length = within(to, length);
        let source = from.pointer(offset, length);
        if fiber::is_loaded(self) {
            // SAFETY: as in `copy_in`; `pointer` checked the frame's side.
            return unsafe { copy::copy(to.get() as *mut u8, source, length) };
        }
        self.through_frames(to, length, Access::WRITE, |frame, at, done, bytes| {
            let target = frame.pointer(at, bytes);
            // SAFETY: both lie within frames that are owned here.
            unsafe { core::ptr::copy(source.wrapping_add(done), target, bytes) };
        })
    }

    /// Copies from the program into a frame. The range must lie within the frame.
    #[inline]
    pub fn copy_in_frame(&self, from: UserAddr, into: &Frame, offset: usize, length: usize) -> usize {
        let length = within(from, length);
        let target = into.pointer(offset, length);
        if fiber::is_loaded(self) {
            // SAFETY: as in `copy_out_frame`.
            return unsafe { copy::copy(target, from.get() as *const u8, length) };
        }
        self.through_frames(from, length, Access::READ, |frame, at, done, bytes| {
            let source = frame.pointer(at, bytes);
            // SAFETY: as in `copy_out_frame`.
            unsafe { core::ptr::copy(source, target.wrapping_add(done), bytes) };
        })
    }

    /// Zeroes the program's memory as far as pages are there and may be written; returns how many bytes.
    pub fn zero_out(&self, to: UserAddr, length: usize) -> usize {
        let length = within(to, length);
        if fiber::is_loaded(self) {
            // SAFETY: as in `copy_in`.
            return unsafe { copy::zero(to.get() as *mut u8, length) };
        }
        self.through_frames(to, length, Access::WRITE, |frame, offset, _, bytes| frame.zero(offset, bytes))
    }

    /// Atomically replaces `expected` by `new` in four aligned bytes of the space that is loaded; returns what was found,
    /// or nothing if the page is not there (or not writable), the address not aligned, or the space not loaded.
    pub fn compare_exchange(&self, at: UserAddr, expected: u32, new: u32) -> Option<u32> {
        if !at.get().is_multiple_of(4) || !fiber::is_loaded(self) {
            return None;
        }
        // SAFETY: loaded, aligned, and a program's address.
        unsafe { copy::exchange(at.get() as *mut u32, expected, new) }
    }

    pub(crate) fn root(&self) -> PhysAddr {
        self.root
    }

    /// Copies page by page through the kernel's map of physical memory: `work(frame, offset, done, bytes)`.
    #[cold]
    fn through_frames(
        &self,
        address: UserAddr,
        length: usize,
        wanted: Access,
        mut work: impl FnMut(&Frame, usize, usize, usize),
    ) -> usize {
        let mut done = 0;
        while done < length {
            let Ok(at) = address.add(done as u64) else { break };
            let Some((frame, access)) = self.lookup(at) else { break };
            if !access.contains(wanted) {
                break;
            }
            let bytes = (length - done).min(PAGE_SIZE - at.offset());
            work(&frame, at.offset(), done, bytes);
            done += bytes;
        }
        done
    }

    /// The lowest entry for an address, if its tables are there. The lock is held.
    fn entry(&self, address: u64) -> Option<&'static AtomicU64> {
        lowest_table(self.root, address, address + 1).ok().map(|table| &table[entry_index(address, 1)])
    }

    /// The lowest table for an address, made if need be. The lock is held.
    fn make_table(&self, address: u64) -> Result<&'static Table> {
        let mut table = self.root;
        for level in (2..=4).rev() {
            // SAFETY: as in `entry`.
            let slot = &unsafe { table_at(table) }[entry_index(address, level)];
            let mut above = slot.load(Ordering::Acquire);
            if above & PRESENT == 0 {
                above = Frame::zeroed()?.into_address().0 | PRESENT | WRITABLE | USER;
                slot.store(above, Ordering::Release);
            }
            table = PhysAddr(above & ADDRESS);
        }
        // SAFETY: as in `entry`.
        Ok(unsafe { table_at(table) })
    }
}

impl Drop for UserSpace {
    fn drop(&mut self) {
        free_tables(self.root, 4, ENTRIES / 2);
    }
}

/// Frees a table, those below it and the frames mapped there; of its entries the first `end` are the space's. No CPU has them
/// loaded, so nothing is to be flushed or locked: one look at each table does it.
fn free_tables(table: PhysAddr, level: u32, end: usize) {
    // SAFETY: the space is at its end and its tables are all there.
    let entries = unsafe { table_at(table) };
    let mut index = 0;
    while let Some(used) = next_with(entries, index, end, if level > 1 { PRESENT } else { HELD }) {
        let below = PhysAddr(entries[used].load(Ordering::Relaxed) & ADDRESS);
        if level > 1 {
            free_tables(below, level - 1, ENTRIES);
        } else {
            // SAFETY: the entry held the frame since `into_address`, and its table goes below.
            drop(unsafe { Frame::from_address(below) });
        }
        index = used + 1;
    }
    // SAFETY: the table came from `into_address` and is referred to no more.
    drop(unsafe { Frame::from_address(table) });
}

/// Changes to a space, gathered: translations are flushed, and only then frames freed, when it is dropped or full.
/// Whoever holds one also holds the mutex of the space's regions, so nobody else changes the same pages.
pub struct Batch<'a> {
    space: &'a UserSpace,
    removed: ArrayVec<Frame, GATHERED_FRAMES>,
    changed: ArrayVec<u64, GATHERED_PAGES>,
    /// More pages changed than `changed` can hold.
    many: bool,
}

impl Batch<'_> {
    /// Maps a frame at a page, in place of what is there. `ENOMEM` if a table is missing and there is no memory for it.
    pub fn map(&mut self, page: UserAddr, frame: Frame, access: Access) -> Result<()> {
        let tables = self.space.tables.lock();
        let slot = &self.space.make_table(page.get())?[entry_index(page.get(), 1)];
        let old = slot.swap(frame.into_address().0 | bits_of(access), Ordering::AcqRel);
        drop(tables);
        self.note_replaced(page.get(), old);
        Ok(())
    }

    /// Takes everything out of a range.
    pub fn unmap(&mut self, range: PageRange) {
        self.each_held(range, |batch, page, slot| {
            let old = slot.swap(0, Ordering::AcqRel);
            let before = batch.space.resident.fetch_sub(1, Ordering::Relaxed);
            batch.space.most_resident.fetch_max(before, Ordering::Relaxed);
            batch.note(page, old);
        });
    }

    /// Changes the rights of what is mapped in a range. A shared frame that only copy-on-write may write must not be made
    /// writable by this: `writable` says for each frame whether it may.
    pub fn protect(&mut self, range: PageRange, access: Access, mut writable: impl FnMut(&Frame) -> bool) {
        self.each_held(range, |batch, page, slot| {
            let old = slot.load(Ordering::Acquire);
            let mut access = access;
            if let Some(frame) = frame_of(old)
                && access.contains(Access::WRITE)
                && !writable(&frame)
            {
                access -= Access::WRITE;
            }
            let kept = old & (ADDRESS | ACCESSED | DIRTY);
            slot.store(kept | bits_of(access) & !(ACCESSED | DIRTY), Ordering::Release);
            batch.note_page(page);
        });
    }

    /// Maps in `child` what is mapped here in a range; with `copy_on_write`, both lose the right to write it.
    /// `ENOMEM` if the child's tables cannot be made; what was shared until then stays.
    pub fn share(&mut self, child: &mut Batch<'_>, range: PageRange, copy_on_write: bool) -> Result<()> {
        let mut result = Ok(());
        self.each_held(range, |batch, page, slot| {
            if result.is_err() {
                return;
            }
            let mut entry = slot.load(Ordering::Acquire);
            if copy_on_write && entry & WRITABLE != 0 {
                entry &= !WRITABLE;
                slot.fetch_and(!WRITABLE, Ordering::AcqRel);
                batch.note_page(page);
            }
            result = child.adopt(page, entry);
        });
        result
    }

    /// Moves what is mapped in a range to another place; what is there goes. `EINVAL` if the places overlap or the new one is
    /// no page's start, `ENOMEM` if it does not lie in the programs' half, or without memory for tables, and then nothing
    /// that was not yet moved is lost.
    pub fn relocate(&mut self, from: PageRange, to: u64) -> Result<()> {
        let to = PageRange::new(to, from.length())?;
        if to.intersection(from).is_some() {
            return Err(Errno::EINVAL);
        }
        let mut result = Ok(());
        self.each_held(from, |batch, page, slot| {
            if result.is_err() {
                return;
            }
            let target = to.start() + (page - from.start());
            result = batch.space.make_table(target).map(|table| {
                let moved = slot.swap(0, Ordering::AcqRel);
                batch.note_page(page);
                let old = table[entry_index(target, 1)].swap(moved, Ordering::AcqRel);
                batch.space.resident.fetch_sub(1, Ordering::Relaxed);
                batch.note_replaced(target, old);
            });
        });
        result
    }

    /// Takes up an entry of a parent's, with a count of its own.
    fn adopt(&mut self, page: u64, entry: u64) -> Result<()> {
        let Some(frame) = frame_of(entry) else { return Ok(()) };
        let tables = self.space.tables.lock();
        let slot = &self.space.make_table(page)?[entry_index(page, 1)];
        let old = slot.swap(frame.into_address().0 | entry & !ADDRESS, Ordering::AcqRel);
        drop(tables);
        self.note_replaced(page, old);
        Ok(())
    }

    /// Calls `work` for each entry of a range that owns a frame, a lowest table at a time under the lock; full batches
    /// are flushed in between, without it.
    fn each_held(&mut self, range: PageRange, mut work: impl FnMut(&mut Self, u64, &'static AtomicU64)) {
        let mut page = range.start();
        while page < range.end() {
            if self.removed.len() + 8 > GATHERED_FRAMES {
                self.flush();
            }
            let tables = self.space.tables.lock();
            let table = match lowest_table(self.space.root, page, range.end()) {
                Ok(table) => table,
                Err(next) => {
                    page = next;
                    continue;
                }
            };
            let span = page / TABLE_SPAN * TABLE_SPAN;
            let stop = range.end().min(span + TABLE_SPAN);
            let end = ((stop - span) / PAGE_SIZE as u64) as usize;
            let mut index = entry_index(page, 1);
            while self.removed.len() + 8 <= GATHERED_FRAMES
                && let Some(held) = next_with(table, index, end, HELD)
            {
                work(self, span + (held * PAGE_SIZE) as u64, &table[held]);
                index = held + 1;
                page = span + (index * PAGE_SIZE) as u64;
            }
            if self.removed.len() + 8 <= GATHERED_FRAMES {
                page = stop;
            }
            drop(tables);
        }
    }

    /// Takes note of a page that is mapped now, and of what was there before.
    fn note_replaced(&mut self, page: u64, old: u64) {
        if old & HELD != 0 {
            self.note(page, old);
        } else {
            self.space.resident.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes note of an entry that was replaced or removed: its translation is to be forgotten, its frame then let go.
    fn note(&mut self, page: u64, old: u64) {
        self.note_page(page);
        if self.removed.is_full() {
            self.flush();
        }
        // SAFETY: the entry held the frame since `into_address`, and is gone.
        self.removed.push(unsafe { Frame::from_address(PhysAddr(old & ADDRESS)) });
    }

    fn note_page(&mut self, page: u64) {
        if self.changed.try_push(page).is_err() {
            self.many = true;
        }
    }

    /// Forgets the translations, where this space is loaded, and only then lets the frames go.
    fn flush(&mut self) {
        if !self.changed.is_empty() {
            cpu::held(|cpu| {
                if fiber::is_in_cr3(cpu, self.space) {
                    match self.many {
                        true => load_root(self.space.root),
                        false => self.changed.iter().for_each(|page| flush_page(*page)),
                    }
                }
            });
        }
        self.changed.clear();
        self.many = false;
        self.removed.clear();
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The first entry from `from` on, before `end`, in which a bit is set. Most of a table is empty: that is passed over eight
/// entries at a time.
fn next_with(table: &Table, from: usize, end: usize, bit: u64) -> Option<usize> {
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
/// table tells and somebody wants to know who looks up to `end`. The lock is held.
fn lowest_table(root: PhysAddr, page: u64, end: u64) -> core::result::Result<&'static Table, u64> {
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

fn bits_of(access: Access) -> u64 {
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

fn access_of(entry: u64) -> Access {
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
fn frame_of(entry: u64) -> Option<Frame> {
    if entry & HELD == 0 {
        return None;
    }
    // SAFETY: the entry holds a count, and the lock keeps it there; the borrowed owner is forgotten again.
    let borrowed = core::mem::ManuallyDrop::new(unsafe { Frame::from_address(PhysAddr(entry & ADDRESS)) });
    Some((*borrowed).clone())
}

/// As many of `length` bytes as lie within the program's half.
#[inline(always)]
fn within(address: UserAddr, length: usize) -> usize {
    length.min((USER_END - address.get()) as usize)
}
