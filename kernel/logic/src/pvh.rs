//! What a PVH loader (`qemu -kernel`, Firecracker, Xen) leaves in memory: Xen's `hvm_start_info`.
//!
//! The layout is that of Xen's public header `arch-x86/hvm/start_info.h`; all numbers are little endian. `machine::boot` reads the
//! bytes at the addresses that are told here.

use crate::memory_map::Kind;

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

/// An entry of the memory map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryEntry {
    /// Where it lies.
    pub start: u64,
    /// Its size in bytes.
    pub length: u64,
    /// What it is.
    pub kind: Kind,
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
pub fn memory_map(bytes: &[u8]) -> impl Iterator<Item = MemoryEntry> {
    bytes.chunks_exact(MEMORY_SIZE).filter_map(|entry| {
        // The numbers are those of the PC firmware's map (E820).
        let kind = match u32_at(entry, 16)? {
            1 => Kind::Usable,
            3 => Kind::AcpiReclaimable,
            4 => Kind::AcpiNvs,
            5 => Kind::Bad,
            _ => Kind::Reserved,
        };
        Some(MemoryEntry { start: u64_at(entry, 0)?, length: u64_at(entry, 8)?, kind })
    })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

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
        use Kind::{AcpiNvs, AcpiReclaimable, Bad, Reserved, Usable};
        let kinds: Vec<Kind> = memory_map(&bytes).map(|entry| entry.kind).collect();
        assert_eq!(kinds, [Usable, Reserved, AcpiReclaimable, AcpiNvs, Bad, Reserved, Reserved, Reserved]);
        assert!(memory_map(&bytes).all(|entry| (entry.start, entry.length) == (0x1000, 0x5000)));
        assert_eq!(memory_map(&bytes[..MEMORY_SIZE * 2 - 1]).count(), 1);
        let bytes: Vec<u8> = [1u64, 2, 3, 4, 5].into_iter().flat_map(u64::to_le_bytes).collect();
        let found: Vec<_> = modules(&bytes).collect();
        assert_eq!(found, [ModuleEntry { start: 1, length: 2, command_line: 3 }]);
    }
}
