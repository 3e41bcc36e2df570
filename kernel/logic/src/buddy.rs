//! Which frames of physical memory are free: a buddy allocator over a table with one entry a frame.
//!
//! A block of order n is 2^n frames and begins at a multiple of 2^n. Allocating splits the smallest block that is large enough;
//! freeing joins a block with its buddy as long as that is free too. Single frames are what nearly everyone wants, so a few
//! freed ones stay loose, on a list of their own: they are handed out again as they are, and joined only when there are many
//! or when a larger block is missing.
//!
//! `machine::frame` owns the only one, behind its lock.

use core::ops::Range;

/// The largest order: blocks of 16 MiB.
pub const MAX_ORDER: usize = 12;

/// How many orders there are.
pub const ORDERS: usize = MAX_ORDER + 1;

/// How many freed frames may stay loose before half of them are joined.
const LOOSE_LIMIT: usize = 128;

/// The end of a list.
const NONE: u32 = u32::MAX;

/// The list of loose frames stands behind those of the orders.
const LOOSE: usize = ORDERS;

/// What the allocator keeps about one frame. All zeros, as fresh memory has it, is [`Entry::UNMANAGED`].
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub struct Entry {
    next: u32,
    prev: u32,
    /// 0 (not the start of a block), or `TAKEN` or `FREE` and the order, or `FREE` and `LOOSE`.
    state: u8,
}

const TAKEN: u8 = 0x40;
const FREE: u8 = 0x80;

impl Entry {
    /// A frame that was never added.
    pub const UNMANAGED: Entry = Entry { next: 0, prev: 0, state: 0 };
}

/// The allocator.
pub struct Buddy<'a> {
    table: &'a mut [Entry],
    first_frame: u64,
    /// The first entry of each list.
    heads: [u32; ORDERS + 1],
    /// How long each list is.
    lengths: [usize; ORDERS + 1],
    free_frames: usize,
}

