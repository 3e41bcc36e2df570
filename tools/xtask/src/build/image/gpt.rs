//! Partition tables (UEFI specification 2.10, chapter 5): the protective MBR and the GPT before the partitions, and its
//! copy at the end.
//!
//! Our own rather than a crate's, which would be a dozen packages more for every build of the host tools.

/// The size of a sector, in bytes.
pub const SECTOR: u64 = 512;
/// Sectors of the tables before the partitions: the MBR, the header, and the entries.
pub const BEFORE: u64 = 2 + ENTRIES_SECTORS;
/// Sectors of the tables behind the partitions: the entries and the header.
pub const BEHIND: u64 = 1 + ENTRIES_SECTORS;

/// Type of the partition that UEFI firmware boots from.
pub const EFI_SYSTEM: [u8; 16] = guid(0xc12a_7328, 0xf81f, 0x11d2, 0xba4b_00a0_c93e_c93b);
/// Type of the partition that holds GRUB's core for BIOS.
pub const BIOS_BOOT: [u8; 16] = guid(0x2168_6148, 0x6449, 0x6e6f, 0x744e_6565_6445_4649);

/// Partitions that the table has room for, as every tool expects.
const ENTRIES: usize = 128;
const ENTRY_SIZE: usize = 128;
const ENTRIES_SECTORS: u64 = (ENTRIES * ENTRY_SIZE) as u64 / SECTOR;
const HEADER_SIZE: usize = 92;

/// Offset of the partitions in the MBR, and the length of the boot code before them.
const MBR_PARTITIONS: usize = 446;
const MBR_CODE: usize = 440;

/// A partition.
pub struct Partition {
    /// Its type.
    pub kind: [u8; 16],
    /// Its own GUID.
    pub guid: [u8; 16],
    /// Its first sector.
    pub first: u64,
    /// Its last one.
    pub last: u64,
    /// Its name, of at most 36 letters.
    pub name: &'static str,
}

/// The tables of a disk.
pub struct Tables {
    /// The first [`BEFORE`] sectors.
    pub start: Vec<u8>,
    /// The last [`BEHIND`] sectors.
    pub end: Vec<u8>,
}

/// Makes the tables of a disk of so many sectors, which BIOS starts by the code in `boot_sector`.
pub fn tables(sectors: u64, disk: [u8; 16], partitions: &[Partition], boot_sector: &[u8]) -> Tables {
    let entries = entries(partitions);
    let last = sectors - 1;
    let header = |this, other, entries_at| header(this, other, sectors, disk, entries_at, &entries);
    let start = [protective_mbr(sectors, boot_sector), header(1, last, 2), entries.clone()].concat();
    let end = [entries.clone(), header(last, 1, sectors - BEHIND)].concat();
    Tables { start, end }
}

/// An MBR with the boot sector's code, and one partition that covers the disk, so that nobody takes it for empty.
fn protective_mbr(sectors: u64, boot_sector: &[u8]) -> Vec<u8> {
    let mut mbr = vec![0; SECTOR as usize];
    let code = boot_sector.len().min(MBR_CODE);
    mbr[..code].copy_from_slice(&boot_sector[..code]);
    let length = u32::try_from(sectors - 1).unwrap_or(u32::MAX);
    let mut partition = vec![0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff, 1, 0, 0, 0];
    partition.extend(length.to_le_bytes());
    mbr[MBR_PARTITIONS..MBR_PARTITIONS + 16].copy_from_slice(&partition);
    mbr[510..].copy_from_slice(&[0x55, 0xaa]);
    mbr
}

fn entries(partitions: &[Partition]) -> Vec<u8> {
    let mut entries = Vec::new();
    for partition in partitions {
        let start = entries.len();
        entries.extend(partition.kind);
        entries.extend(partition.guid);
        entries.extend(partition.first.to_le_bytes());
        entries.extend(partition.last.to_le_bytes());
        entries.extend([0; 8]);
        entries.extend(partition.name.encode_utf16().flat_map(u16::to_le_bytes));
        entries.resize(start + ENTRY_SIZE, 0);
    }
    entries.resize(ENTRIES * ENTRY_SIZE, 0);
    entries
}

