//! Frames: physical pages, owned and counted.
//!
//! A [`Frame`] is the right to a page of memory. Cloning it counts up, dropping it counts down, and the last one gives
//! the page back; page tables hold frames like everybody else. Copy-on-write is a count of more than one. A frame never
//! lends its bytes as a slice, since a program may be writing them: it copies.
//!
//! Single frames come from a small stock that each CPU keeps, blocks and refills from the buddy allocator.

mod counts;

pub(crate) use counts::Counts;

use crate::{
    cpu::CpuLocal,
    inject::{self, Kind},
    kernel_space::physmap,
    lock::SpinLock,
};
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::{
    cell::RefCell,
    fmt,
    num::NonZeroU32,
    ptr,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};
use logic::{
    address::{PAGE_SIZE, PhysAddr},
    buddy::{Buddy, Entry, MAX_ORDER, ORDERS},
    errno::{Errno, Result},
};
use spin::Once;

/// Frames that a CPU keeps at hand, and how many it moves at once.
const STOCK: usize = 64;
const BATCH: usize = STOCK / 2;

/// Of all frames, one in so many is kept for the heap, and at least so many: what a program takes comes from the others, so that
/// the kernel can go on and make room when they have all gone.
const KEPT_PART: usize = 128;
const KEPT_LEAST: usize = 64;

/// The blocks that nobody has. Holds nothing until [`start`].
static BUDDY: SpinLock<Option<Buddy<'static>>> = SpinLock::new("free frames", None);
/// How many own each frame; indexed by frame number.
static COUNTS: Once<&'static [AtomicU32]> = Once::new();
static STOCKS: CpuLocal<RefCell<ArrayVec<NonZeroU32, STOCK>>> =
    CpuLocal::new([const { RefCell::new(ArrayVec::new_const()) }; crate::cpu::MAX_CPUS]);
static FREE: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

/// An owned, counted page of physical memory.
#[derive(PartialEq, Eq)]
pub struct Frame {
    number: NonZeroU32,
}

/// A block of 2^order frames side by side, zeroed at birth, for hardware that wants it so. Not counted: one owner.
pub struct Contiguous {
    first: NonZeroU32,
    order: usize,
}

impl Frame {
    /// A frame whose contents are whatever was there before: the caller overwrites all of it. `ENOMEM` if there are none but
    /// those that are kept for the heap.
    #[inline]
    pub fn new() -> Result<Frame> {
        if free_frames() <= kept_frames() || inject::fails(Kind::Frame) {
            return Err(Errno::ENOMEM);
        }
        let number = take_one().ok_or(Errno::ENOMEM)?;
        count_of(number).store(1, Ordering::Relaxed);
        Ok(Frame { number })
    }

    /// A frame full of zeros. `ENOMEM` if there is none.
    pub fn zeroed() -> Result<Frame> {
        let frame = Frame::new()?;
        frame.zero(0, PAGE_SIZE);
        Ok(frame)
    }

    /// Where it is.
    #[inline]
    pub fn address(&self) -> PhysAddr {
        PhysAddr(u64::from(self.number.get()) * PAGE_SIZE as u64)
    }

    /// How many own it, counting page tables. One owner can rely on one staying one; else it may change at any time.
    #[inline]
    pub fn count(&self) -> usize {
        count_of(self.number).load(Ordering::Acquire) as usize
    }

