//! Limits of a machine, which depend on its loader: the least memory for kernel and root, and the longest command line
//! of the kernel.

use super::options::{Boot, Options};
use super::values::Memory;
use anyhow::{Context, Result, ensure};
use logic::boot_info::COMMAND_LINE_MAX;
use object::elf::{FileHeader64, PT_LOAD};
use object::endian::LittleEndian;
use object::read::elf::{FileHeader, ProgramHeader};

/// The longest command line that QEMU's loader for PVH passes on: it keeps 4096 bytes, with the NUL at the end.
const LONGEST_DIRECT: usize = 4095;
/// GRUB holds itself and its modules beside the kernel's file and the kernel.
const GRUB: u64 = 512 << 10;
/// Debian's UEFI for QEMU does not come to a loader with less.
const UEFI: u64 = 49 << 20;

/// Refuses a command line whose end the loader or the kernel would drop.
pub fn check_arguments(options: &Options, arguments: &str) -> Result<()> {
    let (most, whose) = match options.boot {
        Boot::Direct => (LONGEST_DIRECT, "QEMU's loader"),
        Boot::Grub | Boot::Uefi => (COMMAND_LINE_MAX, "the kernel"),
    };
    check_length(arguments, most, whose)
}

/// Refuses a command line of more than `most` bytes, which `whose` takes.
pub fn check_length(arguments: &str, most: usize, whose: &str) -> Result<()> {
    let length = arguments.len();
    ensure!(
        length <= most,
        "--append is too long: the kernel's command line would have {length} bytes, and {whose} takes {most}"
    );
    Ok(())
}

/// Refuses a machine without room for the kernel and a root of so many bytes. In one with hardly more, the kernel
/// itself reports the shortage.
pub fn check_memory(options: &Options, kernel: &[u8], root: u64) -> Result<()> {
    let least = least_memory(options, &Image::of(kernel)?, root);
    let way = match options.boot {
        Boot::Direct => "directly",
        Boot::Grub => "by GRUB",
        Boot::Uefi => "by UEFI",
    };
    ensure!(
        options.memory.0 >= least,
        "--memory {} is too little: with this root ({}) the machine needs {} to boot {way}",
        options.memory,
        Memory::in_mebibytes(root),
        Memory::in_mebibytes(least)
    );
    Ok(())
}

/// Returns the least memory for which a boot is worth trying.
fn least_memory(options: &Options, image: &Image, root: u64) -> u64 {
    // The kernel reads a root from a disk if it leaves an eighth of what is free.
    let for_root = if options.has_initrd() { root } else { root / 7 * 8 };
    let for_loader = match options.boot {
        Boot::Direct => 0,
        Boot::Grub => image.end + image.size + GRUB,
        Boot::Uefi => UEFI,
    };
    for_loader.max(image.end + for_root)
}

/// Extent of a kernel in memory, in bytes.
struct Image {
    /// The physical address of its end.
    end: u64,
    /// The part of its file that is loaded.
    size: u64,
}

impl Image {
    /// Reads that from the kernel's ELF64 file.
    fn of(kernel: &[u8]) -> Result<Image> {
        let header = FileHeader64::<LittleEndian>::parse(kernel).context("the kernel is not an ELF64 file")?;
        let segments = header.program_headers(LittleEndian, kernel)?;
        let loaded = segments.iter().filter(|segment| segment.p_type(LittleEndian) == PT_LOAD);
        Ok(loaded.fold(Image { end: 0, size: 0 }, |image, segment| {
            let end = segment.p_paddr(LittleEndian).saturating_add(segment.p_memsz(LittleEndian));
            Image { end: image.end.max(end), size: image.size + segment.p_filesz(LittleEndian) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_command_line_is_as_long_as_its_way_allows() {
        for (boot, most) in [(Boot::Direct, 4095), (Boot::Grub, 4096), (Boot::Uefi, 4096)] {
            let options = Options { boot, ..Options::default() };
            assert!(check_arguments(&options, &"x".repeat(most)).is_ok());
            let refused = check_arguments(&options, &"x".repeat(most + 1)).unwrap_err().to_string();
            assert!(
                refused.contains(&format!("{} bytes", most + 1)) && refused.ends_with(&format!("takes {most}")),
                "{refused}"
            );
        }
    }

    #[test]
    fn the_least_memory_grows_with_kernel_and_root() {
        let image = Image { end: 5 * MIB, size: 4 * MIB };
        let least =
            |boot, initrd, root| least_memory(&Options { boot, initrd, ..Options::default() }, &image, root * MIB);
        assert_eq!(least(Boot::Direct, false, 7), 13 * MIB);
        assert_eq!(least(Boot::Direct, true, 7), 12 * MIB);
        assert_eq!(least(Boot::Grub, false, 0), 9 * MIB + GRUB);
        assert_eq!(least(Boot::Grub, false, 7), 13 * MIB);
        assert_eq!(least(Boot::Uefi, false, 7), UEFI);
        assert_eq!(least(Boot::Uefi, false, 70), 85 * MIB);
    }
}
