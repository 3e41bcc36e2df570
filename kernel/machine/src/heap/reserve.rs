//! The heap's reserve: blocks for the moment when the frame allocator has none, so that what has begun can end.

use super::{BIG_ORDER, Object, block_at, start_of};
use crate::{
    frame,
    inject::{self, Kind},
    lock::SpinLock,
};
use arrayvec::ArrayVec;
use core::{
    num::NonZeroU32,
    ptr::{self, NonNull},
    sync::atomic::{AtomicUsize, Ordering},
};
use logic::errno::{Errno, Result};

/// Blocks of four frames that are kept for the moment when there are no others, and for how many tasks there is one more.
const RESERVE: usize = 16;
const TASKS_A_BLOCK: usize = 1 << BIG_ORDER;

/// What is kept for the moment when nothing else is left.
struct Reserve {
    /// Blocks of four frames, each with a link to the next at its start.
    blocks: *mut Object,
    count: usize,
    /// How many blocks there should be.
    wanted: usize,
    /// What is left of blocks of which a single frame was taken.
    singles: ArrayVec<NonZeroU32, 3>,
}

// SAFETY: the reserve owns its blocks.
unsafe impl Send for Reserve {}

static KEPT: SpinLock<Reserve> = SpinLock::new(
    "heap reserve",
    Reserve { blocks: ptr::null_mut(), count: 0, wanted: RESERVE, singles: ArrayVec::new_const() },
);
/// How many blocks the reserve lacks; changed under its lock.
static MISSING: AtomicUsize = AtomicUsize::new(RESERVE);

/// Whether the reserve is full.
#[inline]
pub fn has_reserve() -> bool {
    MISSING.load(Ordering::Relaxed) == 0
}

/// Makes sure that the reserve is full, so that what the caller is about to do finds memory for small objects. `ENOMEM`
/// if it cannot be filled; then nothing should begin.
#[inline]
pub fn ensure_reserve() -> Result<()> {
    if inject::fails(Kind::Reserve) {
        return Err(Errno::ENOMEM);
    }
    if has_reserve() { Ok(()) } else { fill_reserve() }
}

/// Makes the reserve as large as so many tasks need. `ENOMEM` if that cannot be had; it is too small then, and no call begins until
/// this is taken back.
pub fn reserve_for(tasks: usize) -> Result<()> {
    let wanted = RESERVE + tasks.div_ceil(TASKS_A_BLOCK);
    let mut kept = KEPT.lock();
    kept.wanted = wanted;
    while kept.count > wanted
        && let Some(block) = kept.pop()
    {
        frame::give_back_block(block, BIG_ORDER);
    }
    kept.tell();
    drop(kept);
    ensure_reserve()
}

#[cold]
fn fill_reserve() -> Result<()> {
    loop {
        let mut kept = KEPT.lock();
        if kept.count >= kept.wanted {
            return Ok(());
        }
        kept.push(frame::take_block(BIG_ORDER).ok_or(Errno::ENOMEM)?);
        kept.tell();
    }
}

impl Reserve {
    fn push(&mut self, block: NonZeroU32) {
        let place = start_of(block).cast::<Object>();
        // SAFETY: the block is ours and large enough for a link.
        unsafe { place.write(Object { next: self.blocks }) };
        self.blocks = place;
        self.count += 1;
    }

    fn pop(&mut self) -> Option<NonZeroU32> {
        let place = NonNull::new(self.blocks)?;
        // SAFETY: a block of the reserve holds a link.
        self.blocks = unsafe { place.as_ref() }.next;
        self.count -= 1;
        block_at(place.as_ptr().cast())
    }

    fn tell(&self) {
        MISSING.store(self.wanted.saturating_sub(self.count), Ordering::Relaxed);
    }
}

/// A block of the reserve, or a single frame.
pub(super) fn take_from_reserve(order: usize) -> Option<NonZeroU32> {
    let mut kept = KEPT.lock();
    if order == 0
        && let Some(single) = kept.singles.pop()
    {
        return Some(single);
    }
    let first = kept.pop()?;
    kept.tell();
    if order == 0 {
        frame::split_block(first, BIG_ORDER);
        // The others stay in the reserve, which has no single ones now.
        kept.singles.extend((1..1 << BIG_ORDER).map(|further| first.saturating_add(further)));
    }
    Some(first)
}
