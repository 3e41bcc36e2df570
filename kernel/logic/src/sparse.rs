//! A map from numbers to values for the pages of a file: mostly dense from 0 on, perhaps with huge holes.
//!
//! A tree of nodes of 64 slots, as high as the largest number needs. A node is no longer than its last used slot, so a file of one
//! page costs one small allocation. All growth can fail, since a program decides how large a file gets.

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

const BITS: u32 = 6;
const SLOTS: u64 = 1 << BITS;

/// The map.
#[derive(Debug)]
pub struct Sparse<T> {
    root: Node<T>,
    /// Levels of branches above the leaves.
    height: u32,
    count: u64,
}

/// A node with nothing in it is an empty leaf, at any level.
#[derive(Debug)]
enum Node<T> {
    Leaf(Vec<Option<T>>),
    Branch(Vec<Node<T>>),
}

impl<T> Sparse<T> {
    /// An empty map.
    pub const fn new() -> Sparse<T> {
        Sparse { root: Node::EMPTY, height: 0, count: 0 }
    }

    /// How many numbers have a value.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The value of a number.
    pub fn get(&self, number: u64) -> Option<&T> {
        if !self.reaches(number) {
            return None;
        }
        let (mut node, mut level) = (&self.root, self.height);
        loop {
            match node {
                Node::Leaf(slots) => return slots.get(slot(number, 0))?.as_ref(),
                Node::Branch(children) => {
                    node = children.get(slot(number, level))?;
                    level = level.saturating_sub(1);
                }
            }
        }
    }

    /// Gives a number a value; tells the one that it had. `ENOMEM` changes nothing.
    pub fn insert(&mut self, number: u64, value: T) -> Result<Option<T>> {
        self.raise(number)?;
        let old = self.root.slot(number, self.height)?.replace(value);
        self.count += u64::from(old.is_none());
        Ok(old)
    }

    /// Takes a number's value away.
    pub fn remove(&mut self, number: u64) -> Option<T> {
        if !self.reaches(number) {
            return None;
        }
        let old = self.root.remove(number, self.height);
        self.count -= u64::from(old.is_some());
        old
    }

    /// Takes the highest number's value away, if that number is `from` or more.
    pub fn pop_from(&mut self, from: u64) -> Option<(u64, T)> {
        let last = self.last().filter(|&last| last >= from)?;
        self.remove(last).map(|value| (last, value))
    }

    /// The highest number with a value.
    pub fn last(&self) -> Option<u64> {
        let (mut node, mut level, mut number) = (&self.root, self.height, 0);
        loop {
            match node {
                Node::Leaf(slots) => return slots.len().checked_sub(1).map(|last| number + last as u64),
                Node::Branch(children) => {
                    number += (children.len() as u64 - 1) << (BITS * level);
                    node = children.last()?;
                    level = level.saturating_sub(1);
                }
            }
        }
    }

    /// The first number from `from` on that has a value.
    pub fn next(&self, from: u64) -> Option<u64> {
        if self.reaches(from) { self.root.next(from, self.height) } else { None }
    }

    /// The first number from `from` on that has none.
    pub fn next_missing(&self, from: u64) -> u64 {
        let mut number = from;
        while self.get(number).is_some() {
            number += 1;
        }
        number
    }

    fn reaches(&self, number: u64) -> bool {
        fits(number, self.height)
    }

    /// Makes the tree high enough for a number.
    fn raise(&mut self, number: u64) -> Result<()> {
        while !self.reaches(number) {
            if !self.root.is_empty() {
                let mut children = Vec::new();
                children.try_reserve_exact(1).map_err(|_| Errno::ENOMEM)?;
                children.push(core::mem::replace(&mut self.root, Node::EMPTY));
                self.root = Node::Branch(children);
            }
            self.height += 1;
        }
        Ok(())
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Sparse<T> {
        Sparse::new()
    }
}

impl<T> Node<T> {
    const EMPTY: Node<T> = Node::Leaf(Vec::new());

    fn is_empty(&self) -> bool {
        matches!(self, Node::Leaf(slots) if slots.is_empty())
    }

    /// The slot of a number, made if it is not there.
    fn slot(&mut self, number: u64, level: u32) -> Result<&mut Option<T>> {
        let index = slot(number, level);
        if level > 0 && self.is_empty() {
            let mut children = Vec::new();
            grow(&mut children, index, || Node::EMPTY)?;
            *self = Node::Branch(children);
        }
        match self {
            Node::Leaf(slots) => {
                grow(slots, index, || None)?;
                Ok(&mut slots[index])
            }
            Node::Branch(children) => {
                grow(children, index, || Node::EMPTY)?;
                // Should there be no memory further down, an empty node stays here, which `trim` takes for nothing.
                children[index].slot(number, level - 1)
            }
        }
    }

