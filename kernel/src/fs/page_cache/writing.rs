//! Writing to a file's pages, and changing its size: one task at a time.

use super::piece::{PAGE, Piece, full};
use super::{Backing, PageCache};
use crate::memory::{self, Pager, Source};
use crate::task::{MutexGuard, TaskContext};
use arrayvec::ArrayVec;
use core::sync::atomic::Ordering;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// The largest file, as Linux has it.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// How many pages are written through together.
const BATCH: usize = 64;

/// The right to write to a file and to change its size.
pub struct Writing<'a, B: Backing> {
    pub(super) cache: &'a PageCache<B>,
    pub(super) _guard: MutexGuard<'a, ()>,
}

impl<B: Backing> Writing<'_, B> {
    /// Writes at a position, and makes the file longer where it must be; less than all if there is no more room.
    pub fn write(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>) -> Result<usize> {
        if position >= MAX_SIZE && from.remaining() > 0 {
            return Err(Errno::EFBIG);
        }
        let mut done = 0;
        let mut through = Through { first: 0, pages: ArrayVec::new() };
        while let Some(piece) = Piece::next(position, done, from.remaining(), MAX_SIZE) {
            let (page, went) = match self.write_piece(ctx, &piece, from) {
                Ok(wrote) => wrote,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            };
            if B::WRITES_THROUGH {
                through.add(ctx, &self.cache.backing, piece.number, page)?;
            }
            done += went;
            self.grow(position + done as u64);
        }
        through.finish(ctx, &self.cache.backing)?;
        Ok(done)
    }

    /// Sets the size. What is cut off is gone, also for those who have mapped it, and what is added reads as zeros.
    pub fn truncate(&self, ctx: &TaskContext, size: u64) -> Result<()> {
        if size > MAX_SIZE {
            return Err(Errno::EFBIG);
        }
        let old = self.cache.size.swap(size, Ordering::AcqRel);
        if size < old {
            let kept = size.div_ceil(PAGE);
            self.cache.backing.dropped(self.cache.pages.drop_from(kept));
            if self.cache.was_mapped.load(Ordering::Acquire) {
                let cut = kept.saturating_mul(PAGE)..u64::MAX;
                memory::unmap_offsets(ctx, self.cache.object(), &cut);
            }
            let offset = (size % PAGE) as usize;
            if let Some(last) = self.cache.pages.get(size / PAGE).filter(|_| offset > 0) {
                last.zero(offset, PAGE_SIZE - offset);
            }
        }
        Ok(())
    }

    /// Makes holes of whole pages and zeros of what is left of a range: fallocate(2) with `FALLOC_FL_PUNCH_HOLE`.
    pub fn punch(&self, ctx: &TaskContext, position: u64, length: u64) {
        let end = position.saturating_add(length).min(self.cache.size().next_multiple_of(PAGE));
        let mut at = position;
        let mut gone = ArrayVec::<(u64, Frame), BATCH>::new();
        while at < end {
            let (number, offset) = (at / PAGE, at % PAGE);
            let part = (PAGE - offset).min(end - at);
            if part == PAGE {
                gone.extend(self.cache.pages.take(number).map(|page| (number * PAGE, page)));
            } else if let Some(page) = self.cache.pages.get(number) {
                page.zero(offset as usize, part as usize);
            }
            if gone.is_full() {
                self.let_go(ctx, &mut gone);
            }
            // Holes that are there already are passed over in one step.
            let next = self.cache.pages.next(number + 1).map_or(u64::MAX, |next| next.saturating_mul(PAGE));
            at = next.max(at + part);
        }
        self.let_go(ctx, &mut gone);
    }

    /// Takes pages that have left the cache from those who have mapped them.
    fn let_go(&self, ctx: &TaskContext, gone: &mut ArrayVec<(u64, Frame), BATCH>) {
        if self.cache.was_mapped.load(Ordering::Acquire) {
            memory::unmap_frames(ctx, self.cache.object(), gone);
        }
        self.cache.backing.dropped(gone.len() as u64);
        gone.clear();
    }

    /// Makes the pages of a range: fallocate(2).
    pub fn allocate(&self, ctx: &TaskContext, position: u64, length: u64) -> Result<()> {
        let end = position.checked_add(length).filter(|&end| end <= MAX_SIZE).ok_or(Errno::EFBIG)?;
        for number in position / PAGE..end.div_ceil(PAGE) {
            if self.cache.pages.get(number).is_none() {
                self.cache.backing.make(ctx, &self.cache.pages, number)?;
            }
        }
        Ok(())
    }

    /// Makes the file at least so long.
    pub fn grow(&self, size: u64) {
        self.cache.size.fetch_max(size, Ordering::AcqRel);
    }

    /// The size, which stays as long as this is held.
    pub fn size(&self) -> u64 {
        self.cache.size()
    }

    /// The page that was written to, and how many bytes went there.
    fn write_piece(&self, ctx: &TaskContext, piece: &Piece, from: &mut Source<'_>) -> Result<(Frame, usize)> {
        let PageCache { pages, backing, .. } = self.cache;
        match pages.get(piece.number) {
            None if piece.length == PAGE_SIZE => self.write_fresh(ctx, piece.number, from),
            there => {
                let page = there.map_or_else(|| backing.make(ctx, pages, piece.number), Ok)?;
                let went = full(from.read_frame(ctx, &page, piece.offset, piece.length)?)?;
                Ok((page, went))
            }
        }
    }

    /// Writes a whole page that is not in the cache, without reading or zeroing it first.
    fn write_fresh(&self, ctx: &TaskContext, number: u64, from: &mut Source<'_>) -> Result<(Frame, usize)> {
        let PageCache { pages, backing, .. } = self.cache;
        let page = backing.fresh()?;
        let put = from.read_frame(ctx, &page, 0, PAGE_SIZE).and_then(full).and_then(|went| {
            page.zero(went, PAGE_SIZE - went);
            // Less may have come than a page: then the rest is what it was, which is zeros only where there are holes.
            let is_whole = went == PAGE_SIZE || B::HAS_HOLES;
            let kept = if is_whole { pages.put(number, page.clone()) } else { backing.make(ctx, pages, number) };
            Ok((kept?, went))
        });
        if !put.as_ref().is_ok_and(|(kept, _)| *kept == page) {
            backing.dropped(1);
        }
        let (kept, went) = put?;
        if kept != page {
            // Somebody touched the page through a mapping meanwhile.
            kept.copy_part(0, &page, 0, went);
        }
        Ok((kept, went))
    }
}

/// Changed pages side by side that are to be written through. Holding them keeps them in the cache meanwhile.
struct Through {
    first: u64,
    pages: ArrayVec<Frame, BATCH>,
}

impl Through {
    fn add<B: Backing>(&mut self, ctx: &TaskContext, backing: &B, number: u64, page: Frame) -> Result<()> {
        if self.pages.is_empty() {
            self.first = number;
        } else if self.first + self.pages.len() as u64 > number {
            return Ok(()); // more bytes of the page that came last
        }
        self.pages.push(page);
        if self.pages.is_full() { self.finish(ctx, backing) } else { Ok(()) }
    }

    fn finish<B: Backing>(&mut self, ctx: &TaskContext, backing: &B) -> Result<()> {
        if self.pages.is_empty() {
            return Ok(());
        }
        let written = backing.write_through(ctx, self.first, &self.pages);
        self.pages.clear();
        written
    }
}
