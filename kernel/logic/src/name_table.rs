//! The entries of a directory in memory: found by name in constant time, listed by a cursor that stays true while entries come and go.
//!
//! Every entry has a slot and keeps it as long as it lives; the cursor is the slot's number. So a listing shows each entry that is
//! there all the time just once (readdir(3)). All growth can fail, since programs decide how large a directory gets.

use crate::errno::{Errno, Result};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use hashbrown::{DefaultHashBuilder, HashTable};

/// A name; counted, so that it can be kept while the table changes.
pub type Name = Arc<[u8]>;

/// The entries.
#[derive(Debug)]
pub struct NameTable<T> {
    slots: Vec<Slot<T>>,
    /// The numbers of the slots that are used, by the hash of the name.
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The first of the free slots, which form a chain.
    free: Option<u32>,
}

#[derive(Debug)]
enum Slot<T> {
    Used { name: Name, hash: u64, value: T },
    Free { next: Option<u32> },
}

impl<T> NameTable<T> {
    /// No entries.
    pub fn new() -> NameTable<T> {
        NameTable { slots: Vec::new(), index: HashTable::new(), hasher: DefaultHashBuilder::default(), free: None }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The value of a name.
    pub fn get(&self, name: &[u8]) -> Option<&T> {
        let hash = self.hasher.hash_one(name);
        let &slot = self.index.find(hash, |&slot| self.is_named(slot, hash, name))?;
        match &self.slots[slot as usize] {
            Slot::Used { value, .. } => Some(value),
            Slot::Free { .. } => None,
        }
    }

    /// Adds an entry whose name is free (`EEXIST` if not). `ENOMEM` changes nothing.
    pub fn insert(&mut self, name: Name, value: T) -> Result<()> {
        if self.get(&name).is_some() {
            return Err(Errno::EEXIST);
        }
        self.make_room()?;
        let hash = self.hasher.hash_one(&*name);
        let used = Slot::Used { name, hash, value };
        let slot = match self.free {
            Some(slot) => {
                if let Slot::Free { next } = core::mem::replace(&mut self.slots[slot as usize], used) {
                    self.free = next;
                }
                slot
            }
            None => {
                self.slots.push(used);
                (self.slots.len() - 1) as u32
            }
        };
        let slots = &self.slots;
        self.index.insert_unique(hash, slot, |&slot| hash_of(slots, slot));
        Ok(())
    }

    /// Makes sure that the next `insert` finds memory.
    pub fn make_room(&mut self) -> Result<()> {
        if self.free.is_none() {
            u32::try_from(self.slots.len() + 1).map_err(|_| Errno::ENOSPC)?;
            self.slots.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        }
        let slots = &self.slots;
        self.index.try_reserve(1, |&slot| hash_of(slots, slot)).map_err(|_| Errno::ENOMEM)
    }

    /// Gives a name another value, in the same slot; tells the old one. `None` if there is no such name.
    pub fn replace(&mut self, name: &[u8], new: T) -> Option<T> {
        let hash = self.hasher.hash_one(name);
        let &slot = self.index.find(hash, |&slot| self.is_named(slot, hash, name))?;
        match &mut self.slots[slot as usize] {
            Slot::Used { value, .. } => Some(core::mem::replace(value, new)),
            Slot::Free { .. } => None,
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, name: &[u8]) -> Option<T> {
        let hash = self.hasher.hash_one(name);
        let slots = &self.slots;
        let found = self.index.find_entry(hash, |&slot| is_named(slots, slot, hash, name)).ok()?;
        let (slot, _) = found.remove();
        self.release(slot)
    }

    /// All values, when the directory itself goes.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.slots.into_iter().filter_map(|slot| match slot {
            Slot::Used { value, .. } => Some(value),
            Slot::Free { .. } => None,
        })
    }

    /// The first entry from a cursor on, and the cursor behind it; a listing starts with 0.
    pub fn next(&self, cursor: u64) -> Option<(u64, &Name, &T)> {
        let start = usize::try_from(cursor).ok()?;
        self.slots.iter().enumerate().skip(start).find_map(|(number, slot)| match slot {
            Slot::Used { name, value, .. } => Some((number as u64 + 1, name, value)),
            Slot::Free { .. } => None,
        })
    }

    fn is_named(&self, slot: u32, hash: u64, name: &[u8]) -> bool {
        is_named(&self.slots, slot, hash, name)
    }

    fn release(&mut self, slot: u32) -> Option<T> {
        let freed = core::mem::replace(&mut self.slots[slot as usize], Slot::Free { next: self.free });
        self.free = Some(slot);
        // An empty directory gives its memory back, and starts its slots anew.
        if self.index.is_empty() {
            self.slots = Vec::new();
            self.index = HashTable::new();
            self.free = None;
        }
        match freed {
            Slot::Used { value, .. } => Some(value),
            Slot::Free { .. } => None,
        }
    }
}

impl<T> Default for NameTable<T> {
    fn default() -> NameTable<T> {
        NameTable::new()
    }
}

fn is_named<T>(slots: &[Slot<T>], slot: u32, wanted: u64, name: &[u8]) -> bool {
    matches!(&slots[slot as usize], Slot::Used { name: other, hash, .. } if *hash == wanted && **other == *name)
}

fn hash_of<T>(slots: &[Slot<T>], slot: u32) -> u64 {
    match &slots[slot as usize] {
        Slot::Used { hash, .. } => *hash,
        Slot::Free { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::collections::{BTreeMap, BTreeSet};
    use std::format;

    fn name(number: u64) -> Name {
        Name::from(format!("name-{number}").as_bytes())
    }

    #[test]
    fn it_does_what_a_simple_map_does() {
        for seed in 1..30 {
            let mut random = Random(seed);
            let (mut table, mut model) = (NameTable::new(), BTreeMap::new());
            for step in 0..500 {
                let name = name(random.below(40));
                match random.below(5) {
                    0..2 => {
                        let taken = model.contains_key(&name);
                        assert_eq!(table.insert(name.clone(), step).is_err(), taken);
                        model.entry(name.clone()).or_insert(step);
                    }
                    2 => assert_eq!(
                        table.replace(&name, step),
                        model.get_mut(&name).map(|value| core::mem::replace(value, step))
                    ),
                    _ => assert_eq!(table.remove(&name), model.remove(&name)),
                }
                assert_eq!(table.get(&name), model.get(&name));
                assert_eq!((table.len(), table.is_empty()), (model.len(), model.is_empty()));
            }
            let mut values: Vec<u64> = table.into_values().collect();
            let mut expected: Vec<u64> = model.into_values().collect();
            values.sort_unstable();
            expected.sort_unstable();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn a_listing_shows_what_stays_just_once() {
        let mut random = Random(7);
        for _ in 0..50 {
            let mut table = NameTable::new();
            let stays: BTreeSet<u64> = (0..random.below(60)).collect();
            for number in 0..100 {
                table.insert(name(number), number).unwrap();
            }
            let (mut seen, mut cursor) = (BTreeSet::new(), 0);
            while let Some((next, _, &number)) = table.next(cursor) {
                assert!(next > cursor);
                cursor = next;
                assert!(seen.insert(number) || !stays.contains(&number), "{number} came twice");
                let other = 60 + random.below(80);
                if table.remove(&name(other)).is_none() {
                    table.insert(name(other), other).unwrap();
                }
            }
            assert!(stays.is_subset(&seen));
        }
    }
}
