//! A machine's page tables, read from outside (Intel SDM volume 3, 4.5): where an address is in physical memory, at any time, whichever
//! tables the processor happens to use; and where programs see a frame.

use anyhow::Result;

/// Where the kernel has all physical memory, and where it has itself.
pub const DIRECT_MAP: u64 = 0xffff_8000_0000_0000;
/// The first address that the kernel is linked at, less its place in physical memory.
pub const IMAGE: u64 = 0xffff_ffff_8000_0000;
/// A page, in bytes.
pub const PAGE: u64 = 4096;
/// The bits of an entry that are an address.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;
const PRESENT: u64 = 1;
const LARGE: u64 = 1 << 7;
const TABLE_BYTES: usize = 4096;

/// Physical memory that can be read.
pub trait Memory {
    /// Reads; nothing where there is no memory.
    fn read(&mut self, physical: u64, length: usize) -> Result<Option<Vec<u8>>>;
}

/// An address space: its top-level table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space(u64);

impl Space {
    /// The one that CR3 means.
    pub fn from_register(cr3: u64) -> Space {
        Space(cr3 & ADDRESS)
    }

    /// The physical address of its top-level table.
    pub fn root(self) -> u64 {
        self.0
    }

    /// Where an address is in physical memory.
    pub fn translate(self, memory: &mut dyn Memory, address: u64) -> Result<Option<u64>> {
        self.walk(memory, address, |_| ())
    }

    /// The physical addresses of the entries that lead there, down to the first that leads nowhere.
    pub fn entries(self, memory: &mut dyn Memory, address: u64) -> Result<Vec<u64>> {
        let mut entries = Vec::new();
        self.walk(memory, address, |entry| entries.push(entry))?;
        Ok(entries)
    }

    fn walk(self, memory: &mut dyn Memory, address: u64, mut passed: impl FnMut(u64)) -> Result<Option<u64>> {
        let mut table = self.0;
        for shift in [39, 30, 21, 12] {
            let slot = table + 8 * (address >> shift & 511);
            passed(slot);
            let Some(bytes) = memory.read(slot, 8)? else { return Ok(None) };
            let entry = number(&bytes);
            if entry & PRESENT == 0 {
                return Ok(None);
            }
            table = entry & ADDRESS;
            if shift == 12 || shift < 39 && entry & LARGE != 0 {
                let inside = (1 << shift) - 1;
                return Ok(Some(table & !inside | address & inside));
            }
        }
        Ok(None)
    }

    /// Memory of the space, page by page; nothing where a part is not mapped.
    pub fn read(self, memory: &mut dyn Memory, address: u64, length: usize) -> Result<Option<Vec<u8>>> {
        let mut all = Vec::new();
        while all.len() < length {
            let at = address + all.len() as u64;
            let part = (length - all.len()).min((PAGE - at % PAGE) as usize);
            let Some(physical) = self.translate(memory, at)? else { return Ok(None) };
            let Some(bytes) = memory.read(physical, part)? else { return Ok(None) };
            all.extend(bytes);
        }
        Ok(Some(all))
    }

    /// The addresses of programs at which a frame is mapped.
    pub fn addresses_of(self, memory: &mut dyn Memory, frame: u64) -> Result<Vec<u64>> {
        let mut found = Vec::new();
        let mut tables = vec![(self.0, 39_u32, 0_u64)];
        while let Some((table, shift, base)) = tables.pop() {
            let Some(bytes) = memory.read(table, TABLE_BYTES)? else { continue };
            // The upper half of the top level is the kernel's.
            let entries = bytes.chunks_exact(8).map(number).take(if shift == 39 { 256 } else { 512 });
            for (index, entry) in entries.enumerate().filter(|(_, entry)| entry & PRESENT != 0) {
                let address = base | (index as u64) << shift;
                if shift > 12 && entry & LARGE == 0 {
                    tables.push((entry & ADDRESS, shift - 9, address));
                } else if entry & ADDRESS & !((1 << shift) - 1) == frame & !((1 << shift) - 1) {
                    found.push(address | frame & ((1 << shift) - 1) & !(PAGE - 1));
                }
            }
        }
        Ok(found)
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Frames(Vec<u8>);

    impl Memory for Frames {
        fn read(&mut self, physical: u64, length: usize) -> Result<Option<Vec<u8>>> {
            Ok(self.0.get(physical as usize..physical as usize + length).map(<[u8]>::to_vec))
        }
    }

    impl Frames {
        fn set(&mut self, table: u64, index: u64, entry: u64) {
            let at = (table + 8 * index) as usize;
            self.0[at..at + 8].copy_from_slice(&entry.to_le_bytes());
        }
    }

    /// 0x40_0000 is frame 0x5000, 0x40_1000 is frame 0x6000; 0x8000_0000 begins a large page at 0x20_0000.
    fn some_tables() -> (Frames, Space) {
        let mut frames = Frames(vec![0; 0x7000]);
        frames.set(0x1000, 0, 0x2007);
        frames.set(0x2000, 0, 0x3007);
        frames.set(0x3000, 2, 0x4007);
        frames.set(0x4000, 0, 0x5007);
        frames.set(0x4000, 1, 0x6007 | 1 << 63);
        frames.set(0x2000, 2, 0x3007);
        frames.set(0x3000, 0, 0x20_0087);
        frames.0[0x5fff] = 1;
        frames.0[0x6000] = 2;
        (frames, Space::from_register(0x1018))
    }

    #[test]
    fn addresses_are_found_in_the_tables() {
        let (mut frames, space) = some_tables();
        assert_eq!(space.translate(&mut frames, 0x40_0123).unwrap(), Some(0x5123));
        assert_eq!(space.translate(&mut frames, 0x8000_1234).unwrap(), Some(0x20_1234));
        assert_eq!(space.translate(&mut frames, 0x40_2000).unwrap(), None);
        assert_eq!(space.entries(&mut frames, 0x40_2000).unwrap(), [0x1000, 0x2000, 0x3010, 0x4010]);
        assert_eq!(space.entries(&mut frames, 0x40_0000_0000).unwrap(), [0x1000, 0x2800]);
        assert_eq!(space.translate(&mut frames, 0xffff_8000_0000_0000).unwrap(), None);
    }

    #[test]
    fn memory_is_read_across_pages() {
        let (mut frames, space) = some_tables();
        assert_eq!(space.read(&mut frames, 0x40_0fff, 2).unwrap(), Some(vec![1, 2]));
        assert_eq!(space.read(&mut frames, 0x40_1fff, 2).unwrap(), None);
    }

    #[test]
    fn frames_are_found_where_programs_see_them() {
        let (mut frames, space) = some_tables();
        assert_eq!(space.addresses_of(&mut frames, 0x6010).unwrap(), [0x8040_1000, 0x40_1000]);
        assert!(space.addresses_of(&mut frames, 0x7000).unwrap().is_empty());
        assert!(space.addresses_of(&mut frames, 0x20_3000).unwrap().contains(&0x3000));
    }
}
