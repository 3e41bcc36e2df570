//! Shared zeros: what MAP_SHARED | MAP_ANONYMOUS maps, so that parent and child see each other's writes, and what shmat(2) maps.

use super::{Pager, reverse};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::string::String;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::sparse::Sparse;
use machine::frame::Frame;
use machine::lock::SpinLock;

const PAGE: u64 = PAGE_SIZE as u64;

/// Pages that live as long as someone maps them.
pub struct SharedMemory {
    length: u64,
    /// What /proc/PID/maps shows, if it is not a program's own.
    name: Option<Box<str>>,
    /// The pages that were touched, by number.
    pages: SpinLock<Sparse<Frame>>,
}

impl SharedMemory {
    pub(super) fn new(length: u64) -> SharedMemory {
        SharedMemory { length, name: None, pages: SpinLock::new("shared memory", Sparse::new()) }
    }

    /// Pages that go by a name.
    pub fn named(length: u64, name: String) -> SharedMemory {
        SharedMemory { name: Some(name.into_boxed_str()), ..SharedMemory::new(length) }
    }

    /// How many bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// How many pages were touched.
    pub fn pages(&self) -> u64 {
        self.pages.lock().count()
    }
}

impl Pager for SharedMemory {
    fn page(&self, _ctx: &TaskContext, offset: u64) -> Result<Frame> {
        if offset >= self.length {
            return Err(Errno::EFAULT);
        }
        if let Some(frame) = self.cached(offset) {
            return Ok(frame);
        }
        let frame = Frame::zeroed()?;
        let mut pages = self.pages.lock();
        let there = pages.get(offset / PAGE).cloned();
        if there.is_none() {
            pages.insert(offset / PAGE, frame.clone())?;
        }
        drop(pages);
        Ok(there.unwrap_or(frame))
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        self.pages.lock().get(offset / PAGE).cloned()
    }

    fn punch(&self, ctx: &TaskContext, offset: u64, length: u64) -> Result<()> {
        let end = offset.saturating_add(length) / PAGE;
        let mut next = offset / PAGE;
        loop {
            let mut pages = self.pages.lock();
            let Some(number) = pages.next(next).filter(|&number| number < end) else { return Ok(()) };
            let frame = pages.remove(number);
            drop(pages);
            if let Some(frame) = frame {
                reverse::unmap_frames(ctx, self.object(), &[(number * PAGE, frame)]);
            }
            next = number + 1;
        }
    }

    fn name(&self) -> Option<Box<[u8]>> {
        Some(Box::from(self.name.as_deref().unwrap_or("/dev/zero (deleted)").as_bytes()))
    }
}
