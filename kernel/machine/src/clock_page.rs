//! The page that shows programs what the clock makes of the processor's counter, so that they can tell the time without a system call:
//! vdso(7). `kernel/vdso/vdso.c` reads it, in every program; `clock` writes it when the scale or the date changes.
//!
//! Its lock orders those who write. Readers take none: they try again if the version changed meanwhile, or is odd.

use crate::frame::Frame;
use crate::lock::SpinLock;
use core::sync::atomic::{Ordering, fence};
use logic::errno::Result;

/// What stands in the page behind the version, in this order.
pub(crate) struct Shown {
    /// Nanoseconds since the start are `base_time + (counter - base_counter) * rate / 2^32`.
    pub(crate) base_counter: u64,
    pub(crate) base_time: u64,
    pub(crate) rate: u64,
    /// The date at the start, in nanoseconds since 1970; 0 if that is not all there is to the date.
    pub(crate) date_at_start: u64,
}

struct Page {
    frame: Frame,
    version: u32,
}

static PAGE: SpinLock<Option<Page>> = SpinLock::new("clock page", None);

/// Where the version stands, and what changes with it.
const VERSION: usize = 0;
const SHOWN: usize = 8;

/// The page, made at the first call.
pub(crate) fn page() -> Result<Frame> {
    let mut page = PAGE.lock();
    if let Some(page) = &*page {
        return Ok(page.frame.clone());
    }
    let frame = Frame::zeroed()?;
    *page = Some(Page { frame: frame.clone(), version: 0 });
    Ok(frame)
}

/// Shows what `shown` tells, if there is a page.
pub(crate) fn show(shown: impl FnOnce() -> Shown) {
    let mut page = PAGE.lock();
    let Some(page) = page.as_mut() else { return };
    let Shown { base_counter, base_time, rate, date_at_start } = shown();
    page.frame.copy_in(VERSION, &page.version.wrapping_add(1).to_le_bytes());
    fence(Ordering::SeqCst);
    for (index, word) in [base_counter, base_time, rate, date_at_start].into_iter().enumerate() {
        page.frame.copy_in(SHOWN + index * size_of::<u64>(), &word.to_le_bytes());
    }
    fence(Ordering::SeqCst);
    page.version = page.version.wrapping_add(2);
    page.frame.copy_in(VERSION, &page.version.to_le_bytes());
}
