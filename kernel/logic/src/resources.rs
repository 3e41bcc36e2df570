//! Ranges of addresses and their owners: a tree of resources, for I/O ports or for physical memory.
//!
//! A *description* names a range, such as a memory area or a device's base address register; descriptions nest. A *claim* belongs to one
//! owner, the only user of the range: nothing else may be claimed in it, and it lies within a description or outside of all. The tree
//! needs no heap, since the first claims come before there is one.

use arrayvec::{ArrayString, ArrayVec};
use core::cmp::Reverse;

/// The name of a range or of its owner.
pub type Name = ArrayString<32>;

/// A range with a name, its last address included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resource {
    /// First address.
    pub first: u64,
    /// Last address.
    pub last: u64,
    /// Name of the range or of its owner.
    pub name: Name,
    /// Whether it is a claim, not a description.
    pub claimed: bool,
}

/// Reason for which a range was not inserted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It has something in common with this range.
    Conflict(Resource),
    /// The tree is full.
    Full,
}

/// The tree: sorted by first address, then the larger range first, so that a range follows those that contain it.
#[derive(Debug)]
pub struct Resources<const N: usize>(ArrayVec<Resource, N>);

impl<const N: usize> Default for Resources<N> {
    fn default() -> Self {
        Resources::new()
    }
}

impl<const N: usize> Resources<N> {
    /// An empty tree.
    pub const fn new() -> Self {
        Resources(ArrayVec::new_const())
    }

    /// Gives a range to an owner. It must overlap no other claim, and lie inside or outside of every description.
    pub fn claim(&mut self, first: u64, last: u64, owner: &str) -> Result<(), Refused> {
        let new = Resource { first, last, name: shortened(owner), claimed: true };
        self.insert(new, |old| old.overlaps(&new) && (old.claimed || !old.contains(&new)))
    }

    /// Describes a range. It must not lie in a claim, nor cross the end of anything.
    pub fn describe(&mut self, first: u64, last: u64, name: &str) -> Result<(), Refused> {
        let new = Resource { first, last, name: shortened(name), claimed: false };
        let fits =
            |old: &Resource| if old.claimed { new.contains(old) } else { new.contains(old) || old.contains(&new) };
        self.insert(new, |old| old.overlaps(&new) && !fits(old))
    }

    /// Gives up a claim; whether there was one of exactly that range.
    pub fn release(&mut self, first: u64, last: u64) -> bool {
        let found = self.0.iter().position(|old| old.claimed && (old.first, old.last) == (first, last));
        found.map(|index| self.0.remove(index)).is_some()
    }

    /// All ranges in the order of the tree, each with its depth.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Resource)> {
        self.0.iter().enumerate().map(|(index, resource)| {
            let depth = self.0[..index].iter().filter(|above| above.contains(resource)).count();
            (depth, resource)
        })
    }

    fn insert(&mut self, new: Resource, conflicts: impl Fn(&Resource) -> bool) -> Result<(), Refused> {
        if let Some(old) = self.0.iter().find(|old| conflicts(old)) {
            return Err(Refused::Conflict(*old));
        }
        // A claim is below a description of the same range.
        let key = |resource: &Resource| (resource.first, Reverse(resource.last), resource.claimed);
        let place = self.0.iter().position(|old| key(old) > key(&new)).unwrap_or(self.0.len());
        self.0.try_insert(place, new).map_err(|_| Refused::Full)
    }
}