    /// Copies bytes out of it. The range must lie within the page.
    #[inline]
    pub fn copy_out(&self, offset: usize, into: &mut [u8]) {
        let from = self.pointer(offset, into.len());
        // SAFETY: `pointer` checked the range; a program that writes meanwhile changes bytes, which have no invalid value.
        unsafe { ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
    }

    /// Copies bytes into it. The range must lie within the page.
    #[inline]
    pub fn copy_in(&self, offset: usize, from: &[u8]) {
        let into = self.pointer(offset, from.len());
        // SAFETY: as in `copy_out`.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), into, from.len()) };
    }

    /// Overwrites all of it with another frame's bytes.
    pub fn copy_from(&self, other: &Frame) {
        let (from, into) = (other.pointer(0, PAGE_SIZE), self.pointer(0, PAGE_SIZE));
        // SAFETY: both are whole pages; the same page twice is allowed.
        unsafe { ptr::copy(from, into, PAGE_SIZE) };
    }

    /// Copies `length` bytes of another frame, from `start` on. Both ranges must lie within their pages.
    pub fn copy_part(&self, offset: usize, from: &Frame, start: usize, length: usize) {
        let (from, into) = (from.pointer(start, length), self.pointer(offset, length));
        // SAFETY: `pointer` checked both ranges; the same page twice is allowed.
        unsafe { ptr::copy(from, into, length) };
    }

    /// Fills a range with zeros.
    pub fn zero(&self, offset: usize, length: usize) {
        let into = self.pointer(offset, length);
        // SAFETY: `pointer` checked the range.
        unsafe { ptr::write_bytes(into, 0, length) };
    }

    /// Its bytes in the kernel's map of physical memory. The range must lie within the page.
    #[inline]
    pub(crate) fn pointer(&self, offset: usize, length: usize) -> *mut u8 {
        assert!(offset <= PAGE_SIZE && length <= PAGE_SIZE - offset, "a copy stays within its frame");
        physmap(self.address()).wrapping_add(offset)
    }

    /// Gives up the owner, and leaves its count: a page-table entry stands for it from now on.
    #[inline]
    pub(crate) fn into_address(self) -> PhysAddr {
        let address = self.address();
        core::mem::forget(self);
        address
    }

    /// The opposite of [`Frame::into_address`].
    ///
    /// # Safety
    /// The address came from `into_address`, and each call of that is answered by one of this at most.
    #[inline]
    pub(crate) unsafe fn from_address(address: PhysAddr) -> Frame {
        // SAFETY: a frame's number is never zero.
        Frame { number: unsafe { NonZeroU32::new_unchecked(address.frame() as u32) } }
    }
}

impl Clone for Frame {
    #[inline]
    fn clone(&self) -> Frame {
        let before = count_of(self.number).fetch_add(1, Ordering::Relaxed);
        assert!(before < u32::MAX / 2, "nobody owns a frame two thousand million times");
        Frame { number: self.number }
    }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        if count_of(self.number).fetch_sub(1, Ordering::AcqRel) == 1 {
            give_back_one(self.number);
        }
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({:#x})", self.address().0)
    }
}

impl Contiguous {
    /// `ENOMEM` if there is no such block.
    pub fn new(order: usize) -> Result<Contiguous> {
        let first = take_block(order).ok_or(Errno::ENOMEM)?;
        let block = Contiguous { first, order };
        // SAFETY: the block is ours and that long.
        unsafe { ptr::write_bytes(block.pointer(), 0, PAGE_SIZE << order) };
        Ok(block)
    }

    /// Where it begins.
    pub fn address(&self) -> PhysAddr {
        PhysAddr(u64::from(self.first.get()) * PAGE_SIZE as u64)
    }

    /// How many frames it has.
    pub fn pages(&self) -> usize {
        1 << self.order
    }

    /// Its bytes in the kernel's map of physical memory.
    pub(crate) fn pointer(&self) -> *mut u8 {
        physmap(self.address())
    }
}

impl Drop for Contiguous {
    fn drop(&mut self) {
        give_back_block(self.first, self.order);
    }
}

/// How many frames nobody owns.
pub fn free_frames() -> usize {
    FREE.load(Ordering::Relaxed)
}

/// How many of them only the heap gets.
#[inline]
pub fn kept_frames() -> usize {
    (total_frames() / KEPT_PART).max(KEPT_LEAST)
}

/// How many frames there are to own.
pub fn total_frames() -> usize {
    TOTAL.load(Ordering::Relaxed)
}

/// How many free blocks of 1, 2, 4 frames and on there are, for /proc/buddyinfo. What the CPU has in stock counts as single frames.
pub fn free_blocks() -> [usize; ORDERS] {
    STOCKS.with(|stock| {
        let buddy = BUDDY.lock();
        let mut blocks = core::array::from_fn(|order| buddy.as_ref().map_or(0, |buddy| buddy.blocks(order)));
        blocks[0] += stock.borrow().len();
        blocks
    })
}

/// The frames of a range of memory that the memory map withholds from the allocator, such as a boot module's: from now
/// on they are frames like all others.
///
/// # Safety
/// The range lies within RAM, and nobody else uses or will use it, but through frames made here, once.
pub(crate) unsafe fn adopt(start: PhysAddr, pages: usize) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    frames.try_reserve_exact(pages).map_err(|_| Errno::ENOMEM)?;
    for page in 0..pages {
        let number = NonZeroU32::new((start.frame() + page as u64) as u32).ok_or(Errno::EINVAL)?;
        count_of(number).store(1, Ordering::Relaxed);
        frames.push(Frame { number });
    }
    if let Some(buddy) = BUDDY.lock().as_mut() {
        buddy.adopt(start.frame()..start.frame() + pages as u64);
    }
    TOTAL.fetch_add(pages, Ordering::Relaxed);
    Ok(frames)
}

/// How many bytes of tables `start` needs for memory of so many frames.
pub(crate) fn bytes_for_tables(frames: usize) -> usize {
    frames * (size_of::<Entry>() + size_of::<AtomicU32>())
}

/// Takes the tables that describe all frames, in memory of their own, all zero.
///
/// # Safety
/// `tables` is `bytes_for_tables(frames)` bytes of zeros that nobody else uses, ever.
pub(crate) unsafe fn start(tables: *mut u8, frames: usize) {
    // SAFETY: the caller's promise; the table's type is all right as zeros.
    let entries: &'static mut [Entry] = unsafe { core::slice::from_raw_parts_mut(tables.cast(), frames) };
    let counts = tables.wrapping_add(size_of_val(entries)).cast::<AtomicU32>();
    // SAFETY: likewise, behind the first table.
    COUNTS.call_once(|| unsafe { core::slice::from_raw_parts(counts, frames) });
    *BUDDY.lock() = Some(Buddy::new(entries, 0));
}

/// Gives frames to the allocator that it did not have: free memory of the memory map, or memory that boot is done with.
///
/// # Safety
/// The range is RAM that nobody uses.
pub(crate) unsafe fn release(frames: core::ops::Range<u64>) {
    let frames = frames.start.max(1)..frames.end; // frame 0 stays out, so that no frame's number is zero
    if frames.is_empty() {
        return;
    }
    let pages = (frames.end - frames.start) as usize;
    if let Some(buddy) = BUDDY.lock().as_mut() {
        buddy.add(frames);
    }
    FREE.fetch_add(pages, Ordering::Relaxed);
    TOTAL.fetch_add(pages, Ordering::Relaxed);
}

#[inline]
fn count_of(number: NonZeroU32) -> &'static AtomicU32 {
    match COUNTS.get() {
        Some(counts) => &counts[number.get() as usize],
        None => crate::panic::fatal(format_args!("a frame is used before there are any")),
    }
}

