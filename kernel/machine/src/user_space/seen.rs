//! Looking through what a program has mapped, page by page: /proc/PID/smaps, mincore(2).

use super::{
    UserSpace,
    entry::{HELD, TABLE_SPAN, frame_of, lowest_table},
};
use crate::{
    frame::Frame,
    kernel_space::{ACCESSED, DIRTY, entry_index},
};
use core::sync::atomic::Ordering;
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
        while page < range.end() {
            let table = match lowest_table(self.root, page) {
                Ok(table) => table,
                Err(next) => {
                    page = next;
                    continue;
                }
            };
            let stop = range.end().min((page / TABLE_SPAN + 1) * TABLE_SPAN);
            let rest = &table[entry_index(page, 1)..];
            let places = (page..stop).step_by(PAGE_SIZE).zip(rest);
            let mut held = places.map(|(page, slot)| (page, slot.load(Ordering::Acquire)));
            if let Some((page, entry)) = held.find(|(_, entry)| entry & HELD != 0) {
                let frame = frame_of(entry)?;
                return Some(Seen { page, frame, accessed: entry & ACCESSED != 0, dirty: entry & DIRTY != 0 });
            }
            page = stop;
        }
        None
    }

    /// Sets the byte of each page of a range that is mapped. Goes through the tables themselves: no frame is counted up and down.
    pub fn mark_mapped(&self, range: PageRange, marks: &mut [u8]) {
        let mut page = range.start();
        let _tables = self.tables.lock();
        while page < range.end() {
            let table = match lowest_table(self.root, page) {
                Ok(table) => table,
                Err(next) => {
                    page = next;
                    continue;
                }
            };
            let stop = range.end().min((page / TABLE_SPAN + 1) * TABLE_SPAN);
            let number = |page| ((page - range.start()) / PAGE_SIZE as u64) as usize;
            let part = marks.get_mut(number(page)..number(stop)).unwrap_or_default();
            for (mark, entry) in part.iter_mut().zip(&table[entry_index(page, 1)..]) {
                *mark |= u8::from(entry.load(Ordering::Relaxed) & HELD != 0);
            }
            page = stop;
        }
    }
}
