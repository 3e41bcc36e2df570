//! The frames of a file that are in memory, by page number.

use arrayvec::ArrayVec;
use logic::errno::Result;
use logic::sparse::Sparse;
use machine::frame::Frame;
use machine::lock::SpinLock;

/// How many frames are taken out under one lock.
const BATCH: usize = 64;

/// The frames that are there.
pub struct Pages(SpinLock<Sparse<Frame>>);

impl Pages {
    pub(super) fn new() -> Pages {
        Pages(SpinLock::new("page cache", Sparse::new()))
    }

    /// The frame of a page, if it is there.
    pub fn get(&self, number: u64) -> Option<Frame> {
        self.0.lock().get(number).cloned()
    }

    /// Puts a frame there, unless there is one by now; gives the one that is.
    pub fn put(&self, number: u64, frame: Frame) -> Result<Frame> {
        let mut pages = self.0.lock();
        if let Some(other) = pages.get(number).cloned() {
            drop(pages);
            drop(frame);
            return Ok(other);
        }
        pages.insert(number, frame.clone())?;
        Ok(frame)
    }

    /// Takes a frame out.
    pub fn take(&self, number: u64) -> Option<Frame> {
        self.0.lock().remove(number)
    }

    /// Drops a frame that nobody else has.
    pub fn take_unused(&self, number: u64) {
        let mut pages = self.0.lock();
        let unused = pages.get(number).is_some_and(|frame| frame.count() == 1);
        let frame = if unused { pages.remove(number) } else { None };
        drop(pages);
        drop(frame);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.lock().count()
    }

    /// The first page from `from` on that is there.
    pub fn next(&self, from: u64) -> Option<u64> {
        self.0.lock().next(from)
    }

    /// Drops all pages from `from` on, a batch at a time; tells how many.
    pub fn drop_from(&self, from: u64) -> u64 {
        let mut count = 0;
        loop {
            let mut batch = ArrayVec::<Frame, BATCH>::new();
            let mut pages = self.0.lock();
            while let Some((_, frame)) = if batch.is_full() { None } else { pages.pop_from(from) } {
                batch.push(frame);
            }
            drop(pages);
            if batch.is_empty() {
                return count;
            }
            count += batch.len() as u64;
        }
    }
}
