//! The kernel's heap: slabs of equal objects, with a stock of free ones on each CPU.
//!
//! An object of up to 2 KiB comes from a slab: a block of frames cut into objects of one size, with a header at its
//! start, so that an object's slab is found by rounding its address down. Larger ones are blocks of frames. A slab
//! without objects in use goes back to the frame allocator.
//!
//! Most of Rust's collections cannot fail to allocate, and a program must never panic the kernel. So there is a reserve:
//! every system call, fault and task step begins with [`ensure_reserve`], which fails with `ENOMEM` while the reserve is
//! not full; what is small then comes from the reserve when nothing else is left. What a program sizes does not rely on
//! it: that uses `try_reserve`, or frames. Who has begun may sleep and go on while others use memory up, so the reserve grows
//! with the number of tasks ([`reserve_for`]): there is a frame for each of them, beyond what all share.

mod reserve;

pub use reserve::{ensure_reserve, has_reserve, reserve_for};

use crate::{
    cpu::CpuLocal,
    frame,
    inject::{self, Kind},
    kernel_space::{physmap, to_physical},
    lock::SpinLock,
};
use arrayvec::ArrayVec;
use core::{
    alloc::{GlobalAlloc, Layout},
    cell::RefCell,
    num::NonZeroU32,
    ptr::{self, NonNull},
};
use logic::address::{PAGE_SIZE, PhysAddr};
use reserve::take_from_reserve;

/// The sizes of objects; all multiples of 16.
const SIZES: [usize; CLASSES] = [16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048];
const CLASSES: usize = 13;
const LARGEST: usize = SIZES[CLASSES - 1];
/// Slabs of objects from this size on are blocks of four frames, smaller ones of one.
const BIG: usize = 512;
const BIG_ORDER: usize = 2;
/// Objects of a size that a CPU keeps at hand, and how many it moves at once.
const STOCK: usize = 16;
const BATCH: usize = STOCK / 2;
struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// The start of a slab.
struct Slab {
    next: *mut Slab,
    previous: *mut Slab,
    free: *mut Object,
    used: usize,
}

/// A free object.
struct Object {
    next: *mut Object,
}

/// The slabs of one size that have free objects, in a ring of no particular order.
struct Class {
    partial: *mut Slab,
    slabs: usize,
}

// SAFETY: a class owns its slabs.
unsafe impl Send for Class {}

#[derive(Clone, Copy)]
struct Free(NonNull<u8>);
// SAFETY: a free object belongs to whoever holds the pointer.
unsafe impl Send for Free {}

type Stock = [ArrayVec<Free, STOCK>; CLASSES];

static CLASS: [SpinLock<Class>; CLASSES] =
    [const { SpinLock::new("kernel heap", Class { partial: ptr::null_mut(), slabs: 0 }) }; CLASSES];
static STOCKS: CpuLocal<RefCell<Stock>> =
    CpuLocal::new([const { RefCell::new([const { ArrayVec::new_const() }; CLASSES]) }; crate::cpu::MAX_CPUS]);
fn start_of(block: NonZeroU32) -> *mut u8 {
    physmap(PhysAddr(u64::from(block.get()) * PAGE_SIZE as u64))
}

fn block_at(start: *mut u8) -> Option<NonZeroU32> {
    to_physical(start as u64).ok().and_then(|address| NonZeroU32::new(address.frame() as u32))
}

/// How the heap stands with objects of one size, for /proc/slabinfo.
#[derive(Clone, Copy, Debug)]
pub struct Statistics {
    /// Bytes of an object.
    pub size: usize,
    /// Slabs, in use in part or wholly.
    pub slabs: usize,
    /// Frames of each slab.
    pub frames_each: usize,
    /// Objects of each slab.
    pub objects_each: usize,
    /// Objects that somebody has.
    pub used: usize,
}

/// How the heap stands, a size at a time.
pub fn statistics() -> [Statistics; CLASSES] {
    core::array::from_fn(|class| {
        let order = order_of(class);
        let objects_each = ((PAGE_SIZE << order) - first_object(class)) / SIZES[class];
        // What the CPU has in stock is its slab's to have lent, and nobody's.
        let (slabs, free) = STOCKS.with(|stock| {
            let slabs = CLASS[class].lock();
            (slabs.slabs, slabs.free(objects_each) + stock.borrow()[class].len())
        });
        let used = slabs * objects_each - free;
        Statistics { size: SIZES[class], slabs, frames_each: 1 << order, objects_each, used }
    })
}

