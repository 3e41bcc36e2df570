//! What lies where in an address space: values over page ranges that do not overlap.
//!
//! `memory` keeps a program's mappings in it. Ranges are cut where an operation begins or ends inside one: the value stays with
//! the lower part, and [`Split::tail`] makes that of the upper part. Each region costs one small allocation from the heap,
//! for which the caller has a reserve.

use crate::address::PageRange;
use alloc::collections::BTreeMap;

/// A value that can be cut in two with its range.
pub trait Split {
    /// The value for what follows the first `offset` bytes; a multiple of the page size, above 0.
    fn tail(&self, offset: u64) -> Self;
}

/// A value that may be one with that of the next range.
pub trait Merge {
    /// Whether `next`, which follows `length` bytes after the start of this, could as well be this value's tail.
    fn continues(&self, length: u64, next: &Self) -> bool;
}

/// From which end of a range a gap is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The lowest gap.
    Bottom,
    /// The highest gap, and its highest part.
    Top,
}

/// The map, by the start of each range.
#[derive(Clone, Debug)]
pub struct Regions<V> {
    map: BTreeMap<u64, (PageRange, V)>,
}

impl<V> Default for Regions<V> {
    fn default() -> Self {
        Regions::new()
    }
}

impl<V> Regions<V> {
    /// Nothing anywhere.
    pub const fn new() -> Regions<V> {
        Regions { map: BTreeMap::new() }
    }

    /// Puts a value where there is none yet.
    pub fn insert(&mut self, range: PageRange, value: V) {
        assert!(!range.is_empty(), "an empty region was inserted");
        assert!(self.is_free(range), "a region was inserted over another");
        self.map.insert(range.start(), (range, value));
    }

    /// The region that an address lies in.
    pub fn find(&self, address: u64) -> Option<(PageRange, &V)> {
        let (range, value) = self.map.range(..=address).next_back()?.1;
        range.contains(address).then_some((*range, value))
    }

    /// The region that an address lies in, to be changed.
    pub fn find_mut(&mut self, address: u64) -> Option<(PageRange, &mut V)> {
        let (range, value) = self.map.range_mut(..=address).next_back()?.1;
        range.contains(address).then_some((*range, value))
    }

    /// The first region that ends behind an address: the one that it lies in, or the next.
    pub fn find_from(&self, address: u64) -> Option<(PageRange, &V)> {
        self.find(address).or_else(|| self.map.range(address..).next().map(|(_, (range, value))| (*range, value)))
    }

    /// How many bytes are free in one piece with a range that is free itself.
    pub fn free_around(&self, range: PageRange) -> u64 {
        let before = self.map.range(..range.start()).next_back().map_or(0, |(_, (region, _))| region.end());
        let after = self.map.range(range.end()..).next().map_or(u64::MAX, |(start, _)| *start);
        after - before
    }

    /// All regions, by address.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (PageRange, &V)> {
        self.map.values().map(|(range, value)| (*range, value))
    }

    /// The regions that have pages in a range, whole, by address.
    pub fn within(&self, range: PageRange) -> impl DoubleEndedIterator<Item = (PageRange, &V)> {
        let first = match self.find(range.start()) {
            Some((region, _)) if !range.is_empty() => region.start(),
            _ => range.start(),
        };
        self.map.range(first..range.end()).map(|(_, (region, value))| (*region, value))
    }

    /// How many regions there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether no page of a range has a value.
    pub fn is_free(&self, range: PageRange) -> bool {
        self.within(range).next().is_none()
    }

    /// Whether every page of a range has a value.
    pub fn covered(&self, range: PageRange) -> bool {
        let mut reached = range.start();
        for (region, _) in self.within(range) {
            if region.start() > reached {
                return false;
            }
            reached = region.end();
        }
        reached >= range.end()
    }

    /// Free pages inside `within` that hold `length` bytes and begin at a multiple of `align`, a power of two. Looks at the
    /// regions one by one from the side that is wanted.
    pub fn gap(&self, within: PageRange, length: u64, align: u64, side: Side) -> Option<PageRange> {
        let place = |low: u64, high: u64| {
            let start = match side {
                Side::Bottom => low.checked_next_multiple_of(align)?,
                Side::Top => high.checked_sub(length)? & !(align - 1),
            };
            (start >= low && start.checked_add(length)? <= high).then(|| PageRange::new(start, length).ok()).flatten()
        };
        let (mut low, mut high) = (within.start(), within.end());
        let mut regions = self.within(within).map(|(region, _)| region);
        match side {
            Side::Bottom => {
                for region in regions {
                    if let Some(found) = place(low, region.start().max(low)) {
                        return Some(found);
                    }
                    low = region.end();
                }
            }
            Side::Top => {
                while let Some(region) = regions.next_back() {
                    if let Some(found) = place(region.end().min(high), high) {
                        return Some(found);
                    }
                    high = region.start();
                }
            }
        }
        if low <= high { place(low, high) } else { None }
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.map.clear();
    }
}

