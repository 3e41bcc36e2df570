//! Boot information of a PVH loader (`qemu -kernel`, Firecracker, Xen): Xen's `hvm_start_info`.
//!
//! The layout is that of Xen's public header `arch-x86/hvm/start_info.h`; all numbers are little endian. Addresses and counts in it
//! are untrusted: `machine::boot` gives [`read`] only memory that is there, and a pointer elsewhere is an error with a reason.

use crate::address::PhysAddr;
use crate::boot_info::{BootInfo, LoaderArea, text};
use crate::bytes::{u32_at, u64_at};

/// What `magic` must be: "xEn3" with the highest bit of the E set.
pub const MAGIC: u32 = 0x336e_c578;

/// Bytes of the start information that must be there; version 1 has `START_INFO_V1_SIZE`.
pub const START_INFO_V0_SIZE: usize = 40;

/// Bytes of the start information from version 1 on.
pub const START_INFO_V1_SIZE: usize = 56;

/// Bytes of an entry of the module list.
pub const MODULE_SIZE: usize = 32;

/// Bytes of an entry of the memory map.
pub const MEMORY_SIZE: usize = 24;

/// Most entries of the memory map, and of the module list, that are accepted.
const MOST_ENTRIES: u32 = 1 << 12;

/// The longest command line that is looked through for its end.
const LONGEST_LINE: u64 = 1 << 16;

/// Physical memory: `length` bytes at an address, or an error if they cannot be seen.
pub type View<'a> = dyn Fn(u64, u64) -> Result<&'a [u8], &'static str> + 'a;

/// Where everything else is, as physical addresses; 0 where there is nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartInfo {
    /// How many entries the module list has.
    pub modules: u32,
    /// The module list.
    pub module_list: u64,
    /// The kernel's command line, NUL at its end.
    pub command_line: u64,
    /// ACPI's root pointer.
    pub acpi_root: u64,
    /// The memory map; 0 in version 0, which has none.
    pub memory_map: u64,
    /// How many entries the memory map has.
    pub memory_entries: u32,
}

/// An entry of the module list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ModuleEntry {
    /// Where it lies.
    pub start: u64,
    /// Its size in bytes.
    pub length: u64,
    /// Its command line, NUL at its end, or 0.
    pub command_line: u64,
}

impl StartInfo {
    /// Reads the start information from its first bytes.
    pub fn parse(bytes: &[u8]) -> Result<StartInfo, &'static str> {
        let head = bytes.get(..START_INFO_V0_SIZE).ok_or("the PVH start information is cut off")?;
        if u32_at(head, 0) != Some(MAGIC) {
            return Err("the PVH start information has the wrong magic number");
        }
        let version = u32_at(head, 4).unwrap_or(0);
        let rest = if version >= 1 {
            bytes.get(START_INFO_V0_SIZE..START_INFO_V1_SIZE).ok_or("the PVH start information is cut off")?
        } else {
            &[]
        };
        let u64_in = |at| u64_at(head, at).unwrap_or(0);
        Ok(StartInfo {
            modules: u32_at(head, 12).unwrap_or(0),
            module_list: u64_in(16),
            command_line: u64_in(24),
            acpi_root: u64_in(32),
            memory_map: u64_at(rest, 0).unwrap_or(0),
            memory_entries: u32_at(rest, 8).unwrap_or(0),
        })
    }
}

/// The entries of a module list; an entry that is cut off is left out.
pub fn modules(bytes: &[u8]) -> impl Iterator<Item = ModuleEntry> {
    bytes.chunks_exact(MODULE_SIZE).filter_map(|entry| {
        Some(ModuleEntry { start: u64_at(entry, 0)?, length: u64_at(entry, 8)?, command_line: u64_at(entry, 16)? })
    })
}

/// The entries of a memory map; an entry that is cut off is left out.
pub fn memory_map(bytes: &[u8]) -> impl Iterator<Item = LoaderArea> {
    bytes.chunks_exact(MEMORY_SIZE).filter_map(|entry| {
        Some(LoaderArea { start: u64_at(entry, 0)?, length: u64_at(entry, 8)?, code: u32_at(entry, 16)? })
    })
}

