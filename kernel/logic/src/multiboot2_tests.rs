//! Tests of `multiboot2`: lists are made tag by tag, damaged one way at a time, and mutated.

use super::*;
use crate::address::PhysRange;
use crate::boot_info::MODULES_MAX;
use crate::random::Random;
use alloc::{boxed::Box, vec, vec::Vec};

const AT: PhysAddr = PhysAddr(0x9000);
const IMAGE: PhysRange = PhysRange { start: PhysAddr(0x10_0000), end: PhysAddr(0x20_0000) };

/// A list of tags, each a type and its contents, with an end tag; padded and with the right sizes.
fn list(tags: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER_SIZE];
    for (kind, contents) in tags.iter().chain(&[(tag::END, Vec::new())]) {
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
        bytes.extend(kind.to_le_bytes());
        bytes.extend((contents.len() as u32 + 8).to_le_bytes());
        bytes.extend(contents);
    }
    let size = bytes.len() as u32;
    bytes[..4].copy_from_slice(&size.to_le_bytes());
    bytes
}

fn areas(size: u32, areas: &[(u64, u64, u32)]) -> (u32, Vec<u8>) {
    let mut contents: Vec<u8> = [size, 0].into_iter().flat_map(u32::to_le_bytes).collect();
    for (start, length, code) in areas {
        let end = contents.len() + size as usize;
        contents.extend(start.to_le_bytes().into_iter().chain(length.to_le_bytes()).chain(code.to_le_bytes()));
        contents.resize(end.max(contents.len()), 0);
    }
    (tag::MEMORY_MAP, contents)
}

fn module(start: u32, end: u32, line: &[u8]) -> (u32, Vec<u8>) {
    (tag::MODULE, start.to_le_bytes().into_iter().chain(end.to_le_bytes()).chain(line.iter().copied()).collect())
}

fn screen(kind: u8) -> (u32, Vec<u8>) {
    let mut contents: Vec<u8> = 0xfd00_0000u64.to_le_bytes().to_vec();
    contents.extend([4096u32, 1024, 768].into_iter().flat_map(u32::to_le_bytes));
    contents.extend([32, kind, 0, 0, 16, 8, 8, 8, 0, 8]);
    (tag::FRAMEBUFFER, contents)
}

fn usual() -> Vec<(u32, Vec<u8>)> {
    vec![
        (tag::COMMAND_LINE, b"quiet root=initrd\0".to_vec()),
        (tag::LOADER, b"GRUB 2.06\0".to_vec()),
        (4, vec![0; 8]),
        areas(24, &[(0, 0x9_fc00, 1), (0xf_0000, 0x1_0000, 2), (0x10_0000, 0x7e0_0000, 1), (0x7f0_0000, 0x10_0000, 3)]),
        module(0x40_0000, 0x40_1234, b"root.cpio\0"),
        screen(1),
        (tag::ACPI_1, vec![0; 20]),
        (tag::ACPI_2, vec![0; 36]),
    ]
}

fn parse(bytes: &[u8]) -> Result<Box<BootInfo>> {
    let mut info = Box::new(BootInfo::new());
    read(AT, bytes, &mut info).map(|()| info)
}

fn refused(bytes: &[u8], word: &str) {
    let reason = parse(bytes).unwrap_err();
    assert!(reason.contains(word), "{reason}, not {word}");
}

#[test]
fn a_usual_list() {
    let bytes = list(&usual());
    assert_eq!(size(&bytes[..HEADER_SIZE]), Ok(bytes.len()));
    let mut info = parse(&bytes).unwrap();
    assert_eq!((info.command_line.as_str(), info.loader.as_str()), ("quiet root=initrd", "GRUB 2.06"));
    assert_eq!(info.loader_area_count, 4);
    assert_eq!(info.modules[0].range, PhysRange::new(PhysAddr(0x40_0000), 0x1234).unwrap());
    assert_eq!(info.modules[0].command_line.as_str(), "root.cpio");
    let Some(Framebuffer { format: Format::Colours { red, .. }, width: 1024, height: 768, .. }) = info.framebuffer
    else {
        panic!("{:?}", info.framebuffer);
    };
    assert_eq!((red.position, red.size), (16, 8));
    // The copy of version 2, behind its tag's header: the last 36 bytes before the padded end tag.
    let place = bytes.len() - 8 - 40;
    assert_eq!(info.acpi_root, Some(PhysAddr(AT.0 + place as u64)));
    assert_eq!(info.settle(IMAGE), Ok(()));
}

#[test]
fn other_screens() {
    let of = |kind| parse(&list(&[areas(24, &[(0, 1 << 20, 1)]), screen(kind)])).unwrap().framebuffer;
    assert_eq!(of(2).unwrap().format, Format::Text);
    assert_eq!(of(0), None);
    let (kind, mut contents) = screen(1);
    contents.truncate(28);
    assert_eq!(parse(&list(&[areas(24, &[(0, 1 << 20, 1)]), (kind, contents)])).unwrap().framebuffer, None);
}

#[test]
fn every_truncation_is_refused() {
    let bytes = list(&usual());
    for length in 0..bytes.len() {
        refused(&bytes[..length], "cut off");
        // The same with a size that agrees with what is there.
        let mut short = bytes[..length].to_vec();
        if length >= 4 {
            short[..4].copy_from_slice(&(length as u32).to_le_bytes());
        }
        assert!(parse(&short).is_err(), "{length}");
    }
}

