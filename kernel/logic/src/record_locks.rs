//! Locks on ranges of a file: which are in the way of another, and how those of one owner are joined and split;
//! fcntl_locking(2).

use crate::errno::{Errno, Result};
use alloc::vec::Vec;
use core::ops::Range;

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

/// How many locks there may be on one file.
const MOST: usize = 1 << 14;

/// The locks on one file, by owner. A program may have thousands on a file, and few do at once.
#[derive(Clone, Debug)]
pub struct RecordLocks<O>(Vec<Owned<O>>);

/// The locks of one owner, by their first byte: they never overlap, so that those in a range are found by halving.
#[derive(Clone, Debug)]
struct Owned<O> {
    owner: O,
    locks: Vec<Lock<O>>,
}

impl<O: Copy + Eq> RecordLocks<O> {
    /// No locks.
    pub const fn new() -> RecordLocks<O> {
        RecordLocks(Vec::new())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|owned| owned.locks.is_empty())
    }

    /// All of them, by owner and their first byte.
    pub fn iter(&self) -> impl Iterator<Item = &Lock<O>> {
        self.0.iter().flat_map(|owned| &owned.locks)
    }

    /// The first lock of somebody else's that is in the way of this one.
    pub fn conflict(&self, wanted: &Lock<O>) -> Option<Lock<O>> {
        let others = self.0.iter().filter(|owned| owned.owner != wanted.owner);
        let in_the_way = others.filter_map(|owned| {
            let locks = &owned.locks[owned.within(wanted.first, wanted.last)];
            locks.iter().find(|lock| lock.exclusive || wanted.exclusive)
        });
        in_the_way.min_by_key(|lock| lock.first).copied()
    }

    /// Takes a lock, in place of what its owner has there; whether somebody is in the way is not asked. Joined with what touches it and
    /// is of its kind. `ENOLCK` if there are too many.
    pub fn set(&mut self, lock: Lock<O>) -> Result<()> {
        if self.0.iter().map(|owned| owned.locks.len()).sum::<usize>() >= MOST {
            return Err(Errno::ENOLCK);
        }
        let owned = self.owned(lock.owner)?;
        owned.locks.try_reserve(2).map_err(|_| Errno::ENOMEM)?;
        owned.cut(lock.first, lock.last);
        owned.insert(lock);
        Ok(())
    }

    /// Gives up what an owner has of a range; tells whether there was anything. `ENOLCK` if a lock has to be split and there is no memory.
    pub fn clear(&mut self, owner: O, first: u64, last: u64) -> Result<bool> {
        let Some(owned) = self.0.iter_mut().find(|owned| owned.owner == owner) else { return Ok(false) };
        owned.locks.try_reserve(1).map_err(|_| Errno::ENOLCK)?;
        let found = owned.cut(first, last);
        if owned.locks.is_empty() {
            self.clear_all(owner);
        }
        Ok(found)
    }

    /// Gives up all that an owner has; tells whether there was anything.
    pub fn clear_all(&mut self, owner: O) -> bool {
        let Some(index) = self.0.iter().position(|owned| owned.owner == owner) else { return false };
        !self.0.swap_remove(index).locks.is_empty()
    }

    /// An owner's locks, or room for the first.
    fn owned(&mut self, owner: O) -> Result<&mut Owned<O>> {
        let index = match self.0.iter().position(|owned| owned.owner == owner) {
            Some(index) => index,
            None => {
                self.0.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
                self.0.push(Owned { owner, locks: Vec::new() });
                self.0.len() - 1
            }
        };
        Ok(&mut self.0[index])
    }
}

impl<O: Copy> Owned<O> {
    /// Which of them have bytes of a range.
    fn within(&self, first: u64, last: u64) -> Range<usize> {
        let start = self.locks.partition_point(|lock| lock.last < first);
        let count = self.locks[start..].partition_point(|lock| lock.first <= last);
        start..start + count
    }

    /// Cuts a range out of them; there is room for one lock more. Tells whether there was anything.
    fn cut(&mut self, first: u64, last: u64) -> bool {
        let cut = self.within(first, last);
        let [lowest, highest] = match self.locks[cut.clone()] {
            [] => return false,
            [only] => [only, only],
            [lowest, .., highest] => [lowest, highest],
        };
        let before = (lowest.first < first).then(|| Lock { last: first - 1, ..lowest });
        let after = (highest.last > last).then(|| Lock { first: last + 1, ..highest });
        self.locks.splice(cut, before.into_iter().chain(after));
        true
    }

    /// Adds a lock where nothing is, joined with the neighbours that touch it and are of its kind; there is room.
    fn insert(&mut self, mut lock: Lock<O>) {
        let at = self.locks.partition_point(|other| other.first < lock.first);
        let mut joined = at..at;
        let before = at.checked_sub(1).and_then(|at| self.locks.get(at));
        if let Some(before) = before.filter(|other| other.exclusive == lock.exclusive && other.last + 1 == lock.first) {
            lock.first = before.first;
            joined.start -= 1;
        }
        let after = self.locks.get(at);
        if let Some(after) = after.filter(|other| other.exclusive == lock.exclusive && lock.last + 1 == other.first) {
            lock.last = after.last;
            joined.end += 1;
        }
        self.locks.splice(joined, [lock]);
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