/// Reads the start information at a physical address, and all that it points to.
pub fn read(view: &View<'_>, address: u64, info: &mut BootInfo) -> Result<(), &'static str> {
    let start = StartInfo::parse(view(address, START_INFO_V1_SIZE as u64)?)?;
    info.loader = text(b"PVH");
    if start.command_line != 0 {
        info.command_line = text(line_at(view, start.command_line)?);
    }
    if start.memory_map == 0 || start.memory_entries == 0 {
        return Err("the loader gave no memory map");
    }
    if start.memory_entries > MOST_ENTRIES || start.modules > MOST_ENTRIES {
        return Err("the PVH start information counts more entries than can be right");
    }
    let map = view(start.memory_map, u64::from(start.memory_entries) * MEMORY_SIZE as u64)?;
    memory_map(map).for_each(|area| info.add_area(area));
    let list = view(start.module_list, u64::from(start.modules) * MODULE_SIZE as u64)?;
    for entry in modules(list).filter(|entry| entry.length > 0) {
        let line = if entry.command_line == 0 { &[] } else { line_at(view, entry.command_line)? };
        info.add_module(entry.start, entry.length, line)?;
    }
    info.acpi_root = (start.acpi_root != 0).then_some(PhysAddr(start.acpi_root));
    Ok(())
}

/// The bytes of a command line and some behind it, or fewer if memory ends before.
fn line_at<'a>(view: &View<'a>, address: u64) -> Result<&'a [u8], &'static str> {
    const PIECE: u64 = 256;
    let mut length = LONGEST_LINE;
    loop {
        match view(address, length) {
            Err(_) if length > PIECE => length /= 2,
            bytes => return bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::PhysRange;
    use crate::random::Random;
    use alloc::{boxed::Box, vec, vec::Vec};

    fn start_info(version: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [MAGIC, version, 0, 2] {
            bytes.extend(word.to_le_bytes());
        }
        for long in [0x1111u64, 0x2222, 0x3333, 0x4444] {
            bytes.extend(long.to_le_bytes());
        }
        bytes.extend(7u32.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes
    }

    #[test]
    fn both_versions() {
        let info = StartInfo::parse(&start_info(1)).unwrap();
        assert_eq!((info.modules, info.module_list, info.command_line), (2, 0x1111, 0x2222));
        assert_eq!((info.acpi_root, info.memory_map, info.memory_entries), (0x3333, 0x4444, 7));
        let old = StartInfo::parse(&start_info(0)[..START_INFO_V0_SIZE]).unwrap();
        assert_eq!(old, StartInfo { memory_map: 0, memory_entries: 0, ..info });
    }

    #[test]
    fn what_is_cut_off_or_foreign_is_refused() {
        for version in [0, 1] {
            let bytes = start_info(version);
            let needed = if version == 0 { START_INFO_V0_SIZE } else { START_INFO_V1_SIZE };
            for length in 0..bytes.len() {
                assert_eq!(StartInfo::parse(&bytes[..length]).is_ok(), length >= needed);
            }
        }
        let mut bytes = start_info(1);
        bytes[0] ^= 1;
        assert!(StartInfo::parse(&bytes).is_err());
    }

    #[test]
    fn lists() {
        let mut bytes = Vec::new();
        for kind in [1u32, 2, 3, 4, 5, 6, 7, 99] {
            bytes.extend(0x1000u64.to_le_bytes());
            bytes.extend(0x5000u64.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend([0; 4]);
        }
        let codes: Vec<u32> = memory_map(&bytes).map(|area| area.code).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 99]);
        assert!(memory_map(&bytes).all(|area| (area.start, area.length) == (0x1000, 0x5000)));
        assert_eq!(memory_map(&bytes[..MEMORY_SIZE * 2 - 1]).count(), 1);
        let bytes: Vec<u8> = [1u64, 2, 3, 4, 5].into_iter().flat_map(u64::to_le_bytes).collect();
        let found: Vec<_> = modules(&bytes).collect();
        assert_eq!(found, [ModuleEntry { start: 1, length: 2, command_line: 3 }]);
    }
    /// Physical memory from address 0 on, with all structures in it.
    struct Memory(Vec<u8>);

    const START: u64 = 0x100;
    const MAP: u64 = 0x200;
    const LIST: u64 = 0x300;
    const LINE: u64 = 0x400;

    impl Memory {
        fn new() -> Memory {
            let mut memory = Memory(vec![0; 0x800]);
            memory.put(START, &start_info(1));
            memory.put(START + 12, &1u32.to_le_bytes());
            memory.put(START + 48, &2u32.to_le_bytes());
            for (at, address) in [(16, LIST), (24, LINE), (32, 0xe_0000), (40, MAP)] {
                memory.put(START + at, &address.to_le_bytes());
            }
            for (entry, [start, length]) in [[0u64, 0x9_fc00], [0x10_0000, 0x700_0000]].into_iter().enumerate() {
                let at = MAP + (entry * MEMORY_SIZE) as u64;
                memory.put(at, &start.to_le_bytes());
                memory.put(at + 8, &length.to_le_bytes());
                memory.put(at + 16, &1u32.to_le_bytes());
            }
            for (at, word) in [(0, 0x40_0000u64), (8, 0x1000), (16, LINE)] {
                memory.put(LIST + at, &word.to_le_bytes());
            }
            memory.put(LINE, b"quiet\0");
            memory
        }

        fn put(&mut self, at: u64, bytes: &[u8]) {
            self.0[at as usize..][..bytes.len()].copy_from_slice(bytes);
        }

        fn read(&self) -> Result<Box<BootInfo>, &'static str> {
            let view = |address: u64, length: u64| {
                let end = address.checked_add(length).ok_or("elsewhere")?;
                self.0.get(address as usize..end as usize).ok_or("elsewhere")
            };
            let mut info = Box::new(BootInfo::new());
            read(&view, START, &mut info).map(|()| info)
        }
    }

    #[test]
    fn all_that_it_points_to() {
        let info = Memory::new().read().unwrap();
        assert_eq!((info.command_line.as_str(), info.loader.as_str()), ("quiet", "PVH"));
        assert_eq!((info.loader_area_count, info.memory.top()), (2, PhysAddr(0x710_0000)));
        assert_eq!(info.modules[0].range.start, PhysAddr(0x40_0000));
        assert_eq!(info.acpi_root, Some(PhysAddr(0xe_0000)));
    }

    #[test]
    fn what_points_nowhere_or_counts_too_much_is_refused() {
        let refused = |at: u64, bytes: &[u8], word: &str| {
            let mut memory = Memory::new();
            memory.put(START + at, bytes);
            let reason = memory.read().unwrap_err();
            assert!(reason.contains(word), "{reason}");
        };
        for at in [16, 24, 40] {
            refused(at, &0x10_0000u64.to_le_bytes(), "elsewhere");
            refused(at, &u64::MAX.to_le_bytes(), "elsewhere");
        }
        refused(40, &[0; 8], "no memory map");
        refused(48, &[0; 4], "no memory map");
        refused(48, &u32::MAX.to_le_bytes(), "more entries");
        refused(12, &u32::MAX.to_le_bytes(), "more entries");
        refused(48, &2000u32.to_le_bytes(), "elsewhere");
    }

    #[test]
    fn lines_need_neither_an_end_nor_be_utf_8() {
        let mut memory = Memory::new();
        memory.put(LINE, &[b'a'; 0x400]);
        assert!(memory.read().unwrap().command_line.bytes().all(|byte| byte == b'a'));
        memory.put(LINE, b"a\xffb\0");
        assert_eq!(memory.read().unwrap().command_line.as_str(), "a\u{fffd}b");
    }

    #[test]
    fn any_bytes_can_be_read() {
        let mut random = Random(23);
        for _ in 0..20_000 {
            let mut memory = Memory::new();
            for _ in 0..1 + random.below(6) {
                let at = START + random.below(LINE - START);
                memory.put(at, &[random.next() as u8]);
            }
            if let Ok(mut info) = memory.read() {
                let image = PhysRange::new(PhysAddr(0x10_0000), 0x10_0000).unwrap();
                let settled = info.settle(image);
                assert!(settled.is_err() || !info.memory.touches_usable(image));
            }
        }
    }
}