    fn remove(&mut self, number: u64, level: u32) -> Option<T> {
        let index = slot(number, level);
        let old = match self {
            Node::Leaf(slots) => slots.get_mut(index)?.take()?,
            Node::Branch(children) => children.get_mut(index)?.remove(number, level - 1)?,
        };
        self.trim();
        Some(old)
    }

    /// Drops what is empty at the end, and becomes an empty leaf when nothing is left.
    fn trim(&mut self) {
        match self {
            Node::Leaf(slots) => {
                let used = slots.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
                slots.truncate(used);
                if used == 0 {
                    *self = Node::EMPTY;
                }
            }
            Node::Branch(children) => {
                let used = children.iter().rposition(|child| !child.is_empty()).map_or(0, |last| last + 1);
                children.truncate(used);
                if used == 0 {
                    *self = Node::EMPTY;
                }
            }
        }
    }

    fn next(&self, from: u64, level: u32) -> Option<u64> {
        let start = slot(from, level);
        let above = if fits(u64::MAX, level) { 0 } else { from >> (BITS * (level + 1)) << (BITS * (level + 1)) };
        match self {
            Node::Leaf(slots) => {
                let found = slots.iter().skip(start).position(Option::is_some)?;
                Some(above + (start + found) as u64)
            }
            Node::Branch(children) => children.iter().enumerate().skip(start).find_map(|(index, child)| {
                let first = above + ((index as u64) << (BITS * level));
                child.next(first.max(from), level - 1)
            }),
        }
    }
}

fn grow<V>(slots: &mut Vec<V>, index: usize, fill: impl FnMut() -> V) -> Result<()> {
    if let Some(missing) = (index + 1).checked_sub(slots.len()).filter(|&missing| missing > 0) {
        slots.try_reserve(missing).map_err(|_| Errno::ENOMEM)?;
        slots.resize_with(index + 1, fill);
    }
    Ok(())
}

/// Whether a number has a place in a tree of that height.
fn fits(number: u64, height: u32) -> bool {
    let bits = BITS * (height + 1);
    bits >= u64::BITS || number >> bits == 0
}

fn slot(number: u64, level: u32) -> usize {
    (number >> (BITS * level) & (SLOTS - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::collections::BTreeMap;

    fn number(random: &mut Random) -> u64 {
        match random.below(4) {
            0 => random.below(10),
            1 => random.below(300),
            2 => random.below(100_000),
            _ => u64::MAX >> random.below(64),
        }
    }

    fn check(map: &Sparse<u64>, model: &BTreeMap<u64, u64>, at: u64) {
        assert_eq!(map.count(), model.len() as u64);
        assert_eq!(map.get(at), model.get(&at));
        assert_eq!(map.last(), model.keys().next_back().copied());
        assert_eq!(map.next(at), model.range(at..).next().map(|(&number, _)| number));
        if at < u64::MAX - 1000 {
            let missing = (at..).find(|number| !model.contains_key(number));
            assert_eq!(Some(map.next_missing(at)), missing);
        }
    }

    #[test]
    fn it_does_what_a_simple_map_does() {
        for seed in 1..40 {
            let mut random = Random(seed);
            let (mut map, mut model) = (Sparse::new(), BTreeMap::new());
            for step in 0..600 {
                let at = number(&mut random);
                match random.below(6) {
                    0..3 => assert_eq!(map.insert(at, step), Ok(model.insert(at, step))),
                    3..5 => assert_eq!(map.remove(at), model.remove(&at)),
                    _ => {
                        let expected = model.range(at..).next_back().map(|(&number, &value)| (number, value));
                        if let Some((number, _)) = expected {
                            model.remove(&number);
                        }
                        assert_eq!(map.pop_from(at), expected);
                    }
                }
                check(&map, &model, number(&mut random));
            }
        }
    }

    #[test]
    fn everything_can_be_taken_out_again() {
        let mut map = Sparse::new();
        for number in [0, 5, 63, 64, 4096, 1 << 30, u64::MAX] {
            assert_eq!(map.insert(number, number), Ok(None));
        }
        assert_eq!(map.pop_from(u64::MAX), Some((u64::MAX, u64::MAX)));
        while map.pop_from(5).is_some() {}
        assert_eq!((map.count(), map.last()), (1, Some(0)));
        assert_eq!(map.remove(0), Some(0));
        assert!(map.root.is_empty());
    }
}
