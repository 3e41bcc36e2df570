//! Tests of `elf_function`: files with symbol tables are made, damaged and mutated.

use super::*;
use crate::errno::Errno;
use crate::random::Random;
use alloc::{format, vec, vec::Vec};

/// A symbol: name, type, section, start and size.
type Entry = (&'static str, u8, u16, u64, u64);

const FUNCTION: u8 = abi::STT_FUNC;

/// Offset of the section headers in a file that [`file`] makes: behind the header and one program header.
const SECTIONS: usize = 64 + 56;

/// Offset of the symbols there: behind three section headers.
const SYMBOLS: usize = SECTIONS + 3 * 64;

/// Offset of the code in such a file, and the address at which it is loaded.
const CODE: u64 = 0x1000;
const BASE: u64 = 0x40_0000;

/// Bytes in memory as a file that counts what is read of it.
struct Memory<'a> {
    bytes: &'a [u8],
    read: usize,
}

impl ReadAt for Memory<'_> {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<()> {
        let start = usize::try_from(offset).map_err(|_| Errno::EFAULT)?;
        let end = start.checked_add(into.len()).ok_or(Errno::EFAULT)?;
        into.copy_from_slice(self.bytes.get(start..end).ok_or(Errno::EFAULT)?);
        self.read += into.len();
        Ok(())
    }
}

