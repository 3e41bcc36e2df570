//! The heap: blocks of powers of two, a list of free ones for each size. Small blocks are cut from chunks of 64 KiB, large
//! ones come straight from `moremem`; a freed block is kept for the next of its size and never given back. Programs on this
//! gate have one thread, so nothing is locked.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr::{NonNull, null_mut};

use crate::gate;

const SMALLEST: usize = 16;
const CHUNK: usize = 64 * 1024;
const PAGE: usize = 4096;

/// A free block; its first bytes hold the next one of its size.
#[derive(Clone, Copy)]
struct Free(NonNull<Option<Free>>);

struct Heap {
    /// The free blocks of 2^index bytes.
    free: [Cell<Option<Free>>; usize::BITS as usize],
    /// What is left of the last chunk.
    chunk: Cell<(usize, usize)>,
}

#[global_allocator]
static HEAP: Heap = Heap { free: [const { Cell::new(None) }; usize::BITS as usize], chunk: Cell::new((0, 0)) };

// SAFETY: there is one thread.
unsafe impl Sync for Heap {}

// SAFETY: a block is handed out to one owner at a time, is as large as the layout asks, and aligned to its own size up to a
// page; a larger alignment is refused.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > PAGE {
            return null_mut();
        }
        let Some(size) = block_size(layout) else { return null_mut() };
        match self.pop(size) {
            Some(Free(block)) => block.as_ptr().cast(),
            None => self.cut(size).unwrap_or(null_mut()),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let (Some(size), Some(block)) = (block_size(layout), NonNull::new(block.cast::<Option<Free>>())) {
            let list = &self.free[size.trailing_zeros() as usize];
            // SAFETY: the owner gave the block back, and the smallest one holds a link.
            unsafe { block.write(list.get()) };
            list.set(Some(Free(block)));
        }
    }
}

impl Heap {
    fn pop(&self, size: usize) -> Option<Free> {
        let list = &self.free[size.trailing_zeros() as usize];
        let first = list.get()?;
        // SAFETY: a free block holds a link that `dealloc` wrote.
        list.set(unsafe { first.0.read() });
        Some(first)
    }

    /// A new block. What is left of a chunk that is too small is lost.
    fn cut(&self, size: usize) -> Option<*mut u8> {
        if size >= PAGE {
            return gate::more_memory(size).ok().map(NonNull::as_ptr);
        }
        let (mut next, mut end) = self.chunk.get();
        next = next.next_multiple_of(size);
        if next + size > end {
            next = gate::more_memory(CHUNK).ok()?.as_ptr().expose_provenance();
            end = next + CHUNK;
        }
        self.chunk.set((next + size, end));
        Some(core::ptr::with_exposed_provenance_mut(next))
    }
}

/// The size of the block for a layout: a power of two.
fn block_size(layout: Layout) -> Option<usize> {
    layout.size().max(layout.align()).max(SMALLEST).checked_next_power_of_two()
}
