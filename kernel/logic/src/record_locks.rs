//! Locks on ranges of a file: which are in the way of another, and how those of one owner are joined and split;
//! fcntl_locking(2).

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// A lock on the bytes from `first` to `last`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lock<O> {
    /// The first byte.
    pub first: u64,
    /// The last byte.
    pub last: u64,
    /// Nobody else may have a lock there; else others may have such as this.
    pub exclusive: bool,
    /// Whose it is.
    pub owner: O,
}

/// How many locks there may be on one file: each is looked at for the next.
const MOST: usize = 1 << 14;

/// The locks on one file; those of one owner never overlap.
#[derive(Clone, Debug)]
pub struct RecordLocks<O>(Vec<Lock<O>>);

impl<O> Lock<O> {
    fn overlaps(&self, first: u64, last: u64) -> bool {
        self.first <= last && first <= self.last
    }
}

impl<O: Copy + Eq> RecordLocks<O> {
    /// No locks.
    pub const fn new() -> RecordLocks<O> {
        RecordLocks(Vec::new())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by owner in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Lock<O>> {
        self.0.iter()
    }

    /// The first lock of somebody else's that is in the way of this one.
    pub fn conflict(&self, wanted: &Lock<O>) -> Option<Lock<O>> {
        let in_the_way = |lock: &&Lock<O>| {
            lock.owner != wanted.owner
                && (lock.exclusive || wanted.exclusive)
                && lock.overlaps(wanted.first, wanted.last)
        };
        self.0.iter().filter(in_the_way).min_by_key(|lock| lock.first).copied()
    }

    /// Takes a lock, in place of what its owner has there; whether somebody is in the way is not asked. Joined with what touches it and
    /// is of its kind. `ENOLCK` if there are too many.
    pub fn set(&mut self, lock: Lock<O>) -> Result<()> {
        if self.0.len() >= MOST {
            return Err(Errno::ENOLCK);
        }
        self.0.try_reserve(2).map_err(|_| Errno::ENOMEM)?;
        self.cut(lock.owner, lock.first, lock.last);
        let mut joined = lock;
        self.0.retain(|other| {
            let touches =
                other.last.checked_add(1) == Some(lock.first) || lock.last.checked_add(1) == Some(other.first);
            let join = touches && other.owner == lock.owner && other.exclusive == lock.exclusive;
            if join {
                joined.first = joined.first.min(other.first);
                joined.last = joined.last.max(other.last);
            }
            !join
        });
        self.0.push(joined);
        Ok(())
    }

    /// Gives up what an owner has of a range; tells whether there was anything. `ENOLCK` if a lock has to be split and there is no memory.
    pub fn clear(&mut self, owner: O, first: u64, last: u64) -> Result<bool> {
        self.0.try_reserve(1).map_err(|_| Errno::ENOLCK)?;
        Ok(self.cut(owner, first, last))
    }

    /// Gives up all that an owner has; tells whether there was anything.
    pub fn clear_all(&mut self, owner: O) -> bool {
        let before = self.0.len();
        self.0.retain(|lock| lock.owner != owner);
        self.0.len() < before
    }

    /// Cuts a range out of an owner's locks; there is room for one lock more.
    fn cut(&mut self, owner: O, first: u64, last: u64) -> bool {
        let mut found = false;
        let mut index = 0;
        while let Some(lock) = self.0.get(index).copied() {
            if lock.owner != owner || !lock.overlaps(first, last) {
                index += 1;
                continue;
            }
            found = true;
            self.0.swap_remove(index);
            // The pieces that stay lie outside of the range, so that they are passed over when their turn comes.
            if lock.first < first {
                self.0.push(Lock { last: first - 1, ..lock });
            }
            if lock.last > last {
                self.0.push(Lock { first: last + 1, ..lock });
            }
        }
        found
    }
}

impl<O: Copy + Eq> Default for RecordLocks<O> {
    fn default() -> RecordLocks<O> {
        RecordLocks::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn lock(first: u64, last: u64, exclusive: bool, owner: u8) -> Lock<u8> {
        Lock { first, last, exclusive, owner }
    }

    fn of(locks: &RecordLocks<u8>, owner: u8) -> Vec<(u64, u64, bool)> {
        let own = locks.iter().filter(|lock| lock.owner == owner);
        let mut own: Vec<_> = own.map(|lock| (lock.first, lock.last, lock.exclusive)).collect();
        own.sort_unstable();
        own
    }

    #[test]
    fn a_part_given_up_splits_a_lock() {
        let mut locks = RecordLocks::new();
        locks.set(lock(0, u64::MAX, true, 1)).unwrap();
        assert!(locks.clear(1, 10, 19).unwrap());
        assert_eq!(of(&locks, 1), [(0, 9, true), (20, u64::MAX, true)]);
        assert!(!locks.clear(1, 10, 19).unwrap());
        assert!(locks.clear_all(1) && locks.is_empty());
    }

    #[test]
    fn neighbours_of_one_kind_are_one() {
        let mut locks = RecordLocks::new();
        locks.set(lock(0, 9, true, 1)).unwrap();
        locks.set(lock(20, 29, true, 1)).unwrap();
        locks.set(lock(10, 19, true, 1)).unwrap();
        assert_eq!(of(&locks, 1), [(0, 29, true)]);
        locks.set(lock(5, 6, false, 1)).unwrap();
        assert_eq!(of(&locks, 1), [(0, 4, true), (5, 6, false), (7, 29, true)]);
    }

    #[test]
    fn the_lowest_conflict_is_told() {
        let mut locks = RecordLocks::new();
        locks.set(lock(50, 59, false, 1)).unwrap();
        locks.set(lock(10, 19, false, 2)).unwrap();
        assert_eq!(locks.conflict(&lock(0, 100, false, 3)), None);
        assert_eq!(locks.conflict(&lock(0, 100, true, 3)).map(|lock| lock.owner), Some(2));
        assert_eq!(locks.conflict(&lock(10, 19, true, 2)), None);
    }

    #[test]
    fn agrees_with_a_map_of_bytes() {
        const BYTES: u64 = 40;
        let mut random = Random(7);
        let mut locks = RecordLocks::new();
        let mut model = [[None; BYTES as usize]; 3];
        for _ in 0..20_000 {
            let first = random.below(BYTES);
            let last = (first + random.below(10)).min(BYTES - 1);
            let owner = random.below(3) as u8;
            let exclusive = random.below(2) == 0;
            let kept = match random.below(3) {
                0 => {
                    locks.clear(owner, first, last).unwrap();
                    None
                }
                _ => {
                    locks.set(lock(first, last, exclusive, owner)).unwrap();
                    Some(exclusive)
                }
            };
            model[usize::from(owner)][first as usize..=last as usize].fill(kept);
            for (owner, bytes) in model.iter().enumerate() {
                let mut seen = [None; BYTES as usize];
                for (first, last, exclusive) in of(&locks, owner as u8) {
                    assert!(seen[first as usize..=last as usize].iter().all(Option::is_none));
                    seen[first as usize..=last as usize].fill(Some(exclusive));
                }
                assert_eq!(&seen, bytes);
            }
        }
    }
}
