//! Function at an offset of an ELF file, by the symbol table that the file carries: elf(5).
//!
//! `process::signal` names by it where a program was killed. The file belongs to the program, may be damaged, and may
//! change while it is read: nothing in it is trusted, and the work is limited by [`SEGMENTS_MAX`], [`SECTIONS_MAX`]
//! and [`SYMBOLS_MAX`]. Names are returned as they stand in the table (mangled, for C++ and Rust).

use crate::errno::Result;
use arrayvec::ArrayVec;
use core::fmt;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::{Class, FileHeader, parse_ident};
use elf::parse::ParseAt;
use elf::section::SectionHeader;
use elf::segment::ProgramHeader;
use elf::symbol::Symbol;

/// Most program headers that are read; linkers make a dozen.
pub const SEGMENTS_MAX: u64 = 64;

/// Most section headers that are read; linkers make some forty.
pub const SECTIONS_MAX: u64 = 1024;

/// Most symbols that are read: 3 MiB of them. A static program with the C library has 2,000, a large C++ program
/// 100,000.
pub const SYMBOLS_MAX: u64 = 1 << 17;

/// Longest name that is returned whole, in bytes.
pub const NAME_MAX: usize = 96;

/// The size of the file's header.
const HEADER: usize = 64;

/// Bytes of a table that are read at once: whole entries of each of the three kinds (56, 64 and 24 bytes).
const PIECE: usize = 1344;

/// A file that is read piece by piece.
pub trait ReadAt {
    /// Reads the bytes from an offset on, all or none; any error ends the search.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<()>;
}

/// A place in a function: `main+0x12`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// The function's name, cut to [`NAME_MAX`] bytes.
    pub name: ArrayVec<u8, NAME_MAX>,
    /// Distance from its start, in bytes.
    pub offset: u64,
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:#x}", self.name.escape_ascii(), self.offset)
    }
}

/// Finds the function whose code lies at an offset of the file. `None`: no code is loaded from there, the file has no
/// symbols for it, or it is damaged. Of a table that is not all there, what is there serves.
pub fn function_at(file: &mut dyn ReadAt, offset: u64) -> Option<Function> {
    let header = read_header(file)?;
    let code = code_segment(file, &header, offset)?;
    let address = code.p_vaddr.checked_add(offset.checked_sub(code.p_offset)?)?;
    let table = symbol_section(file, &header)?;
    let symbol = best_symbol(file, &table, &code, address)?;
    let name = read_name(file, &header, &table, symbol.st_name)?;
    Some(Function { name, offset: address - symbol.st_value })
}

fn read_header(file: &mut dyn ReadAt) -> Option<FileHeader<LittleEndian>> {
    let mut bytes = [0; HEADER];
    file.read_at(0, &mut bytes).ok()?;
    let (ident, tail) = bytes.split_at(abi::EI_NIDENT);
    let ident = parse_ident::<LittleEndian>(ident).ok()?;
    let header = FileHeader::parse_tail(ident, tail).ok()?;
    (header.class == Class::ELF64).then_some(header)
}

/// The executable segment that loads a byte of the file.
fn code_segment(file: &mut dyn ReadAt, header: &FileHeader<LittleEndian>, offset: u64) -> Option<ProgramHeader> {
    let count = u64::from(header.e_phnum).min(SEGMENTS_MAX);
    for_each(file, header.e_phoff, count, |segment: ProgramHeader| {
        let is_code = segment.p_type == abi::PT_LOAD && segment.p_flags & abi::PF_X != 0;
        let inside = offset.checked_sub(segment.p_offset)?;
        (is_code && inside < segment.p_filesz).then_some(segment)
    })
}

/// The section with the symbols: those for debuggers, else those for the dynamic linker, which a stripped library
/// still has.
fn symbol_section(file: &mut dyn ReadAt, header: &FileHeader<LittleEndian>) -> Option<SectionHeader> {
    let count = u64::from(header.e_shnum).min(SECTIONS_MAX);
    let mut dynamic = None;
    let found = for_each(file, header.e_shoff, count, |section: SectionHeader| {
        if section.sh_type == abi::SHT_DYNSYM {
            dynamic = dynamic.or(Some(section));
        }
        (section.sh_type == abi::SHT_SYMTAB).then_some(section)
    });
    found.or(dynamic)
}

/// The innermost function around an address: by its size, or by its start if the table gives it no size and no other
/// begins between.
fn best_symbol(file: &mut dyn ReadAt, table: &SectionHeader, code: &ProgramHeader, address: u64) -> Option<Symbol> {
    let count = (table.sh_size / Symbol::size_for(Class::ELF64) as u64).min(SYMBOLS_MAX);
    let (mut around, mut before): (Option<Symbol>, Option<Symbol>) = (None, None);
    for_each(file, table.sh_offset, count, |symbol: Symbol| {
        let is_code = matches!(symbol.st_symtype(), abi::STT_FUNC | abi::STT_GNU_IFUNC) && !symbol.is_undefined();
        let inside = address.checked_sub(symbol.st_value).filter(|_| is_code)?;
        let later = |than: &Option<Symbol>| than.as_ref().is_none_or(|other| symbol.st_value > other.st_value);
        if inside < symbol.st_size && later(&around) {
            around = Some(symbol);
        } else if inside >= symbol.st_size && later(&before) {
            before = Some(symbol);
        }
        None::<()>
    });
    around.or(before.filter(|symbol| symbol.st_size == 0 && symbol.st_value >= code.p_vaddr))
}

/// A name in the strings of a symbol section; `None` if it is empty or outside of them.
fn read_name(
    file: &mut dyn ReadAt,
    header: &FileHeader<LittleEndian>,
    table: &SectionHeader,
    index: u32,
) -> Option<ArrayVec<u8, NAME_MAX>> {
    let link = u64::from(table.sh_link);
    let place = link.checked_mul(SectionHeader::size_for(Class::ELF64) as u64)?.checked_add(header.e_shoff)?;
    let strings = for_each(file, place, 1, Some::<SectionHeader>)?;
    let room = strings.sh_size.checked_sub(index.into())?.min(NAME_MAX as u64) as usize;
    let mut bytes = [0; NAME_MAX];
    let bytes = bytes.get_mut(..room)?;
    file.read_at(strings.sh_offset.checked_add(index.into())?, bytes).ok()?;
    let name: ArrayVec<u8, NAME_MAX> = bytes.iter().copied().take_while(|&byte| byte != 0).collect();
    (!name.is_empty()).then_some(name)
}

/// Reads a table's entries in order until `found` makes something of one, or the file ends.
fn for_each<E: ParseAt, R>(
    file: &mut dyn ReadAt,
    start: u64,
    count: u64,
    mut found: impl FnMut(E) -> Option<R>,
) -> Option<R> {
    let size = E::size_for(Class::ELF64);
    let mut bytes = [0; PIECE];
    let (mut at, mut left) = (start, count);
    while left > 0 {
        let entries = left.min((PIECE / size) as u64);
        let piece = bytes.get_mut(..entries as usize * size)?;
        file.read_at(at, piece).ok()?;
        for entry in piece.chunks_exact(size) {
            let entry = E::parse_at(LittleEndian, Class::ELF64, &mut 0, entry).ok()?;
            if let Some(result) = found(entry) {
                return Some(result);
            }
        }
        at = at.checked_add(piece.len() as u64)?;
        left -= entries;
    }
    None
}

#[cfg(test)]
#[path = "elf_function_tests.rs"]
mod tests;
