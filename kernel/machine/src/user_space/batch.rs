//! Changes to a program's page tables: flushed once, and frames freed only after that.

use super::{
    UserSpace,
    entry::{Access, HELD, TABLE_SPAN, bits_of, frame_of, loses, lowest_table, next_with},
};
use crate::{
    cpu, fiber,
    frame::Frame,
    kernel_space::{ACCESSED, ADDRESS, DIRTY, Table, WRITABLE, entry_index, flush_page, load_root},
};
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::{
    address::{PAGE_SIZE, PageRange, PhysAddr, UserAddr},
    errno::{Errno, Result},
};

/// Removed frames that a batch gathers before it flushes and frees.
const GATHERED_FRAMES: usize = 64;
/// Beyond so many pages, forgetting everything is cheaper than forgetting each.
const GATHERED_PAGES: usize = 8;

/// Changes to a space, gathered: translations are flushed, and only then frames freed, when it is dropped or full.
/// Whoever holds one also holds the mutex of the space's regions, so nobody else changes the same pages.
pub struct Batch<'a> {
    space: &'a UserSpace,
    removed: ArrayVec<Frame, GATHERED_FRAMES>,
    changed: ArrayVec<u64, GATHERED_PAGES>,
    /// More pages changed than `changed` can hold.
    many: bool,
}

impl<'a> Batch<'a> {
    pub(super) fn new(space: &'a UserSpace) -> Batch<'a> {
        Batch { space, removed: ArrayVec::new(), changed: ArrayVec::new(), many: false }
    }

    /// Maps a frame at a page, in place of what is there. `ENOMEM` if a table is missing and there is no memory for it.
    pub fn map(&mut self, page: UserAddr, frame: Frame, access: Access) -> Result<()> {
        let tables = self.space.tables.lock();
        let slot = &self.space.make_table(page.get())?[entry_index(page.get(), 1)];
        let new = frame.into_address().0 | bits_of(access);
        let old = slot.swap(new, Ordering::AcqRel);
        drop(tables);
        self.note_replaced(page.get(), old, new);
        Ok(())
    }

    /// Takes everything out of a range.
    pub fn unmap(&mut self, range: PageRange) {
        self.each_held(range, |batch, page, slot| {
            let old = slot.swap(0, Ordering::AcqRel);
            let before = batch.space.resident.fetch_sub(1, Ordering::Relaxed);
            batch.space.most_resident.fetch_max(before, Ordering::Relaxed);
            batch.note(page, old, 0);
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
            let new = kept | bits_of(access) & !(ACCESSED | DIRTY);
            slot.store(new, Ordering::Release);
            if loses(old, new) {
                batch.note_page(page);
            }
        });
    }

    /// Maps in `child` what is mapped here in a range; with `copy_on_write`, both lose the right to write it.
    /// `ENOMEM` if the child's tables cannot be made; what was shared until then stays.
    pub fn share(&mut self, child: &mut Batch<'_>, range: PageRange, copy_on_write: bool) -> Result<()> {
        let mut page = range.start();
        while page < range.end() {
            let tables = self.space.tables.lock();
            match lowest_table(self.space.root, page, range.end()) {
                Ok(table) => {
                    let stop = range.end().min((page / TABLE_SPAN + 1) * TABLE_SPAN);
                    self.share_table(child, table, page, stop, copy_on_write)?;
                    page = stop;
                }
                Err(next) => page = next,
            }
            drop(tables);
        }
        Ok(())
    }

    /// Does that for the pages of one table, from `page` up to `stop`: a large program has thousands of them. This space's lock is held.
    fn share_table(
        &mut self,
        child: &mut Batch<'_>,
        table: &Table,
        page: u64,
        stop: u64,
        copy_on_write: bool,
    ) -> Result<()> {
        let first = entry_index(page, 1);
        let end = first + ((stop - page) / PAGE_SIZE as u64) as usize;
        let Some(mut index) = next_with(table, first, end, HELD) else { return Ok(()) };
        let tables = child.space.tables.lock();
        let theirs = child.space.make_table(page)?;
        let mut added = 0;
        loop {
            let mut entry = table[index].load(Ordering::Acquire);
            if copy_on_write && entry & WRITABLE != 0 {
                entry &= !WRITABLE;
                table[index].fetch_and(!WRITABLE, Ordering::AcqRel);
                self.note_page(page + ((index - first) * PAGE_SIZE) as u64);
            }
            // The count is the child's entry's from now on.
            frame_of(entry).map(Frame::into_address);
            let old = theirs[index].swap(entry, Ordering::AcqRel);
            assert!(old & HELD == 0, "a child's space is empty when it gets its parent's pages");
            added += 1;
            match next_with(table, index + 1, end, HELD) {
                Some(next) => index = next,
                None => break,
            }
        }
        drop(tables);
        child.space.resident.fetch_add(added, Ordering::Relaxed);
        Ok(())
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
        let mut last = None;
        self.each_held(from, |batch, page, slot| {
            if result.is_err() {
                return;
            }
            let target = to.start() + (page - from.start());
            result = batch.space.make_table_after(target, &mut last).map(|table| {
                let moved = slot.swap(0, Ordering::AcqRel);
                batch.note_page(page);
                let old = table[entry_index(target, 1)].swap(moved, Ordering::AcqRel);
                batch.space.resident.fetch_sub(1, Ordering::Relaxed);
                batch.note_replaced(target, old, moved);
            });
        });
        result
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
    fn note_replaced(&mut self, page: u64, old: u64, new: u64) {
        if old & HELD != 0 {
            self.note(page, old, new);
        } else {
            self.space.resident.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes note of an entry that was replaced or removed: its translation is to be forgotten, its frame then let go.
    fn note(&mut self, page: u64, old: u64, new: u64) {
        if loses(old, new) {
            self.note_page(page);
        }
        if self.removed.is_full() {
            self.flush();
        }
        // SAFETY: the entry held the frame since `into_address`, and is gone.
        self.removed.push(unsafe { Frame::from_address(PhysAddr(old & ADDRESS)) });
    }

    fn note_page(&mut self, page: u64) {
        self.many = self.many || self.changed.try_push(page).is_err();
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
