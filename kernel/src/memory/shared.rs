//! Shared zeros: what MAP_SHARED | MAP_ANONYMOUS maps, so that parent and child see each other's writes.

use super::Pager;
use crate::task::{Mutex, TaskContext};
use alloc::collections::BTreeMap;
use core::fmt;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// Pages that live as long as someone maps them.
pub(super) struct SharedMemory {
    length: u64,
    /// The pages that were touched, by offset.
    pages: Mutex<BTreeMap<u64, Frame>>,
}

impl SharedMemory {
    pub(super) fn new(length: u64) -> SharedMemory {
        SharedMemory { length, pages: Mutex::new(BTreeMap::new()) }
    }
}

impl Pager for SharedMemory {
    fn page(&self, ctx: &TaskContext, offset: u64) -> Result<Frame> {
        if offset >= self.length {
            return Err(Errno::EFAULT);
        }
        let mut pages = self.pages.lock(ctx);
        if let Some(frame) = pages.get(&offset) {
            return Ok(frame.clone());
        }
        let frame = Frame::zeroed()?;
        pages.insert(offset, frame.clone());
        Ok(frame)
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        self.pages.try_lock()?.get(&offset).cloned()
    }

    fn name(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/dev/zero (deleted)")
    }
}