/// The header in the sector `this`, whose copy is in the sector `other`.
fn header(this: u64, other: u64, sectors: u64, disk: [u8; 16], entries_at: u64, entries: &[u8]) -> Vec<u8> {
    let mut header = b"EFI PART\0\0\x01\0".to_vec();
    header.extend((HEADER_SIZE as u32).to_le_bytes());
    header.extend([0; 8]); // the header's checksum, and reserved
    for sector in [this, other, BEFORE, sectors - BEHIND - 1] {
        header.extend(sector.to_le_bytes());
    }
    header.extend(disk);
    header.extend(entries_at.to_le_bytes());
    header.extend((ENTRIES as u32).to_le_bytes());
    header.extend((ENTRY_SIZE as u32).to_le_bytes());
    header.extend(crc32fast::hash(entries).to_le_bytes());
    let checksum = crc32fast::hash(&header).to_le_bytes();
    header[16..20].copy_from_slice(&checksum);
    header.resize(SECTOR as usize, 0);
    header
}

/// A GUID as UEFI stores it: the first three parts with the lowest byte first, the rest as it is written.
const fn guid(a: u32, b: u16, c: u16, rest: u64) -> [u8; 16] {
    let (a, b, c, r) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes(), rest.to_be_bytes());
    [a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTORS: u64 = 10_000;

    fn sample() -> Tables {
        let partition = Partition { kind: EFI_SYSTEM, guid: [7; 16], first: 2048, last: 4095, name: "EFI system" };
        tables(SECTORS, [9; 16], &[partition], &[0xeb; 512])
    }

    fn number(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    /// The header's checksum is that of the header with zeros in its place.
    fn assert_sound(header: &[u8], entries: &[u8]) {
        let mut plain = header[..HEADER_SIZE].to_vec();
        plain[16..20].fill(0);
        assert_eq!(header[16..20], crc32fast::hash(&plain).to_le_bytes());
        assert_eq!(header[88..92], crc32fast::hash(entries).to_le_bytes());
    }

    #[test]
    fn the_tables_at_both_ends_lead_to_each_other() {
        let Tables { start, end } = sample();
        assert_eq!((start.len() as u64, end.len() as u64), (BEFORE * SECTOR, BEHIND * SECTOR));
        let (first, second) = (&start[512..1024], &end[end.len() - 512..]);
        assert_sound(first, &start[1024..]);
        assert_sound(second, &end[..end.len() - 512]);
        assert_eq!((number(first, 24), number(first, 32), number(first, 72)), (1, SECTORS - 1, 2));
        assert_eq!((number(second, 24), number(second, 32), number(second, 72)), (SECTORS - 1, 1, SECTORS - 33));
        assert_eq!((number(first, 40), number(first, 48)), (34, SECTORS - 34));
    }

    #[test]
    fn a_partition_has_its_type_place_and_name() {
        let entry = &sample().start[1024..1152];
        assert_eq!(entry[..8], [0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11]);
        assert_eq!((number(entry, 32), number(entry, 40)), (2048, 4095));
        assert_eq!(&entry[56..64], b"E\0F\0I\0 \0");
    }

    #[test]
    fn the_mbr_keeps_the_code_and_covers_the_disk() {
        let mbr = &sample().start[..512];
        assert!(mbr[..440].iter().all(|&byte| byte == 0xeb) && mbr[440..446] == [0; 6]);
        assert_eq!((mbr[450], &mbr[454..462]), (0xee, &[1, 0, 0, 0, 0x0f, 0x27, 0, 0][..]));
        assert_eq!(mbr[510..], [0x55, 0xaa]);
        let large = tables(1 << 33, [0; 16], &[], &[]);
        assert_eq!(large.start[458..462], [0xff; 4]);
    }
}
