//! Raw disk images.
//!
//! ```text
//! sector 0          GRUB's boot sector (boot.img), which loads the core, and the protective MBR
//! 1 to 33           the GPT
//! 1 MiB             BIOS boot partition: GRUB's core for BIOS
//! 2 MiB to the end  EFI system partition, FAT32: GRUB for UEFI, the kernel, grub.cfg, the root archive
//! the last 33       the GPT's copy
//! ```

use super::fat::{Fat, Format};
use super::gpt::{self, BEHIND, Partition, SECTOR, Tables};
use super::grub::{self, Platform};
use super::stage::Stage;
use super::{replace, size};
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Partitions begin and end at multiples of this many sectors: a mebibyte, as other tools do it.
const ALIGNMENT: u64 = (1 << 20) / SECTOR;
/// First sector of the BIOS boot partition.
const CORE: u64 = ALIGNMENT;
/// First sector of the EFI system partition.
const SYSTEM: u64 = 2 * ALIGNMENT;

/// The largest disk: FAT32 and BIOS count its sectors in 32 bits.
const LARGEST: u64 = (u32::MAX as u64 + 1) * SECTOR;

/// With fewer clusters a FAT file system is not FAT32.
const FEWEST_CLUSTERS: u64 = 65_525;
/// The sectors before the first FAT.
const RESERVED: u64 = 32;
/// Directories in the file system (the root, EFI, EFI/BOOT, boot, boot/grub), and the most clusters that each needs.
const DIRECTORIES: u64 = 5;
const DIRECTORY_CLUSTERS: u64 = 2;

/// Offset in GRUB's boot sector of the core's first sector (8 bytes), and of the jump that keeps the drive number as
/// BIOS passes it. Two NOPs replace the jump, so that the boot sector corrects a wrong number, which some BIOSes pass.
const BOOT_CORE: usize = 0x5c;
const BOOT_DRIVE_CHECK: usize = 0x66;
const JUMP: u8 = 0xeb;
const NOP: u8 = 0x90;
/// Offset in the core's first sector of the number of its second sector (8 bytes).
const CORE_REST: usize = 0x1f4;

/// Writes an image of `size` bytes.
pub fn write(stage: &Stage, output: &Path, size: u64) -> Result<()> {
    let core = grub::core(stage, Platform::BiosDisk)?;
    let core = core_at(fs::read(&core).context("cannot read GRUB's core")?, CORE)?;
    let uefi = fs::metadata(grub::core(stage, Platform::Uefi)?)?.len();
    check_size(size, &[contents(stage)?, vec![uefi]].concat())?;
    replace(output, |new| {
        let disk = File::options().write(true).open(new).context("cannot write the image")?;
        let describe = || format!("cannot make a file of {}", size::describe(size));
        disk.set_len(size).with_context(describe)?;
        let tables = tables(stage, size)?;
        disk.write_all_at(&tables.start, 0).with_context(describe)?;
        disk.write_all_at(&core, CORE * SECTOR).with_context(describe)?;
        disk.write_all_at(&tables.end, size - BEHIND * SECTOR).with_context(describe)?;
        fill_system(stage, new, size)
    })
}

/// The lengths of the files that are staged.
fn contents(stage: &Stage) -> Result<Vec<u64>> {
    stage.files()?.iter().map(|file| Ok(fs::metadata(stage.content(file))?.len())).collect()
}

/// Refuses a size that no image can have, and names the smallest that works.
fn check_size(size: u64, files: &[u64]) -> Result<()> {
    let shown = size::describe(size);
    ensure!(size.is_multiple_of(SECTOR), "--size {shown} is not a multiple of {SECTOR} bytes, a sector");
    ensure!(size <= LARGEST, "--size {shown} is too large: {} is the largest disk", size::describe(LARGEST));
    let smallest = smallest(files);
    ensure!(
        size >= smallest,
        "--size {shown} is too small: {} is the smallest that works for this root",
        size::describe(smallest)
    );
    Ok(())
}

/// The smallest size, in whole mebibytes, that has room for files of these lengths.
fn smallest(files: &[u64]) -> u64 {
    let least = files.iter().sum::<u64>() >> 20;
    (least..).map(|mebibytes| mebibytes << 20).find(|&size| has_room(size, files)).unwrap_or(LARGEST)
}

/// Whether a disk of this size has room for files of these lengths, in a file system that is FAT32.
fn has_room(size: u64, files: &[u64]) -> bool {
    let sectors = system_sectors(size);
    let cluster = cluster(sectors);
    // An upper bound: it also counts entries for the clusters that the FATs themselves displace.
    let fat = ((sectors / cluster + 2) * 4).div_ceil(SECTOR);
    let clusters = sectors.saturating_sub(RESERVED + 2 * fat) / cluster;
    let used =
        files.iter().map(|length| length.div_ceil(cluster * SECTOR)).sum::<u64>() + DIRECTORIES * DIRECTORY_CLUSTERS;
    clusters >= FEWEST_CLUSTERS.max(used)
}

/// The length of the EFI system partition on a disk of this size.
fn system_sectors(size: u64) -> u64 {
    let end = (size / SECTOR).saturating_sub(BEHIND) / ALIGNMENT * ALIGNMENT;
    end.saturating_sub(SYSTEM)
}

/// Sectors a cluster, as Windows chooses them for FAT32: small ones while there are few.
fn cluster(sectors: u64) -> u64 {
    const MIB: u64 = (1 << 20) / SECTOR;
    match sectors / MIB {
        0..=260 => 1,
        261..=8192 => 8,
        8193..=16_384 => 16,
        16_385..=32_768 => 32,
        _ => 64,
    }
}

