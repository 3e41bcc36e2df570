//! Says what a file is that `--kernel` names, by looking into it.

use object::elf;

/// What a kernel file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// A Linux kernel for PCs, and the version that it names.
    BzImage(String),
    /// Something else; what it is, and why that cannot be booted.
    Other(String, &'static str),
}

/// Identifies a file by its bytes.
pub fn identify(bytes: &[u8]) -> Kernel {
    let other = |what: &str, why| Kernel::Other(what.to_string(), why);
    // A bzImage and an arm64 Image may be PE files at the same time, so that UEFI can start them: ask for them first.
    if bytes.get(0x1fe..0x200) == Some(&[0x55, 0xaa]) && bytes.get(0x202..0x206) == Some(b"HdrS") {
        return bzimage(bytes);
    }
    if bytes.get(56..60) == Some(b"ARM\x64") {
        return other("an arm64 Linux Image", "this machine is an x86-64 PC");
    }
    if bytes.starts_with(b"\x7fELF") {
        return Kernel::Other(elf(bytes), "of other kernels only a Linux bzImage can be booted");
    }
    let pe = u32_at(bytes, 0x3c).and_then(|at| bytes.get(at as usize..at as usize + 4));
    if bytes.starts_with(b"MZ") && pe == Some(b"PE\0\0") {
        return other("a PE program (Windows or UEFI)", "only a Linux bzImage can be booted");
    }
    for (magic, name) in
        [(&b"\x1f\x8b"[..], "gzip"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2")]
    {
        if bytes.starts_with(magic) {
            return Kernel::Other(format!("{name}-compressed data"), "unpack it first");
        }
    }
    other(if bytes.is_empty() { "empty" } else { "of an unknown kind" }, "only a Linux bzImage can be booted")
}

/// A file with Linux's boot header (Documentation/arch/x86/boot.rst).
fn bzimage(bytes: &[u8]) -> Kernel {
    let protocol = u16_at(bytes, 0x206).unwrap_or(0);
    let loads_high = bytes.get(0x211).is_some_and(|flags| flags & 1 != 0);
    if protocol < 0x200 || !loads_high {
        return Kernel::Other("a zImage".to_string(), "its boot protocol is too old for an initial file system");
    }
    let name = u16_at(bytes, 0x20e).filter(|&at| at != 0).and_then(|at| bytes.get(at as usize + 0x200..));
    let name = name.and_then(|name| name.split(|&byte| byte == 0 || byte == b' ').next()).unwrap_or_default();
    Kernel::BzImage(String::from_utf8_lossy(name).into_owned())
}

/// The longest command line that a Linux kernel takes, in bytes, as its boot header says.
pub fn longest_command_line(bzimage: &[u8]) -> usize {
    const BEFORE_2_06: u32 = 255;
    let told = u16_at(bzimage, 0x206).filter(|&protocol| protocol >= 0x206).and_then(|_| u32_at(bzimage, 0x238));
    told.unwrap_or(BEFORE_2_06) as usize
}

fn elf(bytes: &[u8]) -> String {
    let width = match bytes.get(4) {
        Some(1) => "32-bit ",
        Some(2) => "64-bit ",
        _ => "",
    };
    let machine = match u16_at(bytes, 18).map(elf::Machine) {
        Some(elf::EM_X86_64) => " for x86-64",
        Some(elf::EM_386) => " for i386",
        Some(elf::EM_AARCH64) => " for arm64",
        Some(elf::EM_RISCV) => " for RISC-V",
        _ => "",
    };
    format!("a {width}ELF file{machine}")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(parts: &[(usize, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0; 0x400];
        for (at, part) in parts {
            bytes[*at..at + part.len()].copy_from_slice(part);
        }
        bytes
    }

    fn what(bytes: &[u8]) -> String {
        match identify(bytes) {
            Kernel::BzImage(version) => format!("bzImage {version}"),
            Kernel::Other(what, _) => what,
        }
    }

    #[test]
    fn files_are_known_by_their_marks() {
        let linux: &[(usize, &[u8])] =
            &[(0, b"MZ"), (0x1fe, &[0x55, 0xaa]), (0x202, b"HdrS"), (0x206, &[0x0f, 2]), (0x20e, &[0x80, 0])];
        let modern = [linux, &[(0x211, &[1]), (0x280, b"6.1.0-x (me)")]].concat();
        assert_eq!(what(&with(&modern)), "bzImage 6.1.0-x");
        assert_eq!(what(&with(linux)), "a zImage");
        assert_eq!(longest_command_line(&with(&[&modern[..], &[(0x238, &[0xff, 7])]].concat())), 2047);
        assert_eq!(
            what(&with(&[(0, b"MZ"), (0x3c, &[0x40]), (0x38, b"ARM\x64"), (0x40, b"PE\0\0")])),
            "an arm64 Linux Image"
        );
        assert_eq!(what(&with(&[(0, b"MZ"), (0x3c, &[0x80]), (0x80, b"PE\0\0")])), "a PE program (Windows or UEFI)");
        assert_eq!(what(&with(&[(0, b"\x7fELF\x02\x01"), (18, &[62, 0])])), "a 64-bit ELF file for x86-64");
        assert_eq!(what(b"\x1f\x8b\x08"), "gzip-compressed data");
        assert_eq!(what(b"#!/bin/sh"), "of an unknown kind");
        assert_eq!(what(b""), "empty");
    }
}
