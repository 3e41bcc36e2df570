//! What is to happen at which time: a heap of deadlines from which any can be taken out again.
//!
//! `task::timer` keeps the waits with a time limit in it, and the clock event is set to the first. Times are nanoseconds since boot;
//! what is due at the same time comes in the order in which it was inserted.

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// The deadlines.
pub struct Deadlines<T> {
    /// A binary heap: the parent of place i is at (i - 1) / 2 and is due no later.
    heap: Vec<Due>,
    slots: Vec<Slot<T>>,
    first_free: Option<u32>,
    inserted: u64,
}

/// Names a deadline for as long as it is there; it never names another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    slot: u32,
    number: u64,
}

#[derive(Clone, Copy)]
struct Due {
    at: u64,
    number: u64,
    slot: u32,
}

enum Slot<T> {
    Used { place: usize, number: u64, item: T },
    Free { next: Option<u32> },
}

impl<T> Default for Deadlines<T> {
    fn default() -> Self {
        Deadlines::new()
    }
}

impl<T> Deadlines<T> {
    /// Nothing to happen, and no room for it.
    pub const fn new() -> Deadlines<T> {
        Deadlines { heap: Vec::new(), slots: Vec::new(), first_free: None, inserted: 0 }
    }

    /// Makes room for `count` in all, or fails with `ENOMEM`. Inserting into this room never allocates.
    pub fn reserve(&mut self, count: usize) -> Result<()> {
        self.heap.try_reserve(count.saturating_sub(self.heap.len())).map_err(|_| Errno::ENOMEM)?;
        self.slots.try_reserve(count.saturating_sub(self.slots.len())).map_err(|_| Errno::ENOMEM)
    }

    /// Notes what is to happen at a time.
    pub fn insert(&mut self, at: u64, item: T) -> Key {
        assert!(self.heap.len() < self.heap.capacity(), "there are more deadlines than room was made for");
        self.inserted += 1;
        let (number, place) = (self.inserted, self.heap.len());
        let used = Slot::Used { place, number, item };
        let slot = match self.first_free {
            Some(slot) => {
                if let Slot::Free { next } = core::mem::replace(&mut self.slots[slot as usize], used) {
                    self.first_free = next;
                }
                slot
            }
            None => {
                assert!(self.slots.len() < self.slots.capacity(), "there are more deadlines than room was made for");
                self.slots.push(used);
                self.slots.len() as u32 - 1
            }
        };
        self.heap.push(Due { at, number, slot });
        self.rise(place);
        Key { slot, number }
    }

    /// Takes a deadline out, unless it is gone already.
    pub fn cancel(&mut self, key: Key) -> Option<T> {
        match self.slots.get(key.slot as usize) {
            Some(&Slot::Used { place, number, .. }) if number == key.number => self.take(place),
            _ => None,
        }
    }

    /// Moves a deadline to another time; says whether it was still there. Among those at the same time it counts as the older one that it is.
    pub fn change(&mut self, key: Key, at: u64) -> bool {
        let place = match self.slots.get(key.slot as usize) {
            Some(&Slot::Used { place, number, .. }) if number == key.number => place,
            _ => return false,
        };
        self.heap[place].at = at;
        let place = self.rise(place);
        self.sink(place);
        true
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<u64> {
        self.heap.first().map(|due| due.at)
    }

    /// Takes out the first that is due at `now`.
    pub fn pop_due(&mut self, now: u64) -> Option<T> {
        if self.next()? <= now { self.take(0) } else { None }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Takes the deadline at a place of the heap out of everything.
    fn take(&mut self, place: usize) -> Option<T> {
        let slot = self.heap.swap_remove(place).slot;
        if place < self.heap.len() {
            let place = self.rise(place);
            self.sink(place);
        }
        let free = Slot::Free { next: self.first_free };
        self.first_free = Some(slot);
        match core::mem::replace(&mut self.slots[slot as usize], free) {
            Slot::Used { item, .. } => Some(item),
            Slot::Free { .. } => None,
        }
    }

    /// Moves an entry towards the root until its parent is due no later; where it ends.
    fn rise(&mut self, mut place: usize) -> usize {
        while place > 0 && self.order(place) < self.order((place - 1) / 2) {
            self.heap.swap(place, (place - 1) / 2);
            self.note(place);
            place = (place - 1) / 2;
        }
        self.note(place);
        place
    }

    /// Moves an entry away from the root until no child is due earlier.
    fn sink(&mut self, mut place: usize) {
        loop {
            let children = [place * 2 + 1, place * 2 + 2].into_iter().filter(|&child| child < self.heap.len());
            match children.min_by_key(|&child| self.order(child)) {
                Some(child) if self.order(child) < self.order(place) => {
                    self.heap.swap(place, child);
                    self.note(place);
                    place = child;
                }
                _ => break,
            }
        }
        self.note(place);
    }

    fn order(&self, place: usize) -> (u64, u64) {
        (self.heap[place].at, self.heap[place].number)
    }

    /// Tells the slot of an entry where the entry is.
    fn note(&mut self, at: usize) {
        if let Slot::Used { place, .. } = &mut self.slots[self.heap[at].slot as usize] {
            *place = at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn agrees_with_a_sorted_list() {
        let mut random = Random(1234);
        let mut deadlines = Deadlines::new();
        deadlines.reserve(64).unwrap();
        let room = (deadlines.heap.capacity(), deadlines.slots.capacity());
        let mut model: Vec<(u64, u32, Key)> = Vec::new();
        let mut old = Vec::new();
        for item in 0..30_000u32 {
            match random.below(5) {
                4 if !model.is_empty() => {
                    let (changed, at) = (random.below(model.len() as u64) as usize, random.below(50));
                    assert!(deadlines.change(model[changed].2, at));
                    model[changed].0 = at;
                    model.sort_by_key(|&(at, item, _)| (at, item));
                }
                0 | 1 if model.len() < 64 => {
                    let at = random.below(50);
                    let key = deadlines.insert(at, item);
                    model.push((at, item, key));
                    model.sort_by_key(|&(at, item, _)| (at, item));
                }
                2 if !model.is_empty() => {
                    let (_, item, key) = model.remove(random.below(model.len() as u64) as usize);
                    assert_eq!(deadlines.cancel(key), Some(item));
                    old.push(key);
                }
                _ => {
                    let now = random.below(50);
                    let due = model.first().is_some_and(|&(at, ..)| at <= now).then(|| model.remove(0));
                    assert_eq!(deadlines.pop_due(now), due.map(|(_, item, _)| item));
                    old.extend(due.map(|(.., key)| key));
                }
            }
            if let Some(&key) = old.get(random.below(old.len().max(1) as u64) as usize) {
                assert_eq!(deadlines.cancel(key), None, "an old key still works");
                assert!(!deadlines.change(key, 0), "an old key still works");
            }
            assert_eq!(deadlines.next(), model.first().map(|&(at, ..)| at));
            assert_eq!(deadlines.len(), model.len());
        }
        assert_eq!(room, (deadlines.heap.capacity(), deadlines.slots.capacity()), "it allocated");
    }

    #[test]
    #[should_panic(expected = "room was made for")]
    fn inserting_without_room_is_noticed() {
        Deadlines::new().insert(1, ());
    }
}