#[inline]
fn take_one() -> Option<NonZeroU32> {
    let number = STOCKS.with(|stock| {
        let mut stock = stock.borrow_mut();
        if stock.is_empty() {
            refill(&mut stock);
        }
        stock.pop()
    })?;
    FREE.fetch_sub(1, Ordering::Relaxed);
    Some(number)
}

#[cold]
fn refill(stock: &mut ArrayVec<NonZeroU32, STOCK>) {
    let mut buddy = BUDDY.lock();
    let Some(buddy) = buddy.as_mut() else { return };
    while stock.len() < BATCH {
        let Some(number) = buddy.allocate(0).and_then(|frame| NonZeroU32::new(frame as u32)) else { return };
        stock.push(number);
    }
}

#[inline]
fn give_back_one(number: NonZeroU32) {
    STOCKS.with(|stock| {
        let mut stock = stock.borrow_mut();
        if stock.is_full() {
            spill(&mut stock);
        }
        stock.push(number);
    });
    FREE.fetch_add(1, Ordering::Relaxed);
}

#[cold]
fn spill(stock: &mut ArrayVec<NonZeroU32, STOCK>) {
    let mut buddy = BUDDY.lock();
    let Some(buddy) = buddy.as_mut() else { return };
    for number in stock.drain(..BATCH) {
        buddy.free(u64::from(number.get()), 0);
    }
}

pub(crate) fn take_block(order: usize) -> Option<NonZeroU32> {
    if order > MAX_ORDER {
        return None; // a program may have sized it
    }
    let first = take_from_buddy(order).or_else(|| {
        drain_stock();
        take_from_buddy(order)
    })?;
    FREE.fetch_sub(1 << order, Ordering::Relaxed);
    Some(first)
}

fn take_from_buddy(order: usize) -> Option<NonZeroU32> {
    BUDDY.lock().as_mut()?.allocate(order).and_then(|frame| NonZeroU32::new(frame as u32))
}

/// Gives this CPU's stock back, so that its frames can be joined to blocks.
#[cold]
fn drain_stock() {
    STOCKS.with(|stock| {
        if let Some(buddy) = BUDDY.lock().as_mut() {
            for number in stock.borrow_mut().drain(..) {
                buddy.free(u64::from(number.get()), 0);
            }
        }
    });
}

/// Makes single frames of a block, each to be given back by itself.
pub(crate) fn split_block(first: NonZeroU32, order: usize) {
    if let Some(buddy) = BUDDY.lock().as_mut() {
        buddy.split(u64::from(first.get()), order);
    }
}

pub(crate) fn give_back_block(first: NonZeroU32, order: usize) {
    if let Some(buddy) = BUDDY.lock().as_mut() {
        buddy.free(u64::from(first.get()), order);
    }
    FREE.fetch_add(1 << order, Ordering::Relaxed);
}
