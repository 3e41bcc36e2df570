//! Windows: what is laid into the kernel's memory for a while, or for good: devices' registers, firmware's tables, frames side by
//! side.

use super::{ADDRESS, NO_EXECUTE, UNCACHED, WINDOWS, WRITABLE, is_mapped, map_page, unmap_page};
use crate::{frame::Frame, lock::SpinLock};
use alloc::vec::Vec;
use core::{
    ops::{Deref, Range},
    ptr::NonNull,
    sync::atomic::{AtomicU64, Ordering},
};
use logic::{
    address::{PAGE_SIZE, PhysAddr, round_up},
    errno::{Errno, Result},
};

static NEXT_WINDOW: AtomicU64 = AtomicU64::new(WINDOWS);
static FREE_WINDOWS: SpinLock<Vec<Range<u64>>> = SpinLock::new("free windows", Vec::new());

/// Maps device registers, uncached. They stay mapped. `EINVAL` for an empty range, `ENOMEM` without memory for tables.
pub fn map_device(address: PhysAddr, length: usize) -> Result<NonNull<u8>> {
    map_physical(address, length, UNCACHED | WRITABLE)
}

/// Maps memory that is no RAM of ours, such as a firmware's tables, to be read.
pub fn map_firmware(address: PhysAddr, length: usize) -> Result<NonNull<u8>> {
    map_physical(address, length, 0)
}

fn map_physical(address: PhysAddr, length: usize, rights: u64) -> Result<NonNull<u8>> {
    let offset = address.0 % PAGE_SIZE as u64;
    let bytes =
        (length as u64).checked_add(offset).and_then(round_up).filter(|bytes| *bytes > 0).ok_or(Errno::EINVAL)?;
    if address.0.checked_add(bytes).is_none_or(|end| end & !ADDRESS & !(PAGE_SIZE as u64 - 1) != 0) {
        return Err(Errno::EINVAL);
    }
    let window = take_window(bytes);
    for page in (0..bytes).step_by(PAGE_SIZE) {
        map_page(window + page, (address.0 - offset + page) | rights | NO_EXECUTE)?;
    }
    NonNull::new((window + offset) as *mut u8).ok_or(Errno::EINVAL)
}

/// Virtual addresses for a window, with an unmapped page behind it.
fn take_window(bytes: u64) -> u64 {
    let bytes = bytes + PAGE_SIZE as u64;
    let mut free = FREE_WINDOWS.lock();
    if let Some(hole) = free.iter_mut().find(|hole| hole.end - hole.start >= bytes) {
        let start = hole.start;
        hole.start += bytes;
        free.retain(|hole| !hole.is_empty());
        return start;
    }
    NEXT_WINDOW.fetch_add(bytes, Ordering::Relaxed)
}

/// Frames side by side in the kernel's memory, to be read as one slice.
pub struct Window {
    start: u64,
    frames: Vec<Frame>,
}

impl Window {
    /// Lays out frames that nobody else owns; a frame with another owner is `EBUSY`, no memory for tables `ENOMEM`.
    pub fn new(frames: Vec<Frame>) -> Result<Window> {
        if frames.iter().any(|frame| frame.count() != 1) {
            return Err(Errno::EBUSY);
        }
        let window = Window { start: take_window((frames.len() * PAGE_SIZE) as u64), frames };
        for (page, frame) in window.frames.iter().enumerate() {
            map_page(window.start + (page * PAGE_SIZE) as u64, frame.address().0 | NO_EXECUTE)?;
        }
        Ok(window)
    }

    /// Takes the window away and gives the frames back.
    pub fn into_frames(mut self) -> Vec<Frame> {
        core::mem::take(&mut self.frames)
    }
}

impl Deref for Window {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the frames are mapped there, owned by the window alone, and written by nobody.
        unsafe { core::slice::from_raw_parts(self.start as *const u8, self.frames.len() * PAGE_SIZE) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let mut page = self.start;
        while is_mapped(page) {
            unmap_page(page);
            page += PAGE_SIZE as u64;
        }
        let mut free = FREE_WINDOWS.lock();
        if free.try_reserve(1).is_ok() {
            free.push(self.start..page + PAGE_SIZE as u64);
        }
    }
}
