//! Page tables of programs: which frame is seen where, and with what rights.
//!
//! A [`UserSpace`] owns the frames that it maps, one count each. It is changed through a [`Batch`], which flushes once
//! and frees after that, and it can be copied from and to whether it is loaded or not. It decides nothing: what belongs
//! where is the business of `cor::memory`.

mod batch;
mod entry;
mod seen;

pub use batch::Batch;
pub use entry::Access;
pub use seen::Seen;

use crate::{
    copy, fiber,
    frame::{Counts, Frame},
    kernel_space::{
        ACCESSED, ADDRESS, ENTRIES, PRESENT, Table, USER, WRITABLE, entry_index, share_kernel_slots, table_at,
    },
    lock::SpinLock,
};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use entry::{TABLE_SPAN, access_of, each_held_of, frame_of, next_with};
use logic::{
    address::{PAGE_SIZE, PhysAddr, USER_END, UserAddr},
    errno::Result,
};

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

/// A lowest table, and which part of the space it is for, in its spans.
type Lowest = (u64, &'static Table);

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
        Batch::new(self)
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
    #[inline]
    fn entry(&self, address: u64) -> Option<&'static AtomicU64> {
        let mut table = self.root;
        for level in (2..=4).rev() {
            // SAFETY: tables of a space stay until it is dropped.
            let above = unsafe { table_at(table) }[entry_index(address, level)].load(Ordering::Acquire);
            if above & PRESENT == 0 {
                return None;
            }
            table = PhysAddr(above & ADDRESS);
        }
        // SAFETY: likewise.
        Some(unsafe { &table_at(table)[entry_index(address, 1)] })
    }

    /// The same for who goes through many pages: most are in the table of the page before, and the way down is not gone again.
    fn make_table_after(&self, address: u64, last: &mut Option<Lowest>) -> Result<&'static Table> {
        let span = address / TABLE_SPAN;
        match *last {
            Some((known, table)) if known == span => Ok(table),
            _ => {
                let table = self.make_table(address)?;
                *last = Some((span, table));
                Ok(table)
            }
        }
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
    if level > 1 {
        let mut index = 0;
        while let Some(used) = next_with(entries, index, end, PRESENT) {
            free_tables(PhysAddr(entries[used].load(Ordering::Relaxed) & ADDRESS), level - 1, ENTRIES);
            index = used + 1;
        }
    } else {
        let counts = Counts::all();
        // SAFETY: the entry held the frame since `into_address`, and its table goes below.
        each_held_of(entries, |_, entry| unsafe { counts.release(PhysAddr(entry & ADDRESS)) });
    }
    // SAFETY: the table came from `into_address` and is referred to no more.
    drop(unsafe { Frame::from_address(table) });
}

/// As many of `length` bytes as lie within the program's half.
#[inline(always)]
fn within(address: UserAddr, length: usize) -> usize {
    length.min((USER_END - address.get()) as usize)
}
