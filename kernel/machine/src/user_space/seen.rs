//! Looking through what a program has mapped, page by page: /proc/PID/smaps, mincore(2).

use super::{
    UserSpace,
    entry::{HELD, TABLE_SPAN, frame_of, lowest_table},
};
use crate::{
    frame::Frame,
    kernel_space::{ACCESSED, DIRTY, entry_index},
};
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::address::{PAGE_SIZE, PageRange};

/// How many pages are told of together, so that the way down the tables is gone once for all of them.
const HANDFUL: usize = 32;

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
    /// Some of the pages of a range that are mapped, the first of them; and the page to go on from, if there may be more.
    pub fn mapped(&self, range: PageRange) -> (ArrayVec<Seen, HANDFUL>, Option<u64>) {
        let (mut found, mut page) = (ArrayVec::new(), range.start());
        let _tables = self.tables.lock();
        while let Some((first, entries)) = self.next_entries(page, range.end()) {
            let places = (first..).step_by(PAGE_SIZE).zip(entries);
            for (page, slot) in places {
                if found.is_full() {
                    return (found, Some(page));
                }
                let entry = slot.load(Ordering::Acquire);
                if let Some(frame) = frame_of(entry) {
                    found.push(Seen { page, frame, accessed: entry & ACCESSED != 0, dirty: entry & DIRTY != 0 });
                }
            }
            page = first + (entries.len() * PAGE_SIZE) as u64;
        }
        (found, None)
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
