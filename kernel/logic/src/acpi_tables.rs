//! Entries of ACPI tables, from the bytes of a table whose checksum was right. ACPI specification 6.5, sections 5.2.9 (FADT) and
//! 5.2.12 (MADT); PCI Firmware Specification 3.0, section 4.1.2 (MCFG); IA-PC HPET Specification 1.0a, section 3.2.4.
//!
//! `machine::acpi` finds the tables. Sizes in them are checked all the same: firmware has mistakes like other programs.

use crate::bytes::{u16_at, u32_at, u64_at};

/// Ports of a register block in the FADT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortBlock {
    /// Its name, as Linux writes it.
    pub name: &'static str,
    /// First port.
    pub base: u16,
    /// Number of ports.
    pub count: u16,
}

/// An entry of the MADT, of those that Cor understands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MadtEntry {
    /// A processor.
    Processor(Processor),
    /// An I/O APIC.
    IoApic {
        /// Its id.
        id: u8,
        /// Physical address of its registers.
        address: u64,
    },
}

/// A processor that the firmware lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Processor {
    /// ACPI's id.
    pub uid: u32,
    /// Id of its local APIC.
    pub apic: u32,
    /// Whether it is there and may be started.
    pub enabled: bool,
}

/// Configuration space of a range of PCI buses, in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConfigurationSpace {
    /// Physical address of bus 0, which need not be in the range.
    pub address: u64,
    /// PCI segment.
    pub segment: u16,
    /// First and last bus.
    pub buses: [u8; 2],
}

/// Register blocks in the FADT: name, offset of the block's port and offset of its length.
const BLOCKS: [(&str, usize, usize); 8] = [
    ("ACPI PM1a_EVT_BLK", 56, 88),
    ("ACPI PM1b_EVT_BLK", 60, 88),
    ("ACPI PM1a_CNT_BLK", 64, 89),
    ("ACPI PM1b_CNT_BLK", 68, 89),
    ("ACPI PM2_CNT_BLK", 72, 90),
    ("ACPI PM_TMR", 76, 91),
    ("ACPI GPE0_BLK", 80, 92),
    ("ACPI GPE1_BLK", 84, 93),
];

/// The register blocks of a FADT that are ports.
pub fn fadt_blocks(table: &[u8]) -> impl Iterator<Item = PortBlock> {
    BLOCKS.into_iter().filter_map(|(name, port, length)| {
        let base = u16::try_from(u32_at(table, port)?).ok().filter(|&base| base != 0)?;
        let count = u16::from(*table.get(length)?);
        (count > 0 && base.checked_add(count - 1).is_some()).then_some(PortBlock { name, base, count })
    })
}

/// Physical address of the local APICs, from a MADT.
pub fn local_apic(table: &[u8]) -> Option<u64> {
    u32_at(table, 36).map(u64::from)
}

/// The entries of a MADT that Cor understands; the list ends early at an entry of a wrong length.
pub fn madt_entries(table: &[u8]) -> impl Iterator<Item = MadtEntry> {
    const FIRST: usize = 44;
    let mut rest = table.get(FIRST..).unwrap_or_default();
    let entries = core::iter::from_fn(move || {
        let length = usize::from(*rest.get(1)?);
        let entry = rest.get(..length).filter(|entry| entry.len() >= 2)?;
        rest = &rest[length..];
        Some(entry)
    });
    entries.filter_map(madt_entry)
}

fn madt_entry(entry: &[u8]) -> Option<MadtEntry> {
    const LOCAL_APIC: u8 = 0;
    const IO_APIC: u8 = 1;
    const LOCAL_X2APIC: u8 = 9;
    const ENABLED: u32 = 1;
    let byte = |at: usize| entry.get(at).copied();
    match byte(0)? {
        LOCAL_APIC => Some(MadtEntry::Processor(Processor {
            uid: byte(2)?.into(),
            apic: byte(3)?.into(),
            enabled: u32_at(entry, 4)? & ENABLED != 0,
        })),
        LOCAL_X2APIC => Some(MadtEntry::Processor(Processor {
            apic: u32_at(entry, 4)?,
            enabled: u32_at(entry, 8)? & ENABLED != 0,
            uid: u32_at(entry, 12)?,
        })),
        IO_APIC => Some(MadtEntry::IoApic { id: byte(2)?, address: u32_at(entry, 4)?.into() }),
        _ => None,
    }
}

/// Physical address of an HPET's registers, if they are in memory.
pub fn hpet(table: &[u8]) -> Option<u64> {
    const IN_MEMORY: u8 = 0;
    (*table.get(40)? == IN_MEMORY).then(|| u64_at(table, 44))?
}