impl<'a> Buddy<'a> {
    /// An allocator for the frames from `first_frame` on, one for each entry of the table, of which none is free yet.
    pub fn new(table: &'a mut [Entry], first_frame: u64) -> Buddy<'a> {
        assert!(table.len() < NONE as usize, "a buddy table has more frames than 32 bits can number");
        table.fill(Entry::UNMANAGED);
        Buddy { table, first_frame, heads: [NONE; ORDERS + 1], lengths: [0; ORDERS + 1], free_frames: 0 }
    }

    /// Gives it frames that it did not have; they may begin and end anywhere in the table.
    pub fn add(&mut self, frames: Range<u64>) {
        let mut frame = frames.start;
        while frame < frames.end {
            let fits = (frames.end - frame).ilog2().min(frame.trailing_zeros()) as usize;
            let order = fits.min(MAX_ORDER);
            assert!(self.state_of(frame) == 0, "frame {frame:#x} was given to the allocator twice");
            assert!(
                self.entry_of(frame + (1 << order) - 1).is_some(),
                "frames up to {:#x} do not fit in the buddy table",
                frame + (1 << order)
            );
            self.free_frames += 1 << order;
            self.join(frame, order);
            frame += 1 << order;
        }
    }

    /// Takes note of frames that are in use without having been allocated, so that each can be freed like others.
    pub fn adopt(&mut self, frames: Range<u64>) {
        for frame in frames {
            assert!(self.state_of(frame) == 0, "frame {frame:#x} was given to the allocator twice");
            let index = (frame - self.first_frame) as usize;
            self.table[index].state = TAKEN;
        }
    }

    /// Takes 2^`order` frames, aligned to their size; the number of the first, or `None` if there are none left.
    pub fn allocate(&mut self, order: usize) -> Option<u64> {
        assert!(order <= MAX_ORDER, "a block of order {order} was asked for");
        if order == 0 && self.heads[LOOSE] != NONE {
            let frame = self.pop(LOOSE);
            return Some(self.take(frame, 0));
        }
        let from = match self.smallest(order) {
            Some(from) => from,
            None => {
                self.join_loose(0);
                self.smallest(order)?
            }
        };
        let frame = self.pop(from);
        for half in (order..from).rev() {
            self.push(half, frame + (1 << half));
        }
        Some(self.take(frame, order))
    }

    /// Gives back what [`Buddy::allocate`] gave.
    pub fn free(&mut self, frame: u64, order: usize) {
        assert!(
            order <= MAX_ORDER && self.state_of(frame) == TAKEN | order as u8,
            "frame {frame:#x} was freed as a block of order {order}, but it is not one that is in use"
        );
        self.free_frames += 1 << order;
        if order == 0 {
            self.push(LOOSE, frame);
            if self.lengths[LOOSE] > LOOSE_LIMIT {
                self.join_loose(LOOSE_LIMIT / 2);
            }
        } else {
            self.join(frame, order);
        }
    }

    /// Makes single frames of a block in use, so that each can be freed alone.
    pub fn split(&mut self, frame: u64, order: usize) {
        assert!(
            order <= MAX_ORDER && self.state_of(frame) == TAKEN | order as u8,
            "frame {frame:#x} was split as a block of order {order}, but it is not one that is in use"
        );
        let first = (frame - self.first_frame) as usize;
        for entry in &mut self.table[first..first + (1 << order)] {
            entry.state = TAKEN;
        }
    }

    /// How many frames are free.
    pub fn free_frames(&self) -> usize {
        self.free_frames
    }

    /// How many free blocks of one order there are; loose frames count as blocks of order 0.
    pub fn blocks(&self, order: usize) -> usize {
        self.lengths[order] + if order == 0 { self.lengths[LOOSE] } else { 0 }
    }

    /// Marks a block that is on no list as in use.
    fn take(&mut self, frame: u64, order: usize) -> u64 {
        self.entry(frame).state = TAKEN | order as u8;
        self.free_frames -= 1 << order;
        frame
    }

    /// The smallest order, from `order` on, of which there is a free block.
    fn smallest(&self, order: usize) -> Option<usize> {
        (order..ORDERS).find(|&order| self.heads[order] != NONE)
    }

    /// Joins loose frames until only `rest` are left.
    fn join_loose(&mut self, rest: usize) {
        while self.lengths[LOOSE] > rest {
            let frame = self.pop(LOOSE);
            self.join(frame, 0);
        }
    }

    /// Puts a block on its list, together with its buddy, and theirs, as long as those are free.
    fn join(&mut self, mut frame: u64, mut order: usize) {
        while order < MAX_ORDER {
            let buddy = frame ^ (1 << order);
            if self.state_of(buddy) != FREE | order as u8 {
                break;
            }
            self.unlink(order, buddy);
            self.entry(frame.max(buddy)).state = 0;
            frame = frame.min(buddy);
            order += 1;
        }
        self.push(order, frame);
    }

    fn push(&mut self, list: usize, frame: u64) {
        let old = self.heads[list];
        *self.entry(frame) = Entry { next: old, prev: NONE, state: FREE | list as u8 };
        let index = (frame - self.first_frame) as u32;
        if old != NONE {
            self.table[old as usize].prev = index;
        }
        self.heads[list] = index;
        self.lengths[list] += 1;
    }

    /// Takes the first of a list that is not empty; its state becomes 0.
    fn pop(&mut self, list: usize) -> u64 {
        let frame = self.first_frame + u64::from(self.heads[list]);
        self.unlink(list, frame);
        frame
    }

    fn unlink(&mut self, list: usize, frame: u64) {
        let Entry { next, prev, .. } = core::mem::take(self.entry(frame));
        match prev {
            NONE => self.heads[list] = next,
            prev => self.table[prev as usize].next = next,
        }
        if next != NONE {
            self.table[next as usize].prev = prev;
        }
        self.lengths[list] -= 1;
    }

    /// The entry of a frame that is known to be in the table.
    fn entry(&mut self, frame: u64) -> &mut Entry {
        &mut self.table[(frame - self.first_frame) as usize]
    }

    fn entry_of(&self, frame: u64) -> Option<&Entry> {
        self.table.get(usize::try_from(frame.checked_sub(self.first_frame)?).ok()?)
    }

    /// The state of any frame; that of one outside the table is 0.
    fn state_of(&self, frame: u64) -> u8 {
        self.entry_of(frame).map_or(0, |entry| entry.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{vec, vec::Vec};

    /// Every free frame is in exactly one block, every block is aligned, and the counts agree.
    fn check(buddy: &Buddy, in_use: &[(u64, usize)], managed: &Range<u64>) {
        let mut owners = vec![0u8; buddy.table.len()];
        let mut claim = |frame: u64, order: usize| {
            assert_eq!(frame % (1 << order), 0, "unaligned block");
            for frame in frame..frame + (1 << order) {
                assert!(managed.contains(&frame));
                owners[(frame - buddy.first_frame) as usize] += 1;
            }
        };
        let mut free = 0;
        for list in 0..=LOOSE {
            let (mut index, mut length) = (buddy.heads[list], 0);
            let order = if list == LOOSE { 0 } else { list };
            while index != NONE {
                claim(buddy.first_frame + u64::from(index), order);
                free += 1 << order;
                length += 1;
                index = buddy.table[index as usize].next;
            }
            assert_eq!(length, buddy.lengths[list]);
        }
        for &(frame, order) in in_use {
            claim(frame, order);
        }
        assert_eq!(free, buddy.free_frames());
        let expected = (managed.end - managed.start) as usize;
        assert_eq!(owners.iter().map(|&n| usize::from(n)).sum::<usize>(), expected);
        assert!(owners.iter().all(|&n| n <= 1), "a frame is in two blocks");
    }

    #[test]
    fn any_order_of_allocating_and_freeing_keeps_every_frame() {
        let mut random = Random(42);
        for (first, length, managed) in [(0, 9000, 1..8999), (77, 10000, 80..10000), (4096, 4096, 4096..8192)] {
            let mut table = vec![Entry::UNMANAGED; length];
            let mut buddy = Buddy::new(&mut table, first);
            let middle = (managed.start + managed.end) / 2 + 5;
            buddy.add(managed.start..middle);
            buddy.add(middle..managed.end);
            let before: Vec<usize> = (0..ORDERS).map(|order| buddy.blocks(order)).collect();
            let mut in_use = Vec::new();
            for step in 0..6000 {
                if random.below(100) < 55 {
                    let order = if random.below(3) > 0 { 0 } else { random.below(ORDERS as u64) as usize };
                    match buddy.allocate(order) {
                        Some(frame) => in_use.push((frame, order)),
                        None => assert!(buddy.free_frames() < managed.end as usize),
                    }
                } else if !in_use.is_empty() {
                    let (frame, order) = in_use.swap_remove(random.below(in_use.len() as u64) as usize);
                    buddy.free(frame, order);
                }
                if step % 100 == 0 {
                    check(&buddy, &in_use, &managed);
                }
            }
            for (frame, order) in in_use.drain(..) {
                buddy.free(frame, order);
            }
            buddy.join_loose(0);
            check(&buddy, &[], &managed);
            assert_eq!(before, (0..ORDERS).map(|order| buddy.blocks(order)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn adopted_frames_are_freed_like_others() {
        let mut table = vec![Entry::UNMANAGED; 64];
        let mut buddy = Buddy::new(&mut table, 0);
        buddy.add(0..16);
        buddy.adopt(16..48);
        assert_eq!(buddy.free_frames(), 16);
        (16..48).for_each(|frame| buddy.free(frame, 0));
        check(&buddy, &[], &(0..48));
        assert_eq!(buddy.allocate(5), Some(0));
    }

    #[test]
    fn all_frames_can_be_had_one_by_one_and_then_as_a_large_block() {
        let mut table = vec![Entry::UNMANAGED; 4096];
        let mut buddy = Buddy::new(&mut table, 8192);
        buddy.add(8192..8192 + 4096);
        assert_eq!(buddy.blocks(MAX_ORDER), 1);
        let mut frames: Vec<u64> = core::iter::from_fn(|| buddy.allocate(0)).collect();
        frames.sort_unstable();
        assert_eq!(frames, (8192..8192 + 4096).collect::<Vec<_>>());
        for frame in frames {
            buddy.free(frame, 0);
        }
        assert_eq!(buddy.allocate(MAX_ORDER), Some(8192));
        buddy.split(8192, MAX_ORDER);
        for frame in (8192..8192 + 4096).rev() {
            buddy.free(frame, 0);
        }
        assert_eq!(buddy.free_frames(), 4096);
        assert_eq!(buddy.allocate(MAX_ORDER), Some(8192));
        assert_eq!(buddy.allocate(0), None);
    }

    fn small(table: &mut [Entry]) -> Buddy<'_> {
        let mut buddy = Buddy::new(table, 100);
        buddy.add(100..132);
        buddy
    }

    #[test]
    #[should_panic(expected = "not one that is in use")]
    fn freeing_twice_is_noticed() {
        let mut table = [Entry::UNMANAGED; 32];
        let mut buddy = small(&mut table);
        let frame = buddy.allocate(2).unwrap_or_default();
        buddy.free(frame, 2);
        buddy.free(frame, 2);
    }

    #[test]
    #[should_panic(expected = "not one that is in use")]
    fn freeing_twice_is_noticed_after_joining() {
        let mut table = [Entry::UNMANAGED; 8];
        let mut buddy = Buddy::new(&mut table, 64);
        buddy.add(64..72);
        let mut halves = [buddy.allocate(2), buddy.allocate(2)].map(Option::unwrap_or_default);
        halves.sort_unstable();
        buddy.free(halves[0], 2);
        buddy.free(halves[1], 2);
        buddy.free(halves[1], 2);
    }

    #[test]
    #[should_panic(expected = "not one that is in use")]
    fn a_foreign_frame_is_noticed() {
        let mut table = [Entry::UNMANAGED; 32];
        small(&mut table).free(5, 0);
    }

    #[test]
    #[should_panic(expected = "not one that is in use")]
    fn a_wrong_order_is_noticed() {
        let mut table = [Entry::UNMANAGED; 32];
        let mut buddy = small(&mut table);
        let frame = buddy.allocate(2).unwrap_or_default();
        buddy.free(frame, 1);
    }

    #[test]
    #[should_panic(expected = "do not fit")]
    fn frames_outside_the_table_are_noticed() {
        let mut table = [Entry::UNMANAGED; 32];
        Buddy::new(&mut table, 100).add(120..140);
    }
}