impl Class {
    /// How many objects in its slabs are free, if each has so many.
    fn free(&self, objects_each: usize) -> usize {
        let (mut free, mut slab) = (0, self.partial);
        // SAFETY: the slabs in the list are ours under the lock.
        while let Some(Slab { next, used, .. }) = unsafe { slab.as_ref() } {
            free += objects_each - used;
            slab = *next;
        }
        free
    }
}

/// The least class for each number of 16 bytes: a look instead of a search, since every allocation asks twice.
static CLASS_FOR: [u8; LARGEST / 16 + 1] = {
    let (mut table, mut units, mut class) = ([0; LARGEST / 16 + 1], 0, 0);
    while units < table.len() {
        if units * 16 > SIZES[class] {
            class += 1;
        }
        table[units] = class as u8;
        units += 1;
    }
    table
};

#[inline]
fn class_of(layout: Layout) -> Option<usize> {
    let size = layout.size().max(layout.align());
    let mut class = usize::from(*CLASS_FOR.get(size.div_ceil(16))?);
    // All sizes are multiples of 16; the largest is one of every alignment that comes here.
    while layout.align() > 16 && !SIZES[class].is_multiple_of(layout.align()) {
        class += 1;
    }
    Some(class)
}

const fn order_of(class: usize) -> usize {
    if SIZES[class] >= BIG { BIG_ORDER } else { 0 }
}

/// Where a slab's first object is: behind the header, on a multiple of what the size allows for alignment.
fn first_object(class: usize) -> usize {
    let size = SIZES[class];
    let alignment = 1 << size.trailing_zeros();
    size_of::<Slab>().next_multiple_of(alignment)
}

// SAFETY: objects come from slabs or blocks that are the heap's own, each to one owner at a time, aligned as asked.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = class_of(layout) else { return large(layout) };
        let object = STOCKS.with(|stock| {
            let stock = &mut stock.borrow_mut()[class];
            if stock.is_empty() {
                refill(class, stock);
            }
            stock.pop()
        });
        object.map_or(ptr::null_mut(), |object| object.0.as_ptr())
    }

    #[inline]
    unsafe fn dealloc(&self, object: *mut u8, layout: Layout) {
        let (Some(class), Some(free)) = (class_of(layout), NonNull::new(object)) else {
            return free_large(object, layout);
        };
        STOCKS.with(|stock| {
            let stock = &mut stock.borrow_mut()[class];
            if stock.is_full() {
                spill(class, stock);
            }
            stock.push(Free(free));
        });
    }
}

/// Moves free objects from slabs to a CPU's stock.
#[cold]
fn refill(class: usize, stock: &mut ArrayVec<Free, STOCK>) {
    let mut slabs = CLASS[class].lock();
    while stock.len() < BATCH {
        if slabs.partial.is_null() {
            let Some(slab) = new_slab(class, !stock.is_empty()) else { return };
            link(&mut slabs, slab);
            slabs.slabs += 1;
        }
        let slab = slabs.partial;
        // SAFETY: a slab in the ring is ours to change under the class's lock, and has a free object.
        let object = unsafe { take_object(slab) };
        stock.push(Free(object));
        // SAFETY: as above.
        if unsafe { (*slab).free.is_null() } {
            unlink(&mut slabs, slab);
        }
    }
}

/// Moves free objects from a CPU's stock back to their slabs.
#[cold]
fn spill(class: usize, stock: &mut ArrayVec<Free, STOCK>) {
    let mut slabs = CLASS[class].lock();
    for object in stock.drain(..BATCH) {
        let slab = slab_of(object.0, class);
        // SAFETY: the object came from this slab, which is ours to change under the class's lock.
        let (was_full, used) = unsafe { put_object(slab, object.0) };
        if was_full {
            link(&mut slabs, slab);
        }
        if used == 0 {
            unlink(&mut slabs, slab);
            slabs.slabs -= 1;
            give_back(slab, order_of(class));
        }
    }
}

