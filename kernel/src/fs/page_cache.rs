//! The pages of one file, held in frames: what read(2), write(2) and mmap(2) of it share, so that they agree.
//!
//! Locks: `writer` is held (asleep or not) by whoever writes or changes the size, one at a time, and never by a reader or a page
//! fault; `pages` only for a look-up. Bytes move with neither spin lock held: a frame that is being copied is counted.

use crate::memory::{Pager, Sink, Source};
use crate::task::{Mutex, MutexGuard, TaskContext};
use arrayvec::ArrayVec;
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::sparse::Sparse;
use machine::frame::Frame;
use machine::lock::SpinLock;

/// The largest file, as Linux has it.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// How many frames are taken out of the cache under one lock, or written through together.
const BATCH: usize = 64;

/// What stands behind the pages of a cache.
pub trait Backing: Send + Sync {
    /// The page of that number, which is not in the cache, for reading; `None` for a hole, which reads as zeros. Puts it into the
    /// cache if it has one.
    fn load(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Option<Frame>>;

    /// The page of that number for writing or mapping, which is not in the cache; puts it there.
    fn make(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Frame>;

    /// A frame for a page that is not in the cache, and whose whole content the caller writes before he puts it there.
    fn fresh(&self) -> Result<Frame>;

    /// Whether bytes that write(2) brings go on from the cache at once, through `write_through`.
    const WRITES_THROUGH: bool = false;

    /// Brings pages that were changed, from `number` on, to where they survive.
    fn write_through(&self, _ctx: &TaskContext, _number: u64, _pages: &[Frame]) -> Result<()> {
        Ok(())
    }

    /// Told before a page that is mapped becomes writable: from now on it changes unseen.
    fn will_write(&self, _number: u64) -> Result<()> {
        Ok(())
    }

    /// Told that so many pages have left the cache, or never came in.
    fn dropped(&self, _count: u64) {}

    /// Device and inode for /proc/PID/maps.
    fn identity(&self) -> (u64, u64);
}

/// The frames that are there, by page number.
pub struct Pages(SpinLock<Sparse<Frame>>);

/// The pages of a file, its size, and what stands behind them.
pub struct PageCache<B: Backing> {
    pages: Pages,
    size: AtomicU64,
    writer: Mutex<()>,
    backing: B,
}

/// The right to write to a file and to change its size.
pub struct Writing<'a, B: Backing> {
    cache: &'a PageCache<B>,
    _guard: MutexGuard<'a, ()>,
}

impl Pages {
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

impl<B: Backing> PageCache<B> {
    /// No pages yet, of a file of that size.
    pub fn new(size: u64, backing: B) -> PageCache<B> {
        let pages = Pages(SpinLock::new("page cache", Sparse::new()));
        PageCache { pages, size: AtomicU64::new(size), writer: Mutex::new(()), backing }
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    /// The pages that are there.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// What stands behind them.
    pub fn backing(&self) -> &B {
        &self.backing
    }

    /// Reads from a position to the end of the file, or until the sink is full.
    pub fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut done = 0;
        while let Some(piece) = Piece::next(position, done, into.remaining(), self.size()) {
            match self.read_piece(ctx, &piece, into) {
                Ok(went) => done += went,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Waits until nobody else writes.
    pub fn writing<'a>(&'a self, ctx: &TaskContext) -> Writing<'a, B> {
        Writing { cache: self, _guard: self.writer.lock(ctx) }
    }

    /// Puts a frame with content there while the file is being made.
    pub fn adopt(&self, number: u64, frame: Frame) -> Result<()> {
        self.pages.put(number, frame).map(|_| ())
    }

    /// Sets the size while the file is being made.
    pub fn adopt_size(&self, size: u64) {
        self.size.store(size, Ordering::Release);
    }

    /// The next position from `from` on where bytes are stored; `ENXIO` if there are none.
    pub fn next_stored(&self, from: u64) -> Result<u64> {
        let page = self.pages.next(from / PAGE).ok_or(Errno::ENXIO)?;
        let found = from.max(page.saturating_mul(PAGE));
        if found < self.size() { Ok(found) } else { Err(Errno::ENXIO) }
    }

    /// The next position from `from` on where a hole begins; the end counts as one.
    pub fn next_hole(&self, from: u64) -> u64 {
        let mut number = from / PAGE;
        while self.pages.next(number) == Some(number) {
            number += 1;
        }
        from.max(number.saturating_mul(PAGE)).min(self.size())
    }

    fn read_piece(&self, ctx: &TaskContext, piece: &Piece, into: &mut Sink<'_>) -> Result<usize> {
        let page = match self.pages.get(piece.number) {
            Some(page) => Some(page),
            None => self.backing.load(ctx, &self.pages, piece.number)?,
        };
        match page {
            Some(page) => full(into.write_frame(ctx, &page, piece.offset, piece.length)?),
            None => full(into.zero(ctx, piece.length)?),
        }
    }
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
            let went = match self.write_piece(ctx, &piece, from, &mut through) {
                Ok(went) => went,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            };
            done += went;
            self.grow(position + done as u64);
        }
        through.finish(ctx, &self.cache.backing)?;
        Ok(done)
    }

