//! Which physical memory the machine has, as firmware and loader tell it, put in order.
//!
//! Firmware lists areas in any order, overlapping, unaligned, even empty or reaching beyond the end of all addresses. Here they
//! become a sorted list of whole pages without overlaps. Where two areas overlap, what forbids more wins, so a page that is not
//! usable in any one area is not usable at all; and what stands in no area is not memory.

use crate::address::{PAGE_SIZE, PhysAddr, PhysRange};
use arrayvec::ArrayVec;

/// How many areas the map holds.
pub const CAPACITY: usize = 256;

/// No x86-64 has addresses of more than 52 bits (SDM volume 3, 4.1.4); what lies beyond is not believed.
const ADDRESSES_END: u64 = 1 << 52;

/// What an area is; where areas overlap, the greater one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Memory that is free.
    Usable,
    /// Memory that holds something: the kernel, boot modules, the loader's tables.
    Taken,
    /// Memory that holds the ACPI tables.
    AcpiReclaimable,
    /// Memory that the firmware needs for sleeping and waking.
    AcpiNvs,
    /// Anything that the firmware wants left alone; not always memory.
    Reserved,
    /// Memory that is broken.
    Bad,
}

/// Some pages of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Area {
    /// Where it is.
    pub range: PhysRange,
    /// What it is.
    pub kind: Kind,
}

/// The map: sorted, without overlaps, neighbours of a kind joined.
#[derive(Clone, Debug)]
pub struct MemoryMap {
    areas: ArrayVec<Area, CAPACITY>,
    overflowed: bool,
}

impl Default for MemoryMap {
    fn default() -> Self {
        MemoryMap::new()
    }
}

impl MemoryMap {
    /// A map of a machine without memory.
    pub const fn new() -> MemoryMap {
        MemoryMap { areas: ArrayVec::new_const(), overflowed: false }
    }

    /// Takes in an area as the firmware tells it. Usable memory shrinks to the whole pages in it, all else grows to the pages that
    /// it touches. If the map is full, memory is lost, but nothing becomes usable that is not.
    pub fn add(&mut self, start: u64, length: u64, kind: Kind) {
        let (start, end) = (start.min(ADDRESSES_END), start.saturating_add(length).min(ADDRESSES_END));
        let page = PAGE_SIZE as u64;
        let (start, end) = match kind {
            Kind::Usable => (start.next_multiple_of(page), end / page * page),
            _ if length == 0 => return,
            _ => (start / page * page, end.next_multiple_of(page)),
        };
        if start >= end || (kind == Kind::Usable && self.overflowed) {
            return;
        }
        let range = PhysRange { start: PhysAddr(start), end: PhysAddr(end) };
        self.carve(range, kind);
        self.fill(range, kind);
        self.join();
    }

    /// Marks memory as holding something.
    pub fn reserve(&mut self, start: u64, length: u64) {
        self.add(start, length, Kind::Taken);
    }

    /// All areas, by address.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The free memory, by address.
    pub fn usable(&self) -> impl Iterator<Item = PhysRange> {
        self.areas.iter().filter(|area| area.kind == Kind::Usable).map(|area| area.range)
    }

    /// The bytes of free memory.
    pub fn total_usable(&self) -> u64 {
        self.usable().map(PhysRange::length).sum()
    }

    /// The end of the last area that is memory, free or not. `Reserved` areas do not count: many are no memory at all.
    pub fn top(&self) -> PhysAddr {
        let memory = self.areas.iter().rfind(|area| area.kind < Kind::Reserved);
        memory.map_or(PhysAddr(0), |area| area.range.end)
    }

    /// Whether any byte of a range is free memory.
    pub fn touches_usable(&self, range: PhysRange) -> bool {
        self.usable().any(|usable| usable.overlaps(range))
    }

    /// Whether there were too many areas, so that memory was lost.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Cuts a range out of the areas that count for less than `kind`.
    fn carve(&mut self, range: PhysRange, kind: Kind) {
        let mut i = 0;
        while let Some(&area) = self.areas.get(i) {
            if area.kind >= kind || !area.range.overlaps(range) {
                i += 1;
                continue;
            }
            let before = PhysRange { start: area.range.start, end: range.start };
            let after = PhysRange { start: range.end, end: area.range.end };
            match (before.length() > 0, after.length() > 0) {
                (false, false) => {
                    self.areas.remove(i);
                    continue;
                }
                (true, false) => self.areas[i].range = before,
                (false, true) => self.areas[i].range = after,
                (true, true) => {
                    self.areas[i].range = before;
                    if self.areas.try_insert(i + 1, Area { range: after, ..area }).is_err() {
                        self.overflowed = true;
                        self.areas[i].range = if before.length() >= after.length() { before } else { after };
                    }
                }
            }
            i += 1;
        }
    }

    /// Puts areas wherever a range is not covered yet.
    fn fill(&mut self, range: PhysRange, kind: Kind) {
        let mut at = range.start;
        let mut i = 0;
        while at < range.end {
            let next = self.areas.get(i).map_or(PhysAddr(u64::MAX), |area| area.range.start);
            let gap = PhysRange { start: at, end: next.min(range.end) };
            if gap.length() > 0 {
                // Needs no room where it continues the area before.
                let before = i.checked_sub(1).and_then(|before| self.areas.get_mut(before));
                match before.filter(|before| before.kind == kind && before.range.end == at) {
                    Some(before) => before.range.end = gap.end,
                    None => match self.areas.try_insert(i, Area { range: gap, kind }) {
                        Ok(()) => i += 1,
                        Err(_) => self.overflowed = true,
                    },
                }
            }
            at = at.max(self.areas.get(i).map_or(range.end, |area| area.range.end));
            i += 1;
        }
    }