/// The configuration spaces of an MCFG; one whose buses or addresses cannot be is left out.
pub fn configuration_spaces(table: &[u8]) -> impl Iterator<Item = ConfigurationSpace> {
    let entries = table.get(44..).unwrap_or_default().chunks_exact(16);
    entries.filter_map(|entry| {
        let segment = u16_at(entry, 8)?;
        let space = ConfigurationSpace { address: u64_at(entry, 0)?, segment, buses: [entry[10], entry[11]] };
        let fits =
            space.buses[0] <= space.buses[1] && space.address.checked_add(256 * ConfigurationSpace::BUS).is_some();
        fits.then_some(space)
    })
}

impl ConfigurationSpace {
    /// Bytes of a bus: 32 devices of 8 functions of 4 KiB.
    const BUS: u64 = 1 << 20;

    /// First address of the buses' registers.
    pub fn start(&self) -> u64 {
        self.address + u64::from(self.buses[0]) * ConfigurationSpace::BUS
    }

    /// Size of all in bytes.
    pub fn length(&self) -> u64 {
        (u64::from(self.buses[1] - self.buses[0]) + 1) * ConfigurationSpace::BUS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{vec, vec::Vec};

    fn madt(entries: &[&[u8]]) -> Vec<u8> {
        let mut table = vec![0; 44];
        table[36..40].copy_from_slice(&0xfee0_0000u32.to_le_bytes());
        entries.iter().for_each(|entry| table.extend(*entry));
        table
    }

    #[test]
    fn register_blocks() {
        let mut table = vec![0; 116];
        for (offset, port) in [(56, 0x600u32), (64, 0x604), (76, 0x608), (80, 0x620), (84, 0x1_0000)] {
            table[offset..offset + 4].copy_from_slice(&port.to_le_bytes());
        }
        table[88..94].copy_from_slice(&[4, 2, 0, 4, 64, 8]);
        let found: Vec<_> = fadt_blocks(&table).map(|block| (block.name, block.base, block.count)).collect();
        let expected = [
            ("ACPI PM1a_EVT_BLK", 0x600, 4),
            ("ACPI PM1a_CNT_BLK", 0x604, 2),
            ("ACPI PM_TMR", 0x608, 4),
            ("ACPI GPE0_BLK", 0x620, 64),
        ];
        assert_eq!(found, expected);
        table[80..84].copy_from_slice(&0xfff0u32.to_le_bytes());
        assert_eq!(fadt_blocks(&table).count(), 3);
        assert_eq!(fadt_blocks(&table[..70]).count(), 0);
    }

    #[test]
    fn processors_and_io_apics() {
        let x2apic = [9, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0];
        let table = madt(&[
            &[0, 8, 1, 2, 1, 0, 0, 0],
            &[2, 10, 0, 0, 0, 0, 0, 0, 0, 0],
            &[1, 12, 3, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0],
            &x2apic,
        ]);
        let found: Vec<_> = madt_entries(&table).collect();
        let expected = [
            MadtEntry::Processor(Processor { uid: 1, apic: 2, enabled: true }),
            MadtEntry::IoApic { id: 3, address: 0xfec0_0000 },
            MadtEntry::Processor(Processor { uid: 7, apic: 256, enabled: false }),
        ];
        assert_eq!(found, expected);
        assert_eq!(local_apic(&table), Some(0xfee0_0000));
    }

    #[test]
    fn a_wrong_length_ends_the_list() {
        let good = [0, 8, 1, 2, 1, 0, 0, 0];
        for bad in [&[0, 0, 0, 0][..], &[0, 1], &[0, 200, 0], &[0], &[1, 3, 0]] {
            assert_eq!(madt_entries(&madt(&[&good, bad])).count(), 1, "{bad:?}");
        }
        assert_eq!(madt_entries(&[]).count(), 0);
        let mut random = Random(31);
        for _ in 0..2000 {
            let table: Vec<u8> = (0..random.below(200)).map(|_| (random.next() % 24) as u8).collect();
            assert!(madt_entries(&table).count() <= table.len());
            let _ = (fadt_blocks(&table).count(), hpet(&table), configuration_spaces(&table).count());
        }
    }

    #[test]
    fn timers_and_configuration_spaces() {
        let mut table = vec![0; 44];
        table.extend(0xfed0_0000u64.to_le_bytes());
        assert_eq!(hpet(&table), Some(0xfed0_0000));
        table[40] = 1;
        assert_eq!((hpet(&table), hpet(&table[..48])), (None, None));
        let mut table = vec![0; 44];
        for (address, buses) in [(0xb000_0000u64, [0u8, 255]), (0xe000_0000, [16, 31]), (0, [9, 8]), (u64::MAX, [0, 1])]
        {
            table.extend(address.to_le_bytes());
            table.extend([0, 0, buses[0], buses[1], 0, 0, 0, 0]);
        }
        let found: Vec<_> = configuration_spaces(&table).map(|space| (space.start(), space.length())).collect();
        assert_eq!(found, [(0xb000_0000, 256 << 20), (0xe100_0000, 16 << 20)]);
    }
}
