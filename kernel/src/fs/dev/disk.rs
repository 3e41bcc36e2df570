//! A disk as a file: /dev/vda and on.
//!
//! Reads go through a page cache, so that mapped and read bytes agree; writes change the cached page and go to the disk at once. A
//! disk may be larger than memory, so the cache gives pages back once it has its share, and all of them when memory runs out. With `O_DIRECT` the disk reads straight into
//! the program's frames: nothing is copied, and nothing is remembered.

use crate::block::{self, Disk, SECTOR, Segment};
use crate::fs::file::File;
use crate::fs::inode::DeviceNumber;
use crate::fs::page_cache::{Backing, PageCache, Pages};
use crate::memory::{AddressSpace, FramePart, Pager, Sink, Source};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use linux_raw_sys::ioctl;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::sparse::Sparse;
use machine::frame::{self, Frame};
use machine::lock::SpinLock;

/// How many pages are read at once: 128 KiB, as Linux reads ahead.
const READ_AHEAD: u64 = 32;

/// How many bytes a direct read orders at once: what it keeps is then bounded, whatever a program asks for.
const DIRECT_PIECE: usize = 1 << 20;

/// The cache of a disk may take one part in so many of all memory.
const SHARE: usize = 8;

const PAGE: u64 = PAGE_SIZE as u64;

/// An open disk; all who open it share it.
pub(super) struct DiskFile {
    disk: Arc<dyn Disk>,
    cache: Arc<PageCache<DiskPages>>,
}

/// The disk as what stands behind a page cache.
struct DiskPages {
    disk: Arc<dyn Disk>,
    number: DeviceNumber,
    /// Where the next page to give back is looked for.
    hand: AtomicU64,
    /// Pages that are or were mapped for writing, or could not be written, and so may differ from the disk's until fsync(2) writes them.
    mapped: SpinLock<Sparse<()>>,
    /// Counts writes: a page that was read from the disk during one may be older than it.
    writes: AtomicU64,
}

impl DiskFile {
    pub(super) fn new(disk: Arc<dyn Disk>, number: DeviceNumber) -> DiskFile {
        let (hand, writes) = (AtomicU64::new(0), AtomicU64::new(0));
        let mapped = SpinLock::new("mapped pages of a disk", Sparse::new());
        let pages = DiskPages { disk: disk.clone(), number, hand, mapped, writes };
        let size = disk.sectors().saturating_mul(SECTOR);
        DiskFile { disk, cache: Arc::new(PageCache::new(size, pages)) }
    }

    /// How many pages of it are in memory.
    pub(super) fn cached(&self) -> u64 {
        self.cache.pages().count()
    }

    /// Gives back all pages that nobody uses and the disk has, too; tells how many.
    pub(super) fn forget_unused(&self) -> u64 {
        let (before, mut from) = (self.cached(), 0);
        while let Some(number) = self.cache.pages().next(from) {
            self.cache.backing().give_back(self.cache.pages(), number);
            from = number + 1;
        }
        before.saturating_sub(self.cached())
    }

    /// Has the disk read into the sink's frames; those must begin and end with its blocks, too: `EINVAL`.
    fn read_piece_direct(&self, ctx: &TaskContext, position: u64, length: usize, into: &mut Sink<'_>) -> Result<usize> {
        let Some(frames) = into.take_frames(ctx, length)? else { return self.cache.read(ctx, position, into) };
        let block = self.disk.block_size() as usize;
        if frames.iter().any(|part| !part.offset.is_multiple_of(block) || !part.length.is_multiple_of(block)) {
            return Err(Errno::EINVAL);
        }
        let mut segments = Vec::new();
        segments.try_reserve_exact(frames.len()).map_err(|_| Errno::ENOMEM)?;
        segments.extend(frames.into_iter().map(|FramePart { frame, offset, length }| Segment {
            frame,
            offset: offset as u16,
            length: length as u16,
        }));
        block::read(ctx, &*self.disk, position / SECTOR, segments)?;
        Ok(length)
    }
}