    /// Joins neighbours of the same kind.
    fn join(&mut self) {
        let mut i = 1;
        while i < self.areas.len() {
            let (before, area) = (self.areas[i - 1], self.areas[i]);
            if before.kind == area.kind && before.range.end == area.range.start {
                self.areas[i - 1].range.end = area.range.end;
                self.areas.remove(i);
            } else {
                i += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::vec::Vec;

    const KINDS: [Kind; 6] =
        [Kind::Usable, Kind::Taken, Kind::AcpiReclaimable, Kind::AcpiNvs, Kind::Reserved, Kind::Bad];

    fn usable(map: &MemoryMap) -> Vec<(u64, u64)> {
        map.usable().map(|range| (range.start.0, range.end.0)).collect()
    }

    #[test]
    fn a_usual_machine() {
        let mut map = MemoryMap::new();
        map.add(0x10_0000, 0x7ee_0000, Kind::Usable);
        map.add(0, 0x9_fc00, Kind::Usable);
        map.add(0x9_fc00, 0x400, Kind::Reserved);
        map.add(0xfd_0000_0000, 0x3_0000_0000, Kind::Reserved);
        map.reserve(0x10_0000, 0x1234);
        assert_eq!(usable(&map), [(0, 0x9_f000), (0x10_2000, 0x7fe_0000)]);
        assert_eq!(map.top(), PhysAddr(0x7fe_0000));
        assert_eq!(map.total_usable(), 0x9_f000 + 0x7fe_0000 - 0x10_2000);
        assert!(map.touches_usable(PhysRange { start: PhysAddr(0x1000), end: PhysAddr(0x1001) }));
        assert!(!map.touches_usable(PhysRange { start: PhysAddr(0x10_0000), end: PhysAddr(0x10_2000) }));
    }

    #[test]
    fn strange_areas() {
        let mut map = MemoryMap::new();
        map.add(0x1000, 0, Kind::Usable);
        map.add(0x1800, 0x1000, Kind::Usable);
        map.add(u64::MAX - 5, u64::MAX, Kind::Usable);
        map.add(0x4000, 0, Kind::Reserved);
        assert!(map.areas().is_empty());
        map.add(0, u64::MAX, Kind::Usable);
        map.add(1 << 40, u64::MAX, Kind::Reserved);
        assert_eq!(usable(&map), [(0, 1 << 40)]);
        assert_eq!(map.areas().len(), 2);
    }

    #[test]
    fn agrees_with_a_model_of_single_pages() {
        let mut random = Random(7);
        for _ in 0..300 {
            let mut map = MemoryMap::new();
            let mut pages: [Option<Kind>; 64] = [None; 64];
            for _ in 0..random.below(20) {
                let kind = KINDS[random.below(6) as usize];
                let (start, length) = (random.below(60 * 4096), random.below(5 * 4096));
                map.add(start, length, kind);
                let end = (start + length).min(64 * 4096);
                for (i, page) in pages.iter_mut().enumerate() {
                    let (first, last) = (i as u64 * 4096, i as u64 * 4096 + 4096);
                    let inside = if kind == Kind::Usable {
                        start <= first && last <= end
                    } else {
                        length > 0 && start < last && first < end
                    };
                    if inside {
                        *page = (*page).max(Some(kind));
                    }
                }
            }
            let mut found = [None; 64];
            let mut last_end = PhysAddr(0);
            for area in map.areas() {
                assert!(last_end <= area.range.start && area.range.start < area.range.end);
                last_end = area.range.end;
                for frame in area.range.frames() {
                    if let Some(page) = found.get_mut(frame as usize) {
                        *page = Some(area.kind);
                    }
                }
            }
            assert_eq!(found, pages);
        }
    }

    #[test]
    fn what_a_full_map_could_not_take_does_not_become_usable() {
        let mut map = MemoryMap::new();
        for page in 0..CAPACITY as u64 {
            map.add(page * 2 * 4096, 4096, Kind::Reserved);
        }
        assert!(!map.overflowed());
        map.add(1001 * 4096, 4096, Kind::Bad);
        // Now there is room again, but nobody knows any more what page 1001 was.
        map.add(0, 100 * 4096, Kind::Reserved);
        map.add(600 * 4096, 2000 * 4096, Kind::Usable);
        assert!(map.overflowed());
        assert_eq!(map.total_usable(), 0);
    }

    #[test]
    fn a_full_map_never_makes_forbidden_memory_usable() {
        let mut random = Random(3);
        let mut map = MemoryMap::new();
        let mut forbidden = Vec::new();
        for _ in 0..2000 {
            let (start, length) = (random.below(100_000) * 4096, (1 + random.below(20)) * 4096);
            let kind = KINDS[random.below(6) as usize];
            map.add(start, length, kind);
            if kind != Kind::Usable {
                forbidden.push(PhysRange { start: PhysAddr(start), end: PhysAddr(start + length) });
            }
        }
        assert!(map.overflowed());
        map.add(0, 200_000 * 4096, Kind::Usable);
        assert!(forbidden.iter().all(|&range| !map.touches_usable(range)));
    }
}
