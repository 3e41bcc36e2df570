//! Looking through what a program has mapped, page by page: /proc/PID/smaps, mincore(2).

use super::{
    UserSpace,
    entry::{HELD, TABLE_SPAN, frame_of, lowest_table},
};
use crate::{
    frame::Frame,
    kernel_space::{ACCESSED, DIRTY, entry_index},
};
use core::sync::atomic::{AtomicU64, Ordering};
use logic::address::{PAGE_SIZE, PageRange};

/// A page that is mapped.
#[derive(Debug)]
pub struct Seen {
    /// Its address.
    pub page: u64,
    /// What is there, with a count of its own.
    pub frame: Frame,
    /// The program has touched it.
    pub accessed: bool,
    /// The program has written to it.
    pub dirty: bool,
}

impl UserSpace {
    /// The first page of a range that is mapped.
    pub fn next_mapped(&self, range: PageRange) -> Option<Seen> {
        let mut page = range.start();
        let _tables = self.tables.lock();
        while let Some((first, entries)) = self.next_entries(page, range.end()) {
            let places = (first..).step_by(PAGE_SIZE).zip(entries);
            let mut held = places.map(|(page, slot)| (page, slot.load(Ordering::Acquire)));
            if let Some((page, entry)) = held.find(|(_, entry)| entry & HELD != 0) {
                let frame = frame_of(entry)?;
                return Some(Seen { page, frame, accessed: entry & ACCESSED != 0, dirty: entry & DIRTY != 0 });
            }
            page = first + (entries.len() * PAGE_SIZE) as u64;
        }
        None
    }

    /// Sets the byte of each page of a range that is mapped. Goes through the tables themselves: no frame is counted up and down.
    pub fn mark_mapped(&self, range: PageRange, marks: &mut [u8]) {
        let mut page = range.start();
        let _tables = self.tables.lock();
        while let Some((first, entries)) = self.next_entries(page, range.end()) {
            let marks = marks.get_mut(((first - range.start()) / PAGE_SIZE as u64) as usize..).unwrap_or_default();
            for (mark, entry) in marks.iter_mut().zip(entries) {
                *mark |= u8::from(entry.load(Ordering::Relaxed) & HELD != 0);
            }
            page = first + (entries.len() * PAGE_SIZE) as u64;
        }
    }

    /// The first lowest table from a page on that is there, as far as it belongs to the pages before `end`: its first page and its
    /// entries. The lock is held.
    fn next_entries(&self, mut page: u64, end: u64) -> Option<(u64, &'static [AtomicU64])> {
        while page < end {
            match lowest_table(self.root, page, end) {
                Ok(table) => {
                    let stop = end.min((page / TABLE_SPAN + 1) * TABLE_SPAN);
                    let first = entry_index(page, 1);
                    let count = ((stop - page) / PAGE_SIZE as u64) as usize;
                    return Some((page, &table[first..first + count]));
                }
                Err(next) => page = next,
            }
        }
        None
    }
}
