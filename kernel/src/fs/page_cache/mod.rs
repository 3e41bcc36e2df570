//! The pages of one file, held in frames: what read(2), write(2) and mmap(2) of it share, so that they agree.
//!
//! Locks: `writer` is held (asleep or not) by whoever writes or changes the size, one at a time, and never by a reader or a page
//! fault; `pages` only for a look-up. Bytes move with neither spin lock held: a frame that is being copied is counted.

mod pages;
mod piece;
mod writing;

use crate::memory::{Pager, Sink};
use crate::task::{Mutex, TaskContext};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use machine::frame::Frame;
use piece::{PAGE, Piece, full};

pub use pages::Pages;
pub use writing::{MAX_SIZE, Writing};

/// What stands behind the pages of a cache.
pub trait Backing: Send + Sync {
    /// The page of that number, which is not in the cache, for reading; `None` for a hole, which reads as zeros. Puts it into the
    /// cache if it has one.
    fn load(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Option<Frame>>;

    /// The page of that number for writing or mapping, which is not in the cache; puts it there.
    fn make(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Frame>;

    /// A frame for a page that is not in the cache, and whose whole content the caller writes before he puts it there.
    fn fresh(&self) -> Result<Frame>;

    /// Whether a page that is taken out of the cache reads as zeros from then on.
    const HAS_HOLES: bool = false;

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

/// The pages of a file, its size, and what stands behind them.
pub struct PageCache<B: Backing> {
    pages: Pages,
    size: AtomicU64,
    writer: Mutex<()>,
    /// Pages were handed out to be mapped.
    was_mapped: AtomicBool,
    backing: B,
}

impl<B: Backing> PageCache<B> {
    /// No pages yet, of a file of that size.
    pub fn new(size: u64, backing: B) -> PageCache<B> {
        let (pages, writer, was_mapped) = (Pages::new(), Mutex::new("file writer", ()), AtomicBool::new(false));
        PageCache { pages, size: AtomicU64::new(size), writer, was_mapped, backing }
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

impl<B: Backing> Pager for PageCache<B> {
    fn page(&self, ctx: &TaskContext, offset: u64) -> Result<Frame> {
        self.was_mapped.store(true, Ordering::Release);
        if offset >= self.size() {
            return Err(Errno::EFAULT);
        }
        match self.pages.get(offset / PAGE) {
            Some(page) => Ok(page),
            None => self.backing.make(ctx, &self.pages, offset / PAGE),
        }
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        self.was_mapped.store(true, Ordering::Release);
        if offset < self.size() { self.pages.get(offset / PAGE) } else { None }
    }

    fn punch(&self, ctx: &TaskContext, offset: u64, length: u64) -> Result<()> {
        if !B::HAS_HOLES {
            return Err(Errno::EOPNOTSUPP);
        }
        self.writing(ctx).punch(ctx, offset, length);
        Ok(())
    }

    fn will_write(&self, _ctx: &TaskContext, offset: u64) -> Result<()> {
        self.backing.will_write(offset / PAGE)
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