impl File for DiskFile {
    fn may_be_direct(&self) -> bool {
        true
    }

    fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.cache.read(ctx, position, into)
    }

    fn read_direct(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let room = usize::try_from(self.cache.size().saturating_sub(position)).unwrap_or(usize::MAX);
        let (length, block) = (into.remaining().min(room), self.disk.block_size() as usize);
        if !position.is_multiple_of(block as u64) || !length.is_multiple_of(block) {
            return Err(Errno::EINVAL);
        }
        // What was written through a mapping is on the disk only after this.
        self.cache.backing().write_mapped(ctx, self.cache.pages())?;
        let mut done = 0;
        while done < length {
            match self.read_piece_direct(ctx, position + done as u64, (length - done).min(DIRECT_PIECE), into) {
                Ok(went) => done += went,
                Err(error) => return if done > 0 { Ok(done) } else { Err(error) },
            }
        }
        Ok(done)
    }

    fn write(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>) -> Result<usize> {
        if self.disk.read_only() {
            return Err(Errno::EPERM);
        }
        let writing = self.cache.writing(ctx);
        let room = writing.size().saturating_sub(position);
        if room == 0 && from.remaining() > 0 {
            return Err(Errno::ENOSPC);
        }
        from.limit(usize::try_from(room).unwrap_or(usize::MAX));
        writing.write(ctx, position, from)
    }

    fn append(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<(usize, u64)> {
        let end = self.cache.size();
        self.write(ctx, end, from).map(|count| (count, end + count as u64))
    }

    fn size(&self, _ctx: &TaskContext) -> Result<u64> {
        Ok(self.cache.size())
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        let size = self.cache.size();
        match request {
            ioctl::BLKGETSIZE64 => space.write(ctx, argument, &size.to_le_bytes())?,
            ioctl::BLKGETSIZE => space.write(ctx, argument, &(size / SECTOR).to_le_bytes())?,
            ioctl::BLKSSZGET | ioctl::BLKPBSZGET => {
                space.write(ctx, argument, &self.disk.block_size().to_le_bytes())?;
            }
            ioctl::BLKBSZGET => space.write(ctx, argument, &(PAGE_SIZE as u64).to_le_bytes())?,
            ioctl::BLKROGET => space.write(ctx, argument, &u32::from(self.disk.read_only()).to_le_bytes())?,
            ioctl::BLKFLSBUF => self.sync(ctx)?,
            _ => return Err(Errno::ENOTTY),
        }
        Ok(0)
    }

    fn pager(&self) -> Result<Arc<dyn Pager>> {
        Ok(self.cache.clone())
    }

    fn sync(&self, ctx: &TaskContext) -> Result<()> {
        if self.disk.read_only() {
            return Ok(());
        }
        self.cache.backing().write_mapped(ctx, self.cache.pages())?;
        block::flush(ctx, &*self.disk)
    }
}