/// A slab of free objects; the reserve is touched only if `spare` does not say that there are objects already.
fn new_slab(class: usize, spare: bool) -> Option<*mut Slab> {
    let order = order_of(class);
    let block = match frame::take_block(order) {
        Some(block) => block,
        None if spare => return None,
        None => take_from_reserve(order)?,
    };
    let start = start_of(block);
    let slab = start.cast::<Slab>();
    // SAFETY: the block is ours, and aligned to its size.
    unsafe { slab.write(Slab { next: ptr::null_mut(), previous: ptr::null_mut(), free: ptr::null_mut(), used: 0 }) };
    let (size, end) = (SIZES[class], PAGE_SIZE << order);
    let mut offset = first_object(class);
    while offset + size <= end {
        let object = start.wrapping_add(offset).cast::<Object>();
        // SAFETY: the header was written above.
        let next = unsafe { (*slab).free };
        // SAFETY: the object lies within the block.
        unsafe { object.write(Object { next }) };
        // SAFETY: the header was written above.
        unsafe { (*slab).free = object };
        offset += size;
    }
    Some(slab)
}

fn give_back(slab: *mut Slab, order: usize) {
    if let Some(first) = block_at(slab.cast()) {
        frame::give_back_block(first, order);
    }
}

fn slab_of(object: NonNull<u8>, class: usize) -> *mut Slab {
    let bytes = PAGE_SIZE << order_of(class);
    (object.as_ptr() as usize & !(bytes - 1)) as *mut Slab
}

/// # Safety
/// The slab has a free object and is the caller's to change.
unsafe fn take_object(slab: *mut Slab) -> NonNull<u8> {
    // SAFETY: the caller's promise.
    let slab = unsafe { &mut *slab };
    let object = slab.free;
    // SAFETY: a free object holds a link.
    slab.free = unsafe { (*object).next };
    slab.used += 1;
    // SAFETY: not null by the caller's promise.
    unsafe { NonNull::new_unchecked(object.cast()) }
}

/// Returns whether the slab had no free object before, and how many are in use now.
///
/// # Safety
/// The object is the slab's, nobody uses it, and the slab is the caller's to change.
unsafe fn put_object(slab: *mut Slab, object: NonNull<u8>) -> (bool, usize) {
    // SAFETY: the caller's promise.
    let slab = unsafe { &mut *slab };
    let object = object.cast::<Object>();
    let was_full = slab.free.is_null();
    // SAFETY: the object is free now and large enough for a link.
    unsafe { object.write(Object { next: slab.free }) };
    slab.free = object.as_ptr();
    slab.used -= 1;
    (was_full, slab.used)
}

fn link(class: &mut Class, slab: *mut Slab) {
    // SAFETY: a slab that is not in the list, and the list's first, are ours under the lock.
    unsafe { (*slab).next = class.partial };
    // SAFETY: likewise.
    unsafe { (*slab).previous = ptr::null_mut() };
    // SAFETY: likewise.
    if let Some(first) = unsafe { class.partial.as_mut() } {
        first.previous = slab;
    }
    class.partial = slab;
}

fn unlink(class: &mut Class, slab: *mut Slab) {
    // SAFETY: a slab that is in the list, and its neighbours, are ours under the lock.
    let Slab { next, previous, .. } = *unsafe { &*slab };
    // SAFETY: likewise.
    match unsafe { previous.as_mut() } {
        Some(previous) => previous.next = next,
        None => class.partial = next,
    }
    // SAFETY: likewise.
    if let Some(next) = unsafe { next.as_mut() } {
        next.previous = previous;
    }
}

fn block_order(layout: Layout) -> usize {
    let pages = layout.size().max(layout.align()).div_ceil(PAGE_SIZE);
    pages.next_power_of_two().trailing_zeros() as usize
}

/// A block for a large object. The reserve has such as are not so large, for those that cannot fail.
#[cold]
fn large(layout: Layout) -> *mut u8 {
    let order = block_order(layout);
    if order != 0 && order != BIG_ORDER && inject::fails(Kind::Large) {
        return ptr::null_mut();
    }
    let reserved = || if order == 0 || order == BIG_ORDER { take_from_reserve(order) } else { None };
    match frame::take_block(order).or_else(reserved) {
        Some(first) => start_of(first),
        None => ptr::null_mut(),
    }
}

#[cold]
fn free_large(object: *mut u8, layout: Layout) {
    give_back(object.cast(), block_order(layout));
}