/// The partition tables, and the boot sector with them.
fn tables(stage: &Stage, size: u64) -> Result<Tables> {
    let identity = stage.identity()?;
    let boot_sector = boot_sector(grub::read_bios_file("boot.img")?, CORE)?;
    let partition = |kind, name, first, last| Partition { kind, guid: identity.guid(name), first, last, name };
    let partitions = [
        partition(gpt::BIOS_BOOT, "BIOS boot", CORE, SYSTEM - 1),
        partition(gpt::EFI_SYSTEM, "EFI system", SYSTEM, SYSTEM + system_sectors(size) - 1),
    ];
    Ok(gpt::tables(size / SECTOR, identity.guid("disk"), &partitions, &boot_sector))
}

/// Makes the EFI system partition's file system.
fn fill_system(stage: &Stage, image: &Path, size: u64) -> Result<()> {
    let sectors = system_sectors(size);
    let fat = Fat { image, offset: SYSTEM * SECTOR, date: stage.date() };
    let format = Format::Fat32 { first: SYSTEM, sectors, cluster: cluster(sectors) };
    fat.format(&format, stage.identity()?.serial())?;
    grub::install_uefi(stage, &fat)?;
    fat.make_directory("/boot")?;
    fat.make_directory("/boot/grub")?;
    stage.files()?.iter().try_for_each(|file| fat.copy(&stage.content(file), &format!("/{}", file.display())))
}

/// Returns GRUB's boot sector with the core's first sector filled in.
fn boot_sector(mut sector: Vec<u8>, core: u64) -> Result<Vec<u8>> {
    ensure!(
        sector.len() == SECTOR as usize && number(&sector, BOOT_CORE) == 1 && sector[BOOT_DRIVE_CHECK] == JUMP,
        "this GRUB's boot.img is not laid out as we know it"
    );
    sector[BOOT_CORE..BOOT_CORE + 8].copy_from_slice(&core.to_le_bytes());
    sector[BOOT_DRIVE_CHECK..BOOT_DRIVE_CHECK + 2].fill(NOP);
    Ok(sector)
}

/// Returns GRUB's core with its own place filled in: its first sector loads the others.
fn core_at(mut core: Vec<u8>, first: u64) -> Result<Vec<u8>> {
    let room = ((SYSTEM - CORE) * SECTOR) as usize;
    ensure!(core.len() <= room, "GRUB's core is larger ({} bytes) than its partition", core.len());
    ensure!(
        core.len() > SECTOR as usize && number(&core, CORE_REST) == 2,
        "this GRUB's core is not laid out as we know it"
    );
    core[CORE_REST..CORE_REST + 8].copy_from_slice(&(first + 1).to_le_bytes());
    Ok(core)
}

/// The 8-byte number at an offset; 0 where there is none.
fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn an_image_is_as_large_as_fat32_has_to_be_and_as_its_files_are() {
        let smallest_of_all = smallest(&[]);
        assert_eq!(smallest(&[20 * MIB]), smallest_of_all);
        assert!(smallest_of_all > 34 * MIB && smallest_of_all < 38 * MIB, "{smallest_of_all}");
        for length in [40, 100, 256, 257, 300, 3000] {
            let size = smallest(&[length * MIB]);
            assert!(has_room(size, &[length * MIB]) && !has_room(size - MIB, &[length * MIB]), "{length}");
            assert!(size > length * MIB && size < (length + length / 50 + 8) * MIB, "{length}: {size}");
        }
    }

    #[test]
    fn sizes_are_refused_with_the_reason() {
        let refusal = |size| check_size(size, &[1]).map_err(|error| error.to_string()).err();
        let smallest = smallest(&[1]);
        assert_eq!(refusal(smallest), None);
        assert!(refusal(smallest - MIB).unwrap().contains(&format!("{} is the smallest", size::describe(smallest))));
        assert!(refusal(0).unwrap().contains("too small"));
        assert!(refusal(64 * MIB + 1).unwrap().contains("512"));
        assert!(refusal(LARGEST + SECTOR).unwrap().contains("2T is the largest"));
    }

    #[test]
    fn the_system_partition_ends_before_the_copy_of_the_table() {
        for size in [64 * MIB, 64 * MIB + SECTOR, 64 * MIB + 33 * SECTOR, 65 * MIB - SECTOR] {
            let end = SYSTEM + system_sectors(size);
            assert!(end.is_multiple_of(ALIGNMENT) && end + BEHIND <= size / SECTOR, "{size}");
        }
        assert_eq!(system_sectors(0), 0);
    }

    #[test]
    fn the_place_of_the_core_is_filled_in() {
        let mut original = vec![0; 512];
        original[BOOT_CORE] = 1;
        original[BOOT_DRIVE_CHECK] = JUMP;
        let sector = boot_sector(original.clone(), 2048).unwrap();
        assert_eq!((number(&sector, BOOT_CORE), sector[0x66], sector[0x67]), (2048, NOP, NOP));
        original[BOOT_CORE] = 0;
        assert!(boot_sector(original, 2048).is_err());
        let mut core = vec![0; 1024];
        core[CORE_REST] = 2;
        assert_eq!(number(&core_at(core, 2048).unwrap(), CORE_REST), 2049);
        assert!(core_at(vec![0; 1024], 2048).is_err());
        assert!(core_at(vec![0; 2 << 20], 2048).is_err());
    }
}