impl Resource {
    fn contains(&self, other: &Resource) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    fn overlaps(&self, other: &Resource) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

fn shortened(name: &str) -> Name {
    let mut short = Name::new();
    // The rest of a long name is left out.
    name.chars().take_while(|&character| short.try_push(character).is_ok()).for_each(drop);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{string::String, vec::Vec};

    fn shown<const N: usize>(tree: &Resources<N>) -> Vec<(usize, u64, u64, String)> {
        tree.iter().map(|(depth, range)| (depth, range.first, range.last, range.name.as_str().into())).collect()
    }

    fn names<const N: usize>(tree: &Resources<N>) -> Vec<(usize, String)> {
        shown(tree).into_iter().map(|(depth, _, _, name)| (depth, name)).collect()
    }

    #[test]
    fn a_second_claim_is_refused_and_names_the_first() {
        let mut ports = Resources::<8>::new();
        ports.claim(0x60, 0x60, "keyboard").unwrap();
        ports.claim(0x64, 0x64, "keyboard").unwrap();
        for (first, last) in [(0x60, 0x60), (0x5f, 0x60), (0x60, 0x6f), (0x50, 0x6f), (0x61, 0x64)] {
            let Err(Refused::Conflict(old)) = ports.claim(first, last, "other") else { panic!("{first:#x} was given") };
            assert_eq!(old.name.as_str(), "keyboard");
        }
        ports.claim(0x61, 0x63, "between").unwrap();
        assert!(ports.release(0x60, 0x60) && !ports.release(0x60, 0x60) && !ports.release(0x61, 0x62));
        ports.claim(0x5f, 0x60, "other").unwrap();
    }

    #[test]
    fn descriptions_nest_around_and_inside_each_other() {
        let mut memory = Resources::<16>::new();
        memory.claim(0x20_0000, 0x20_0fff, "owner").unwrap();
        memory.describe(0x10_0000, 0x7f_ffff, "System RAM").unwrap();
        memory.describe(0x20_0000, 0x20_0fff, "device").unwrap();
        memory.describe(0x10_0000, 0x10_ffff, "Kernel code").unwrap();
        memory.describe(0xf0_0000, 0xff_ffff, "Reserved").unwrap();
        let expected = [(0, "System RAM"), (1, "Kernel code"), (1, "device"), (2, "owner"), (0, "Reserved")];
        assert_eq!(names(&memory), expected.map(|(depth, name)| (depth, name.into())));
        assert!(matches!(memory.describe(0x70_0000, 0x80_0000, "across"), Err(Refused::Conflict(_))));
        assert!(matches!(memory.describe(0x20_0800, 0x20_08ff, "in a claim"), Err(Refused::Conflict(_))));
        assert!(matches!(memory.claim(0x10_0000, 0x80_0000, "around"), Err(Refused::Conflict(_))));
        assert!(matches!(memory.claim(0x10_ff00, 0x11_0000, "across"), Err(Refused::Conflict(_))));
    }

    #[test]
    fn a_full_tree_takes_nothing_and_long_names_are_cut() {
        let mut tree = Resources::<2>::new();
        tree.claim(0, 0, &"x".repeat(100)).unwrap();
        tree.claim(1, 1, "b").unwrap();
        assert_eq!(tree.claim(2, 2, "c"), Err(Refused::Full));
        assert_eq!(shown(&tree)[0].3.len(), 32);
    }

    #[test]
    fn claims_never_overlap_whatever_happens() {
        let mut random = Random(29);
        for _ in 0..500 {
            let mut tree = Resources::<24>::new();
            let mut owners = [None; 64];
            for step in 0..60u64 {
                let first = random.below(60);
                let last = first + random.below(64 - first).min(8);
                let range = first as usize..=last as usize;
                match random.below(4) {
                    0 => _ = tree.describe(first, last, "description"),
                    1 => {
                        let whole = owners[first as usize]
                            .filter(|&owner| (0..64).all(|at| (owners[at] == Some(owner)) == range.contains(&at)));
                        assert_eq!(tree.release(first, last), whole.is_some());
                        if whole.is_some() {
                            owners[range].fill(None);
                        }
                    }
                    _ => {
                        if tree.claim(first, last, "owner").is_ok() {
                            assert!(owners[range.clone()].iter().all(Option::is_none));
                            owners[range].fill(Some(step));
                        }
                    }
                }
            }
            let claimed: u64 =
                tree.iter().filter(|(_, range)| range.claimed).map(|(_, range)| range.last - range.first + 1).sum();
            assert_eq!(claimed as usize, owners.iter().flatten().count());
            let starts: Vec<u64> = tree.iter().map(|(_, range)| range.first).collect();
            assert!(starts.is_sorted());
        }
    }
}