/// A file with a segment of 64 KiB of code (its bytes are not there) and these symbols, in a section of this type.
fn file(kind: u32, symbols: &[Entry]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut table = Vec::new();
    for &(name, kind, section, start, size) in symbols {
        let index = if name.is_empty() { 0 } else { strings.len() as u32 };
        table.extend(index.to_le_bytes());
        table.extend([kind, 0]);
        table.extend(section.to_le_bytes());
        table.extend(start.to_le_bytes());
        table.extend(size.to_le_bytes());
        strings.extend(name.bytes().chain([0]));
    }
    let mut bytes = Vec::from(*b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0");
    for long in [BASE, 64, SECTIONS as u64] {
        bytes.extend(long.to_le_bytes());
    }
    bytes.extend(0u32.to_le_bytes());
    for short in [64u16, 56, 1, 64, 3, 0] {
        bytes.extend(short.to_le_bytes());
    }
    bytes.extend([1u32, 5].iter().flat_map(|field| field.to_le_bytes()));
    for long in [CODE, BASE, BASE, 0x1_0000, 0x1_0000, 0x1000] {
        bytes.extend(long.to_le_bytes());
    }
    bytes.extend([0; 64]);
    let strings_at = SYMBOLS + table.len();
    section(&mut bytes, kind, SYMBOLS, table.len(), 2);
    section(&mut bytes, abi::SHT_STRTAB, strings_at, strings.len(), 0);
    bytes.extend(table);
    bytes.extend(strings);
    bytes
}

fn section(bytes: &mut Vec<u8>, kind: u32, offset: usize, size: usize, link: u32) {
    bytes.extend([0, kind].iter().flat_map(|field| field.to_le_bytes()));
    for long in [0, 0, offset as u64, size as u64] {
        bytes.extend(long.to_le_bytes());
    }
    bytes.extend([link, 0].iter().flat_map(|field| field.to_le_bytes()));
    bytes.extend([8u64, 24].iter().flat_map(|field| field.to_le_bytes()));
}

/// The function at an address, as text.
fn named(bytes: &[u8], address: u64) -> Option<alloc::string::String> {
    let mut memory = Memory { bytes, read: 0 };
    let found = function_at(&mut memory, address.wrapping_sub(BASE).wrapping_add(CODE));
    found.map(|function| format!("{function}"))
}

fn sample() -> Vec<u8> {
    file(
        abi::SHT_SYMTAB,
        &[
            ("", 0, 0, 0, 0),
            ("main", FUNCTION, 1, BASE + 0x100, 0x40),
            ("data", abi::STT_OBJECT, 1, BASE + 0x110, 0x40),
            ("outside", FUNCTION, 0, BASE + 0x100, 0x1000),
            ("outer", FUNCTION, 1, BASE + 0x200, 0x100),
            ("inner", abi::STT_GNU_IFUNC, 1, BASE + 0x240, 0x10),
            ("before", FUNCTION, 1, BASE - 0x100, 0),
            ("start", FUNCTION, 1, BASE + 0x400, 0),
            ("end", FUNCTION, 1, BASE + 0x500, 0x10),
        ],
    )
}

#[test]
fn the_innermost_function_is_named() {
    let file = sample();
    for (address, name) in [
        (0x100, "main+0x0"),
        (0x12f, "main+0x2f"),
        (0x200, "outer+0x0"),
        (0x240, "inner+0x0"),
        (0x24f, "inner+0xf"),
        (0x250, "outer+0x50"),
        (0x4ff, "start+0xff"),
        (0x50f, "end+0xf"),
    ] {
        assert_eq!(named(&file, BASE + address).as_deref(), Some(name), "{address:#x}");
    }
    // In front of the first, between two, behind the last; and outside of the segment.
    // A function without a size in another segment is not in question.
    for address in [0, 0xff, 0x140, 0x1ff, 0x300, 0x3ff, 0x510, 0xffff, 0x1_0000, 0u64.wrapping_sub(BASE)] {
        assert_eq!(named(&file, BASE.wrapping_add(address)), None, "{address:#x}");
    }
}

#[test]
fn data_is_in_no_function() {
    let mut file = sample();
    put(&mut file, 64 + 4, [6]);
    assert_eq!(named(&file, BASE + 0x100), None);
}

#[test]
fn a_table_that_is_cut_short_serves_as_far_as_it_goes() {
    let mut file = sample();
    put(&mut file, SECTIONS + 64 + 32, u64::MAX.to_le_bytes());
    file.resize(file.len() + PIECE, 0);
    assert_eq!(named(&file, BASE + 0x100).as_deref(), Some("main+0x0"));
}

#[test]
fn the_dynamic_linkers_symbols_serve_where_there_are_no_others() {
    let symbols: [Entry; 1] = [("open", FUNCTION, 1, BASE, 0x40)];
    assert_eq!(named(&file(abi::SHT_DYNSYM, &symbols), BASE + 4).as_deref(), Some("open+0x4"));
    assert_eq!(named(&file(abi::SHT_HASH, &symbols), BASE + 4), None);
    assert_eq!(named(&file(abi::SHT_SYMTAB, &[]), BASE), None);
}

#[test]
fn long_and_odd_names_stay_short_and_printable() {
    let long = "n".repeat(3 * NAME_MAX).leak();
    let name = |name| named(&file(abi::SHT_SYMTAB, &[(name, FUNCTION, 1, BASE, 1), ("x", 0, 0, 0, 0)]), BASE);
    assert_eq!(name(long), Some(format!("{}+0x0", "n".repeat(NAME_MAX))));
    assert_eq!(name("a\x1b[2Jb\nc").as_deref(), Some("a\\x1b[2Jb\\nc+0x0"));
    assert_eq!(name(""), None);
}

#[test]
fn many_symbols_are_read_in_pieces() {
    let symbols: Vec<Entry> = (0..1000).map(|n| ("f", FUNCTION, 1, BASE + 16 * n, 16)).collect();
    let file = file(abi::SHT_SYMTAB, &symbols);
    for n in (0..1000).step_by(37) {
        assert_eq!(named(&file, BASE + 16 * n + 7).as_deref(), Some("f+0x7"));
    }
}

/// Puts a number into a file, as long as the array.
fn put<const LENGTH: usize>(bytes: &mut [u8], at: usize, value: [u8; LENGTH]) {
    bytes[at..at + LENGTH].copy_from_slice(&value);
}

#[test]
fn fields_that_lead_nowhere_are_refused() {
    const HUGE: [u8; 8] = u64::MAX.to_le_bytes();
    const SYMTAB: usize = SECTIONS + 64;
    const STRTAB: usize = SYMTAB + 64;
    type Damage = fn(&mut Vec<u8>);
    let damages: [Damage; 14] = [
        |file| file.truncate(40),
        |file| file.truncate(SYMBOLS + 30),
        |file| file.truncate(file.len() - 30),
        |file| put(file, 0, [b'F']),
        |file| put(file, 4, [1]),
        |file| put(file, 5, [2]),
        |file| put(file, 32, HUGE),
        |file| put(file, 40, HUGE),
        |file| put(file, 60, [1, 0]),
        |file| put(file, SYMTAB + 24, HUGE),
        |file| put(file, SYMTAB + 40, u32::MAX.to_le_bytes()),
        |file| put(file, STRTAB + 24, HUGE),
        |file| put(file, STRTAB + 32, [1, 0, 0, 0, 0, 0, 0, 0]),
        |file| put(file, SYMBOLS + 24, u32::MAX.to_le_bytes()),
    ];
    for (n, damage) in damages.iter().enumerate() {
        let mut file = sample();
        damage(&mut file);
        assert_eq!(named(&file, BASE + 0x100), None, "damage {n}");
    }
}

/// A file without end, so that only the limits end the search.
struct Endless {
    head: Vec<u8>,
    read: usize,
}

impl ReadAt for Endless {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<()> {
        self.read += into.len();
        let head = self.head.get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        let length = head.len().min(into.len());
        into.fill(0);
        into[..length].copy_from_slice(&head[..length]);
        Ok(())
    }
}

#[test]
fn the_work_is_limited() {
    let mut head = file(abi::SHT_SYMTAB, &[]);
    put(&mut head, SECTIONS + 64 + 32, (u64::MAX / 2).to_le_bytes());
    let mut file = Endless { head, read: 0 };
    assert_eq!(function_at(&mut file, CODE), None);
    let symbols = SYMBOLS_MAX as usize * 24;
    assert!((symbols..symbols + 1024).contains(&file.read), "{}", file.read);
}

#[test]
fn damaged_files_are_survived() {
    let mut random = Random(0x5eed);
    let whole = sample();
    let mut named = 0;
    for _ in 0..30_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.below(6) {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] = random.next() as u8;
        }
        bytes.truncate(bytes.len() - random.below(3) as usize * random.below(40) as usize);
        let mut memory = Memory { bytes: &bytes, read: 0 };
        let found = function_at(&mut memory, CODE + random.below(0x600));
        let most = HEADER + SEGMENTS_MAX as usize * 56 + SECTIONS_MAX as usize * 64 + bytes.len() + NAME_MAX;
        assert!(memory.read <= most, "{} bytes were read", memory.read);
        named += usize::from(found.is_some_and(|function| !function.name.is_empty()));
    }
    assert!(named > 1000, "{named}");
}