#[test]
fn wrong_sizes_are_refused() {
    let mut bytes = list(&usual());
    bytes[..4].copy_from_slice(&u32::MAX.to_le_bytes());
    refused(&bytes, "larger than any");
    for size in [0u32, 8, 15] {
        bytes[..4].copy_from_slice(&size.to_le_bytes());
        refused(&bytes, "too short");
    }
    // The first tag's size.
    for size in [0u32, 7, 0x7fff_ffff, u32::MAX] {
        let mut bytes = list(&usual());
        bytes[12..16].copy_from_slice(&size.to_le_bytes());
        refused(&bytes, "wrong size");
    }
}

#[test]
fn a_missing_end_is_noticed() {
    let mut bytes = list(&usual());
    bytes.truncate(bytes.len() - 8);
    let size = bytes.len() as u32;
    bytes[..4].copy_from_slice(&size.to_le_bytes());
    refused(&bytes, "no end tag");
}

#[test]
fn a_memory_map_is_needed_and_must_have_entries_of_its_size() {
    refused(&list(&[]), "no memory map");
    refused(&list(&[areas(24, &[])]), "no memory map");
    refused(&list(&[(tag::MEMORY_MAP, vec![24, 0])]), "cut off");
    for size in [0, 16, 23, 25] {
        refused(&list(&[areas(size, &[(0, 1 << 20, 1)])]), "entries have a wrong size");
    }
    // A last entry that is cut off is left out; larger entries than we know are read as far as we know them.
    let (kind, mut contents) = areas(32, &[(0, 1 << 20, 1), (1 << 20, 1 << 20, 1)]);
    contents.truncate(contents.len() - 20);
    assert_eq!(parse(&list(&[(kind, contents)])).unwrap().loader_area_count, 1);
}

#[test]
fn areas_may_overlap_come_in_any_order_and_reach_beyond_all_addresses() {
    let told = [
        (0x100_0000, 0x100_0000, 1),
        (0, 0x180_0000, 1),
        (0x140_0000, 0x1000, 2),
        (u64::MAX - 10, u64::MAX, 1),
        (0x40_0000, 0, 1),
        (0x200_0000, u64::MAX, 77),
    ];
    let mut info = parse(&list(&[areas(24, &told)])).unwrap();
    assert_eq!(info.settle(IMAGE), Ok(()));
    let usable: Vec<_> = info.memory.usable().map(|range| (range.start.0, range.end.0)).collect();
    assert_eq!(usable, [(0, 0x10_0000), (0x20_0000, 0x140_0000), (0x140_1000, 0x200_0000)]);
}

#[test]
fn modules_that_cannot_be_are_refused() {
    let with = |module| {
        let mut tags = usual();
        tags.push(module);
        list(&tags)
    };
    refused(&with((tag::MODULE, vec![0; 7])), "cut off");
    refused(&with(module(0x40_0000, 0x3f_ffff, b"")), "ends before");
    for (start, end, word) in [
        (0x900_0000, 0x900_1000, "does not lie in memory"),
        (0xffff_f000, 0xffff_ffff, "does not lie in memory"),
        (0x10_0000, 0x10_1000, "overlaps"),
        (0x40_1000, 0x41_0000, "overlaps"),
        (0x60_0000, 0x60_0000, "empty"),
    ] {
        let mut info = parse(&with(module(start, end, b"no end of it"))).unwrap();
        let reason = info.settle(IMAGE).unwrap_err();
        assert!(reason.contains(word), "{reason}");
    }
    let many: Vec<_> = (0..=MODULES_MAX as u32).map(|at| module(at << 20, (at << 20) + 1, b"")).collect();
    refused(&list(&many), "too many");
}

#[test]
fn texts_need_neither_an_end_nor_be_utf_8() {
    let tags = [areas(24, &[(0, 1 << 20, 1)]), (tag::COMMAND_LINE, b"root=\xff\xfe x".to_vec()), (tag::LOADER, vec![])];
    let info = parse(&list(&tags)).unwrap();
    assert_eq!((info.command_line.as_str(), info.loader.as_str()), ("root=\u{fffd}\u{fffd} x", ""));
    let long = [areas(24, &[(0, 1 << 20, 1)]), (tag::COMMAND_LINE, vec![b'a'; 100_000])];
    assert_eq!(parse(&list(&long)).unwrap().command_line.len(), crate::boot_info::COMMAND_LINE_MAX);
}

#[test]
fn any_bytes_can_be_read() {
    let mut random = Random(17);
    let good = list(&usual());
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..1 + random.below(6) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] = match random.below(4) {
                0 => 0,
                1 => 0xff,
                2 => bytes[at] ^ 1 << random.below(8),
                _ => random.next() as u8,
            };
        }
        if let Ok(mut info) = parse(&bytes) {
            // What is accepted can be used: nothing that was reserved is free.
            if info.settle(IMAGE).is_ok() {
                assert!(!info.memory.touches_usable(IMAGE));
                assert!(info.modules.iter().all(|module| !info.memory.touches_usable(module.range)));
            }
        }
    }
}