impl<V: Split> Regions<V> {
    /// Takes out all pages of a range and hands over what was there, by address.
    pub fn remove(&mut self, range: PageRange, mut removed: impl FnMut(PageRange, V)) {
        self.cut(range);
        while let Some((&start, _)) = self.map.range(range.start()..range.end()).next() {
            if let Some((piece, value)) = self.map.remove(&start) {
                removed(piece, value);
            }
        }
    }

    /// Changes the values of all pages of a range, and of no others.
    pub fn update(&mut self, range: PageRange, mut change: impl FnMut(PageRange, &mut V)) {
        self.cut(range);
        for (piece, value) in self.map.range_mut(range.start()..range.end()).map(|(_, region)| region) {
            change(*piece, value);
        }
    }

    /// Cuts the regions in which a range begins and ends.
    fn cut(&mut self, range: PageRange) {
        for address in [range.start(), range.end()] {
            let Some((region, value)) = self.map.range_mut(..address).next_back().map(|(_, region)| region) else {
                continue;
            };
            if region.contains(address) {
                let tail = value.tail(address - region.start());
                let (head, rest) = region.split_at(address);
                *region = head;
                self.map.insert(address, (rest, tail));
            }
        }
    }
}

impl<V: Merge> Regions<V> {
    /// Joins the regions in and around a range that touch and continue each other; the value of the first stays.
    pub fn merge(&mut self, range: PageRange) {
        let before = self.map.range(..range.start()).next_back().map(|(&start, _)| start);
        let mut at = before.unwrap_or(range.start());
        loop {
            let mut two = self.map.range(at..).map(|(_, region)| region);
            let (Some((first, value)), Some((second, next))) = (two.next(), two.next()) else { return };
            if first.start() > range.end() || second.start() > range.end() {
                return;
            }
            let (first, second) = (*first, *second);
            if first.end() == second.start() && value.continues(first.length(), next) {
                self.map.remove(&second.start());
                if let Some((region, _)) = self.map.get_mut(&first.start()) {
                    *region = region.hull(second);
                }
                at = first.start();
            } else {
                at = second.start();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{vec, vec::Vec};

    const PAGE: u64 = 4096;
    const PAGES: u64 = 48;

    /// A part of something from `offset` on, with a colour.
    #[derive(Clone, Copy, PartialEq, Debug)]
    struct Part {
        colour: u64,
        offset: u64,
    }

    impl Split for Part {
        fn tail(&self, offset: u64) -> Part {
            Part { offset: self.offset + offset, ..*self }
        }
    }

    impl Merge for Part {
        fn continues(&self, length: u64, next: &Part) -> bool {
            *next == self.tail(length)
        }
    }

    fn pages(first: u64, count: u64) -> PageRange {
        PageRange::new(first * PAGE, count * PAGE).unwrap()
    }

    /// The value of each page, as part of that page alone.
    fn flatten(regions: &Regions<Part>) -> Vec<Option<Part>> {
        let mut model = vec![None; PAGES as usize];
        let mut last_end = 0;
        for (range, part) in regions.iter() {
            assert!(last_end <= range.start() && !range.is_empty());
            last_end = range.end();
            for page in 0..range.pages() {
                let index = (range.start() / PAGE + page) as usize;
                model[index] = Some(Part { offset: part.offset + page * PAGE, ..*part });
            }
        }
        model
    }

    fn model_gap(model: &[Option<Part>], within: PageRange, length: u64, align: u64, side: Side) -> Option<u64> {
        let fits = |&start: &u64| {
            start.is_multiple_of(align)
                && start + length <= within.end()
                && (start / PAGE..(start + length) / PAGE).all(|page| model[page as usize].is_none())
        };
        let mut starts = (within.start() / PAGE..within.end() / PAGE).map(|page| page * PAGE);
        match side {
            Side::Bottom => starts.find(fits),
            Side::Top => starts.rev().find(fits),
        }
    }

    #[test]
    fn agrees_with_a_model_of_single_pages() {
        let mut random = Random(99);
        let mut regions = Regions::new();
        let mut model: Vec<Option<Part>> = vec![None; PAGES as usize];
        for step in 0..20_000 {
            let first = random.below(PAGES);
            let range = pages(first, 1 + random.below((PAGES - first).min(12)));
            let inside = (range.start() / PAGE) as usize..(range.end() / PAGE) as usize;
            assert_eq!(regions.is_free(range), model[inside.clone()].iter().all(Option::is_none));
            assert_eq!(regions.covered(range), model[inside.clone()].iter().all(Option::is_some));
            match random.below(5) {
                0 | 1 => {
                    if regions.is_free(range) {
                        let part = Part { colour: random.below(2), offset: random.below(3) * PAGE + range.start() };
                        regions.insert(range, part);
                        for page in inside {
                            let offset = part.offset + (page as u64 * PAGE - range.start());
                            model[page] = Some(Part { offset, ..part });
                        }
                    }
                }
                2 => {
                    let mut removed = vec![None; PAGES as usize];
                    regions.remove(range, |piece, part| {
                        for page in 0..piece.pages() {
                            let offset = part.offset + page * PAGE;
                            removed[(piece.start() / PAGE + page) as usize] = Some(Part { offset, ..part });
                        }
                    });
                    for page in 0..PAGES as usize {
                        let expected = if inside.contains(&page) { model[page].take() } else { None };
                        assert_eq!(removed[page], expected);
                    }
                }
                3 => {
                    let colour = random.below(2);
                    regions.update(range, |_, part| part.colour = colour);
                    model[inside].iter_mut().flatten().for_each(|part| part.colour = colour);
                }
                _ => {
                    let before = regions.len();
                    regions.merge(range);
                    assert!(regions.len() <= before);
                    for ((one, value), (two, next)) in regions.iter().zip(regions.iter().skip(1)) {
                        let near =
                            one.end() == two.start() && range.start() <= two.start() && two.start() <= range.end();
                        assert!(!near || !value.continues(one.length(), next), "not joined at step {step}");
                    }
                }
            }
            assert_eq!(flatten(&regions), model, "at step {step}");
            let address = random.below(PAGES * PAGE);
            let page = (address / PAGE) as usize;
            assert_eq!(regions.find(address).is_some(), model[page].is_some());
            assert_eq!(regions.find_mut(address).is_some(), model[page].is_some());
            let next = (page..PAGES as usize).find(|&page| model[page].is_some());
            assert_eq!(
                regions.find_from(address).map(|(range, _)| range.start().max(address / PAGE * PAGE)),
                next.map(|page| page as u64 * PAGE)
            );
            let (length, align) = ((1 + random.below(6)) * PAGE, PAGE << random.below(3));
            for side in [Side::Bottom, Side::Top] {
                let gap = regions.gap(range, length, align, side);
                assert_eq!(gap.map(PageRange::start), model_gap(&model, range, length, align, side), "at step {step}");
                assert!(gap.is_none_or(|gap| gap.length() == length));
            }
        }
    }

    #[test]
    fn a_gap_as_large_as_everything() {
        let regions: Regions<Part> = Regions::new();
        let whole = PageRange::whole();
        for side in [Side::Bottom, Side::Top] {
            assert_eq!(regions.gap(whole, whole.length(), PAGE, side), Some(whole));
            assert_eq!(regions.gap(whole, whole.length() + PAGE, PAGE, side), None);
            assert_eq!(regions.gap(whole, u64::MAX, PAGE, side), None);
        }
    }

    #[test]
    fn what_is_free_around() {
        let mut regions = Regions::new();
        regions.insert(pages(1, 2), Part { colour: 0, offset: 0 });
        regions.insert(pages(7, 2), Part { colour: 0, offset: 0 });
        let around = |first, count| regions.free_around(pages(first, count));
        assert_eq!(around(4, 1), 4 * PAGE);
        assert_eq!(around(3, 4), 4 * PAGE);
        assert_eq!(around(0, 1), PAGE);
        assert!(around(10, 1) > 100 * PAGE);
    }

    #[test]
    #[should_panic(expected = "over another")]
    fn inserting_over_another_is_noticed() {
        let mut regions = Regions::new();
        regions.insert(pages(1, 3), Part { colour: 0, offset: 0 });
        regions.insert(pages(3, 1), Part { colour: 0, offset: 0 });
    }
}