impl DiskPages {
    /// Reads the page, and some behind it that are not in the cache either; the page alone if that fails.
    fn read_in(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Frame> {
        self.make_room(pages);
        match self.run_length(pages, number) {
            1 => self.read_run(ctx, pages, number, 1),
            // One of those behind may be what the disk cannot read.
            count => self.read_run(ctx, pages, number, count).or_else(|_| self.read_run(ctx, pages, number, 1)),
        }
    }

    /// Reads so many pages, and gives the first.
    fn read_run(&self, ctx: &TaskContext, pages: &Pages, number: u64, count: u64) -> Result<Frame> {
        loop {
            let writes = self.writes.load(Ordering::Acquire);
            let mut frames = Vec::new();
            frames.try_reserve_exact(count as usize).map_err(|_| Errno::ENOMEM)?;
            for _ in 0..count {
                frames.push(Frame::new()?);
            }
            block::read(ctx, &*self.disk, number * (PAGE / SECTOR), self.segments(number, &frames)?)?;
            if self.writes.load(Ordering::Acquire) != writes {
                continue;
            }
            let mut frames = frames.into_iter().enumerate();
            let first = frames.next().ok_or(Errno::EIO)?.1;
            let first = pages.put(number, first)?;
            for (index, frame) in frames {
                pages.put(number + index as u64, frame)?;
            }
            return Ok(first);
        }
    }

    /// How many pages from `number` on are not in the cache, up to the read-ahead and the disk's end.
    fn run_length(&self, pages: &Pages, number: u64) -> u64 {
        let end = (self.disk.sectors() * SECTOR).div_ceil(PAGE);
        let next = pages.next(number).unwrap_or(u64::MAX);
        (next.min(end) - number).clamp(1, READ_AHEAD)
    }

    /// The frames as segments, of which the last ends with the disk.
    fn segments(&self, number: u64, frames: &[Frame]) -> Result<Vec<Segment>> {
        let mut segments = Vec::new();
        segments.try_reserve_exact(frames.len()).map_err(|_| Errno::ENOMEM)?;
        let size = self.disk.sectors() * SECTOR;
        for (index, frame) in frames.iter().enumerate() {
            let length = (size - (number + index as u64) * PAGE).min(PAGE) as usize;
            frame.zero(length, PAGE_SIZE - length);
            segments.push(Segment { frame: frame.clone(), offset: 0, length: length as u16 });
        }
        Ok(segments)
    }

    /// Writes all pages that may differ from the disk's. The first error counts, but the others are written nevertheless.
    fn write_mapped(&self, ctx: &TaskContext, pages: &Pages) -> Result<()> {
        let (mut from, mut outcome) = (0, Ok(()));
        loop {
            let Some(number) = self.mapped.lock().next(from) else { return outcome };
            if let Some(page) = pages.get(number) {
                outcome = outcome.and(self.write_through(ctx, number, core::slice::from_ref(&page)));
            }
            from = number + 1;
        }
    }

    /// Gives back pages that nobody uses, as long as the cache has more than its share: those that come next in turn.
    fn make_room(&self, pages: &Pages) {
        let share = (frame::total_frames() / SHARE) as u64;
        let mut tries = 2 * READ_AHEAD;
        while pages.count() + READ_AHEAD > share && tries > 0 {
            tries -= 1;
            let hand = self.hand.load(Ordering::Relaxed);
            let Some(number) = pages.next(hand).or_else(|| pages.next(0)) else { return };
            self.hand.store(number + 1, Ordering::Relaxed);
            self.give_back(pages, number);
        }
    }

    /// Gives a page back if nobody uses it and the disk has it, too.
    fn give_back(&self, pages: &Pages, number: u64) {
        if self.mapped.lock().get(number).is_none() {
            pages.take_unused(number);
        }
    }
}

impl Backing for DiskPages {
    fn load(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Option<Frame>> {
        self.read_in(ctx, pages, number).map(Some)
    }

    fn make(&self, ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Frame> {
        self.read_in(ctx, pages, number)
    }

    fn fresh(&self) -> Result<Frame> {
        Frame::new()
    }

    const WRITES_THROUGH: bool = true;

    fn write_through(&self, ctx: &TaskContext, number: u64, pages: &[Frame]) -> Result<()> {
        self.writes.fetch_add(1, Ordering::AcqRel);
        let segments = self.segments(number, pages)?;
        let written = block::write(ctx, &*self.disk, number * (PAGE / SECTOR), segments);
        self.writes.fetch_add(1, Ordering::AcqRel);
        if written.is_err() {
            // The cache is ahead of the disk now; fsync(2) tries again.
            (number..number + pages.len() as u64).try_for_each(|number| self.will_write(number))?;
        }
        written
    }

    fn will_write(&self, number: u64) -> Result<()> {
        self.mapped.lock().insert(number, ()).map(|_| ())
    }

    fn identity(&self) -> (u64, u64) {
        (self.number.encode(), 0)
    }
}
