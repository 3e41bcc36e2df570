//! From a file's pages to the programs that map them: what is cut off a file, or becomes a hole, must be gone from them too.
//!
//! That is rare, so there is no list for every page: all spaces are looked through. A fault that is under way meanwhile finds that
//! its page is not the pager's any more (`fault.rs`), so the pager drops a page first and calls here then.

use super::{AddressSpace, Content, Region};
use crate::task::TaskContext;
use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use core::cell::Cell;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::address::{PAGE_SIZE, PageRange, UserAddr};
use logic::errno::Result;
use machine::frame::Frame;
use machine::lock::SpinLock;
use machine::user_space::Access;

/// Every space, by its number.
static SPACES: SpinLock<BTreeMap<u64, Weak<AddressSpace>>> = SpinLock::new("address spaces", BTreeMap::new());

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number that no space has had.
pub(super) fn new_number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Enters a space.
pub(super) fn enter(number: u64, space: &Arc<AddressSpace>) {
    SPACES.lock().insert(number, Arc::downgrade(space));
}

/// Takes a space out that is at its end.
pub(super) fn leave(number: u64) {
    let space = SPACES.lock().remove(&number);
    drop(space);
}

/// Unmaps everywhere what lies in a range of offsets of an object (see [`Pager::object`](super::Pager::object)), also what programs
/// made their own of it: the file ends before it now.
pub fn unmap_offsets(ctx: &TaskContext, object: usize, offsets: &Range<u64>) {
    for_each_mapping(ctx, object, offsets, |space, pages, _, _| space.machine().batch().unmap(pages));
}

/// Unmaps these frames of an object everywhere, given by ascending offsets; what programs made their own stays.
pub fn unmap_frames(ctx: &TaskContext, object: usize, frames: &[(u64, Frame)]) {
    let (Some((first, _)), Some((last, _))) = (frames.first(), frames.last()) else { return };
    let offsets = *first..last.saturating_add(PAGE_SIZE as u64);
    for_each_mapping(ctx, object, &offsets, |space, pages, start, _| {
        let mut batch = space.machine().batch();
        for (offset, frame) in frames.iter().filter(|(offset, _)| *offset >= start) {
            let page = UserAddr::new(pages.start() + (offset - start)).ok().filter(|page| page.get() < pages.end());
            let shown = page.and_then(|page| Some((page, space.machine().lookup(page)?.0)));
            if let Some((page, shown)) = shown
                && shown == *frame
                && let Ok(one) = PageRange::new(page.get(), PAGE_SIZE as u64)
            {
                batch.unmap(one);
            }
        }
    });
}

/// How many mappings show an object.
pub fn count_mappings(ctx: &TaskContext, object: usize) -> u64 {
    let count = Cell::new(0);
    for_each_mapping(ctx, object, &(0..u64::MAX), |_, _, _, _| count.set(count.get() + 1));
    count.get()
}

/// Whether anybody maps an object so that writes, now or after mprotect(2), are seen by all.
pub fn is_mapped_for_writing(ctx: &TaskContext, object: usize) -> bool {
    let found = Cell::new(false);
    for_each_mapping(ctx, object, &(0..u64::MAX), |_, _, _, region| {
        found.set(found.get() || region.shared && region.allowed.contains(Access::WRITE));
    });
    found.get()
}

impl AddressSpace {
    /// The object whose first page is shown at an address.
    pub fn object_at(&self, ctx: &TaskContext, at: UserAddr) -> Option<usize> {
        let map = self.lock(ctx);
        let (range, region) = map.regions.find(at.get())?;
        match &region.content {
            Content::Paged { pager, offset: 0 } if range.start() == at.get() => Some(pager.object()),
            _ => None,
        }
    }

    /// Unmaps what shows an object in `length` bytes from where its first page is shown.
    pub fn unmap_object(&self, ctx: &TaskContext, start: u64, length: u64, object: usize) -> Result<()> {
        while let Some(range) = self.next_of_object(ctx, start, length, object) {
            self.unmap(ctx, range)?;
        }
        Ok(())
    }

    fn next_of_object(&self, ctx: &TaskContext, start: u64, length: u64, object: usize) -> Option<PageRange> {
        let map = self.lock(ctx);
        let is_ours = |range: &PageRange, region: &Region| match &region.content {
            Content::Paged { pager, offset } => {
                pager.object() == object
                    && range.start().checked_sub(*offset) == Some(start)
                    && range.start() - start < length
            }
            Content::Anonymous => false,
        };
        map.regions.iter().find(|(range, region)| is_ours(range, region)).map(|(range, _)| range)
    }
}

/// Calls `work` for all pages that show a part of these offsets, with the offset of the first, and their space's map locked.
fn for_each_mapping(
    ctx: &TaskContext,
    object: usize,
    offsets: &Range<u64>,
    work: impl Fn(&AddressSpace, PageRange, u64, &Region),
) {
    let mut number = 0;
    while let Some(space) = next_after(&mut number) {
        let map = space.lock(ctx);
        for (range, region) in map.regions.iter() {
            if let Some((pages, start)) = shown(range, region, object, offsets) {
                work(&space, pages, start, region);
            }
        }
        drop(map);
    }
}

pub(super) fn next_after(number: &mut u64) -> Option<Arc<AddressSpace>> {
    loop {
        let spaces = SPACES.lock();
        let (&next, space) = spaces.range(*number + 1..).next()?;
        *number = next;
        // One that cannot be had any more is just being dropped.
        if let Some(space) = space.upgrade() {
            return Some(space);
        }
    }
}

/// The pages of a region that show a part of these offsets, and the offset of the first.
fn shown(range: PageRange, region: &Region, object: usize, offsets: &Range<u64>) -> Option<(PageRange, u64)> {
    let Content::Paged { pager, offset } = &region.content else { return None };
    if pager.object() != object {
        return None;
    }
    let start = offsets.start.max(*offset);
    let end = offsets.end.min(offset.saturating_add(range.length()));
    let length = end.checked_sub(start).filter(|&length| length > 0)?;
    let pages = PageRange::new(range.start() + (start - offset), length).ok()?;
    Some((pages, start))
}
