//! Writes the bootable kernel: what is loaded, the notes, and the symbol table; nothing else.
//!
//! The linked ELF holds debug sections, which GRUB would load as well; they stay behind. The symbol table gets a segment of its
//! own at the linker script's `__symbols_start`, the end of the kernel in memory. All segments stand where their offset in the
//! file and their address agree in the page, as loaders like them, in the order of the linked file: so the Multiboot2 header
//! stays near the beginning.

use anyhow::{Context, Result, ensure};
use object::elf::{FileHeader64, PF_R, PT_LOAD, PT_NOTE, PT_PHDR, ProgramHeader64};
use object::endian::{LittleEndian, U16, U32, U64};
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Object, ObjectSymbol};

type Header = FileHeader64<LittleEndian>;
type Segment = ProgramHeader64<LittleEndian>;

const LE: LittleEndian = LittleEndian;
const PAGE: u64 = 4096;
const FILE_HEADER: usize = size_of::<Header>();
const SEGMENT_HEADER: usize = size_of::<Segment>();

/// A segment of the new file and its bytes.
struct Part<'a> {
    header: Segment,
    data: &'a [u8],
}

/// The bootable kernel, with `table` at `__symbols_start`.
pub fn finish(linked: &[u8], table: &[u8]) -> Result<Vec<u8>> {
    let header = Header::parse(linked).context("this is not an ELF64 file")?;
    let start = object::File::parse(linked)?
        .symbols()
        .find(|symbol| symbol.name() == Ok("__symbols_start"))
        .map(|symbol| symbol.address())
        .context("the kernel has no symbol __symbols_start")?;
    let mut parts = Vec::new();
    for segment in header.program_headers(LE, linked)? {
        let kind = segment.p_type(LE);
        if kind == PT_PHDR || (kind == PT_LOAD && segment.p_vaddr(LE) == start) || segment.p_memsz(LE) == 0 {
            continue;
        }
        let data = segment.data(LE, linked).ok().context("a segment lies outside of the file")?;
        parts.push(Part { header: *segment, data });
    }
    parts.push(symbols_part(&parts, start, table, linked.len() as u64)?);
    Ok(write(header, parts))
}

/// The symbol table of a bootable kernel: its last segment in memory.
pub fn symbols(kernel: &[u8]) -> Result<&[u8]> {
    let header = Header::parse(kernel).context("this is not an ELF64 file")?;
    let segments = header.program_headers(LE, kernel)?.iter().filter(|segment| segment.p_type(LE) == PT_LOAD);
    let last = segments.max_by_key(|segment| segment.p_vaddr(LE)).context("the kernel has nothing to load")?;
    last.data(LE, kernel).ok().context("a segment lies outside of the file")
}

/// Whether a bootable kernel was made of this linked one.
pub fn is_made_of(kernel: &[u8], linked: &[u8]) -> bool {
    symbols(kernel).and_then(|table| finish(linked, table)).is_ok_and(|made| made == kernel)
}

/// The segment of the symbol table: behind everything else, in memory (by the distance that the upper half has from physical
/// memory) and in the file, where it takes the place `offset` in the order.
fn symbols_part<'a>(parts: &[Part<'_>], start: u64, table: &'a [u8], offset: u64) -> Result<Part<'a>> {
    let last = parts
        .iter()
        .filter(|part| part.header.p_type(LE) == PT_LOAD)
        .max_by_key(|part| part.header.p_vaddr(LE))
        .context("the kernel has nothing to load")?;
    let end = last.header.p_vaddr(LE) + last.header.p_memsz(LE);
    ensure!(start >= end, "__symbols_start ({start:#x}) lies within the kernel, which ends at {end:#x}");
    ensure!(start.is_multiple_of(PAGE), "__symbols_start ({start:#x}) is not the start of a page");
    let length = table.len() as u64;
    let physical = start - last.header.p_vaddr(LE) + last.header.p_paddr(LE);
    let header = Segment {
        p_type: U32::new(LE, PT_LOAD),
        p_flags: U32::new(LE, PF_R),
        p_offset: U64::new(LE, offset),
        p_vaddr: U64::new(LE, start),
        p_paddr: U64::new(LE, physical),
        p_filesz: U64::new(LE, length),
        p_memsz: U64::new(LE, length),
        p_align: U64::new(LE, PAGE),
    };
    Ok(Part { header, data: table })
}

/// Lays the parts out and writes the file.
fn write(header: &Header, mut parts: Vec<Part<'_>>) -> Vec<u8> {
    let mut file = vec![0; FILE_HEADER + parts.len() * SEGMENT_HEADER];
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&n| (parts[n].header.p_type(LE) != PT_LOAD, parts[n].header.p_offset(LE)));
    let mut placed: Vec<(u64, u64, u64)> = Vec::new();
    for n in order {
        let part = &mut parts[n];
        let (old, size) = (part.header.p_offset(LE), part.data.len() as u64);
        let inside = placed.iter().find(|&&(from, length, _)| old >= from && old + size <= from + length);
        // What lies within a loaded segment (notes, the stack's mark) is told of, not written twice.
        let new = match inside.filter(|_| part.header.p_type(LE) != PT_LOAD) {
            Some(&(from, _, to)) => old - from + to,
            None => append(&mut file, part),
        };
        part.header.p_offset = U64::new(LE, new);
        placed.push((old, size, new));
    }
    let file_header = Header {
        e_phoff: U64::new(LE, FILE_HEADER as u64),
        e_phnum: U16::new(LE, parts.len() as u16),
        e_shoff: U64::new(LE, 0),
        e_shnum: U16::new(LE, 0),
        e_shstrndx: U16::new(LE, object::elf::SymbolSection(0)),
        ..*header
    };
    file[..FILE_HEADER].copy_from_slice(object::bytes_of(&file_header));
    for (n, part) in parts.iter().enumerate() {
        let at = FILE_HEADER + n * SEGMENT_HEADER;
        file[at..at + SEGMENT_HEADER].copy_from_slice(object::bytes_of(&part.header));
    }
    file
}

/// Appends a part's bytes where its address asks for; gives their offset.
fn append(file: &mut Vec<u8>, part: &Part<'_>) -> u64 {
    let unit = if part.header.p_type(LE) == PT_NOTE { 8 } else { PAGE };
    let here = file.len() as u64;
    let offset = here + (part.header.p_vaddr(LE) % unit + unit - here % unit) % unit;
    file.resize(offset as usize, 0);
    file.extend_from_slice(part.data);
    offset
}