    /// Sets the size. What is cut off is gone, and what is added reads as zeros.
    pub fn truncate(&self, size: u64) -> Result<()> {
        if size > MAX_SIZE {
            return Err(Errno::EFBIG);
        }
        let old = self.cache.size.swap(size, Ordering::AcqRel);
        if size < old {
            let kept = size.div_ceil(PAGE);
            self.cache.backing.dropped(self.cache.pages.drop_from(kept));
            let offset = (size % PAGE) as usize;
            if let Some(last) = self.cache.pages.get(size / PAGE).filter(|_| offset > 0) {
                last.zero(offset, PAGE_SIZE - offset);
            }
        }
        Ok(())
    }

    /// Makes holes of whole pages and zeros of what is left of a range: fallocate(2) with `FALLOC_FL_PUNCH_HOLE`.
    pub fn punch(&self, position: u64, length: u64) {
        let end = position.saturating_add(length).min(self.cache.size().next_multiple_of(PAGE));
        let mut at = position;
        while at < end {
            let (number, offset) = (at / PAGE, at % PAGE);
            let part = (PAGE - offset).min(end - at);
            if part == PAGE {
                self.cache.backing.dropped(self.cache.pages.take(number).is_some().into());
            } else if let Some(page) = self.cache.pages.get(number) {
                page.zero(offset as usize, part as usize);
            }
            // Holes that are there already are passed over in one step.
            let next = self.cache.pages.next(number + 1).map_or(u64::MAX, |next| next.saturating_mul(PAGE));
            at = next.max(at + part);
        }
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

    fn write_piece(
        &self,
        ctx: &TaskContext,
        piece: &Piece,
        from: &mut Source<'_>,
        through: &mut Through,
    ) -> Result<usize> {
        let PageCache { pages, backing, .. } = self.cache;
        let (page, went) = match pages.get(piece.number) {
            None if piece.length == PAGE_SIZE => self.write_fresh(ctx, piece.number, from)?,
            there => {
                let page = there.map_or_else(|| backing.make(ctx, pages, piece.number), Ok)?;
                let went = full(from.read_frame(ctx, &page, piece.offset, piece.length)?)?;
                (page, went)
            }
        };
        if B::WRITES_THROUGH {
            through.add(ctx, backing, piece.number, page)?;
        }
        Ok(went)
    }

    /// Writes a whole page that is not in the cache, without reading or zeroing it first.
    fn write_fresh(&self, ctx: &TaskContext, number: u64, from: &mut Source<'_>) -> Result<(Frame, usize)> {
        let PageCache { pages, backing, .. } = self.cache;
        let page = backing.fresh()?;
        let put = from.read_frame(ctx, &page, 0, PAGE_SIZE).and_then(full).and_then(|went| {
            page.zero(went, PAGE_SIZE - went);
            Ok((pages.put(number, page.clone())?, went))
        });
        if !put.as_ref().is_ok_and(|(kept, _)| *kept == page) {
            backing.dropped(1);
        }
        let (kept, went) = put?;
        if kept != page {
            // Somebody touched the page through a mapping meanwhile.
            copy_part(&page, &kept, went);
        }
        Ok((kept, went))
    }
}

impl<B: Backing> Pager for PageCache<B> {
    fn page(&self, ctx: &TaskContext, offset: u64) -> Result<Frame> {
        if offset >= self.size() {
            return Err(Errno::EFAULT);
        }
        match self.pages.get(offset / PAGE) {
            Some(page) => Ok(page),
            None => self.backing.make(ctx, &self.pages, offset / PAGE),
        }
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        if offset < self.size() { self.pages.get(offset / PAGE) } else { None }
    }

    fn will_write(&self, _ctx: &TaskContext, offset: u64) -> Result<()> {
        self.backing.will_write(offset / PAGE)
    }

    fn name(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn identity(&self) -> (u64, u64) {
        self.backing.identity()
    }
}

impl<B: Backing> Drop for PageCache<B> {
    fn drop(&mut self) {
        self.backing.dropped(self.pages.drop_from(0));
    }
}

const PAGE: u64 = PAGE_SIZE as u64;

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

/// A part of a transfer that lies in one page.
struct Piece {
    number: u64,
    offset: usize,
    length: usize,
}

impl Piece {
    /// The next one when `done` bytes from `position` on are done and `left` are left; none at the end.
    fn next(position: u64, done: usize, left: usize, end: u64) -> Option<Piece> {
        let at = position.checked_add(done as u64)?;
        let left = u64::min(left as u64, end.checked_sub(at)?);
        let offset = (at % PAGE) as usize;
        let length = left.min(PAGE - offset as u64) as usize;
        (length > 0).then_some(Piece { number: at / PAGE, offset, length })
    }
}

/// No bytes, where there was room for some, is a bad address.
fn full(went: usize) -> Result<usize> {
    if went > 0 { Ok(went) } else { Err(Errno::EFAULT) }
}

fn copy_part(from: &Frame, to: &Frame, length: usize) {
    let mut buffer = [0; 256];
    for start in (0..length).step_by(buffer.len()) {
        let part = &mut buffer[..usize::min(256, length - start)];
        from.copy_out(start, part);
        to.copy_in(start, part);
    }
}
