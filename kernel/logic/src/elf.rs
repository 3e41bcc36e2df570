//! What a program's file says about where it wants to be: ELF64 for x86-64, elf(5).
//!
//! `process::exec` reads the header, then the program headers that it points to, and maps the segments. The file may be anything
//! at all: whatever does not fit in a program's half of the memory is refused here, so nobody else has to check. A segment may
//! reach beyond the file's end, as on Linux: who touches it there gets SIGBUS.
//!
//! One thing goes beyond Linux, which starts such programs and then kills them: segments that have bytes in common are refused with
//! `ENOEXEC`.

use crate::address::{Access, PAGE_SIZE, PageRange, USER_END, UserAddr};
use crate::errno::{Errno, Result};
use arrayvec::ArrayVec;
use core::ops::Range;
use elf::abi;
use elf::endian::LittleEndian;
use elf::file::{Class, FileHeader, parse_ident};
use elf::segment::{ProgramHeader, SegmentTable};

/// How many segments a program may load. Linkers make four to six; a `Program` lies on the kernel's stack.
pub const SEGMENTS_MAX: usize = 16;

/// The lowest address that a program may ask for, so that pointers near zero stay invalid; as Linux's `mmap_min_addr`.
pub const LOWEST_ADDRESS: u64 = 65536;

/// The size of the file's header.
pub const HEADER_SIZE: usize = 64;

/// The size of a program header.
pub const PROGRAM_HEADER_SIZE: usize = 56;

/// The largest table of program headers that Linux reads.
const TABLE_MAX: usize = 65536;

/// The size of the largest file.
const FILE_MAX: u64 = i64::MAX as u64;

/// The longest name of an interpreter, as in Linux.
const INTERPRETER_MAX: u64 = 4096;

/// Why a file is no program that can be run, in words for the log and as an error for the caller of execve(2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What execve(2) returns.
    pub errno: Errno,
    /// What is wrong with the file.
    pub reason: &'static str,
}

/// Whether a program chose its addresses itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// All addresses are final (`ET_EXEC`).
    Fixed,
    /// All addresses count from a base that the kernel chooses (`ET_DYN`: static PIE, shared objects).
    Relocatable,
}

/// The header of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    kind: Kind,
    entry: u64,
    table_offset: u64,
    table_count: u16,
}

/// A program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Whether addresses are final or count from a base.
    pub kind: Kind,
    /// Where it starts. As in Linux, this may be a place where nothing is: then it starts with a fault.
    pub entry: u64,
    /// What to load, in the order of the file. No two have bytes in common, but they may share a page: then the whole page is that
    /// of the later segment, as in Linux. There is at least one.
    pub segments: ArrayVec<Segment, SEGMENTS_MAX>,
    /// Where the program headers are once it is loaded, if they are (`AT_PHDR`).
    pub headers_address: Option<u64>,
    /// How many program headers there are (`AT_PHNUM`).
    pub headers: u16,
    /// To what the base must be aligned: a power of two, at least a page.
    pub align: u64,
    /// Where in the file the name of its interpreter stands, the NUL at its end included; perhaps beyond the file's end.
    pub interpreter: Option<Range<u64>>,
    /// Whether it wants to execute code on its stack.
    pub stack_executable: bool,
}

/// A part of a program that is loaded as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// Where it begins.
    pub address: u64,
    /// How large it is; what the file does not have is zeros.
    pub memory_size: u64,
    /// Where its bytes begin in the file; as far into a page as the address, unless `file_size` is 0.
    pub file_offset: u64,
    /// How many bytes the file has.
    pub file_size: u64,
    /// What the program may do there.
    pub access: Access,
}

/// Reads a program whose program headers are in `bytes`, the start of a file, as they nearly always are.
pub fn parse(bytes: &[u8]) -> Result<Program, Refusal> {
    let header = Header::parse(bytes)?;
    let table = header.table();
    let place = usize::try_from(table.start).ok().zip(usize::try_from(table.end).ok());
    match place.and_then(|(start, end)| bytes.get(start..end)) {
        Some(table) => header.program(table),
        None => refuse("its program headers are not at its start"),
    }
}

impl Header {
    /// Reads the header from the first bytes of the file.
    pub fn parse(bytes: &[u8]) -> Result<Header, Refusal> {
        let not_elf = Refusal { errno: Errno::ENOEXEC, reason: "it is no ELF file" };
        let head = bytes.get(..HEADER_SIZE).ok_or(not_elf)?;
        let (ident, tail) = head.split_at(abi::EI_NIDENT);
        let ident = parse_ident::<LittleEndian>(ident).map_err(|_| not_elf)?;
        let header = FileHeader::parse_tail(ident, tail).map_err(|_| not_elf)?;
        if header.class != Class::ELF64 || header.e_machine != abi::EM_X86_64 {
            return refuse("it is for another processor");
        }
        let kind = match header.e_type {
            abi::ET_EXEC => Kind::Fixed,
            abi::ET_DYN => Kind::Relocatable,
            _ => return refuse("it is neither a program nor a shared object"),
        };
        let size = usize::from(header.e_phnum) * PROGRAM_HEADER_SIZE;
        if usize::from(header.e_phentsize) != PROGRAM_HEADER_SIZE || size == 0 || size > TABLE_MAX {
            return refuse("its program headers have no size that can be");
        }
        if header.e_phoff.checked_add(size as u64).is_none() {
            return refuse("its program headers are beyond its end");
        }
        if header.e_entry >= USER_END {
            return Err(Refusal { errno: Errno::EINVAL, reason: "it starts outside a program's memory" });
        }
        Ok(Header { kind, entry: header.e_entry, table_offset: header.e_phoff, table_count: header.e_phnum })
    }

    /// Where in the file the program headers are; at most 64 KiB, perhaps beyond its end.
    pub fn table(&self) -> Range<u64> {
        self.table_offset..self.table_offset + self.table_size() as u64
    }

    /// Reads the program out of its program headers, which the caller read from [`Header::table`].
    pub fn program(&self, table: &[u8]) -> Result<Program, Refusal> {
        let Some(table) = table.get(..self.table_size()) else {
            return refuse("its program headers are beyond its end");
        };
        let mut program = Program {
            kind: self.kind,
            entry: self.entry,
            segments: ArrayVec::new(),
            headers_address: None,
            headers: self.table_count,
            align: PAGE_SIZE as u64,
            interpreter: None,
            stack_executable: false,
        };
        for header in SegmentTable::new(LittleEndian, Class::ELF64, table).iter() {
            match header.p_type {
                abi::PT_LOAD => program.load(&header)?,
                // Linux minds the first only.
                abi::PT_INTERP if program.interpreter.is_none() => program.interpreter = Some(interpreter(&header)?),
                abi::PT_GNU_STACK => program.stack_executable = header.p_flags & abi::PF_X != 0,
                _ => {}
            }
        }
        if program.segments.is_empty() {
            return refuse("it has nothing to load");
        }
        program.headers_address = program.address_of(self.table_offset);
        Ok(program)
    }

    fn table_size(&self) -> usize {
        usize::from(self.table_count) * PROGRAM_HEADER_SIZE
    }
}

impl Program {
    /// The pages from the first to the last that it loads, as if its base were 0.
    pub fn span(&self) -> PageRange {
        let mut pages = self.segments.iter().map(Segment::pages);
        let first = pages.next().unwrap_or_default();
        pages.fold(first, PageRange::hull)
    }

    /// Adds a segment, if it can be loaded.
    fn load(&mut self, header: &ProgramHeader) -> Result<(), Refusal> {
        let segment = Segment {
            address: header.p_vaddr,
            memory_size: header.p_memsz,
            file_offset: header.p_offset,
            file_size: header.p_filesz,
            access: access(header.p_flags),
        };
        if header.p_align.is_power_of_two() {
            self.align = self.align.max(header.p_align);
        }
        segment.validate(self.kind)?;
        if segment.memory_size == 0 {
            return Ok(());
        }
        if self.segments.iter().any(|other| other.overlaps(&segment)) {
            return refuse("its segments overlap");
        }
        match self.segments.try_push(segment) {
            Ok(()) => Ok(()),
            Err(_) => refuse("it has too many segments"),
        }
    }

    /// Where a byte of the file is once the program is loaded.
    fn address_of(&self, offset: u64) -> Option<u64> {
        self.segments.iter().find_map(|segment| {
            let inside = offset.checked_sub(segment.file_offset).filter(|&inside| inside < segment.file_size)?;
            Some(segment.address + inside)
        })
    }
}

impl Segment {
    /// The pages that it lies in.
    pub fn pages(&self) -> PageRange {
        // It was checked that it ends in a program's half, which ends with a page.
        PageRange::around(self.address, self.memory_size).unwrap_or_default()
    }

    /// The address behind its last byte.
    pub fn end(&self) -> u64 {
        self.address + self.memory_size
    }

    fn overlaps(&self, other: &Segment) -> bool {
        self.address < other.end() && other.address < self.end()
    }

    fn validate(&self, kind: Kind) -> Result<(), Refusal> {
        let invalid = |reason| Err(Refusal { errno: Errno::EINVAL, reason });
        if self.file_size > self.memory_size {
            return invalid("a segment is larger in the file than in memory");
        }
        if self.address.checked_add(self.memory_size).is_none_or(|end| end > USER_END) {
            return invalid("a segment is outside a program's memory");
        }
        if self.memory_size > 0 && kind == Kind::Fixed && self.address < LOWEST_ADDRESS {
            return refuse("a segment is below the lowest address that a program may have");
        }
        if self.file_size == 0 {
            return Ok(());
        }
        if self.file_offset % PAGE_SIZE as u64 != self.address % PAGE_SIZE as u64 {
            return invalid("a segment lies differently in its page than in the file's");
        }
        if self.file_offset.checked_add(self.file_size).is_none_or(|end| end > FILE_MAX) {
            return refuse("a segment is beyond any file's end");
        }
        Ok(())
    }
}

impl From<Refusal> for Errno {
    fn from(refusal: Refusal) -> Errno {
        refusal.errno
    }
}

fn refuse<T>(reason: &'static str) -> Result<T, Refusal> {
    Err(Refusal { errno: Errno::ENOEXEC, reason })
}

fn interpreter(header: &ProgramHeader) -> Result<Range<u64>, Refusal> {
    match header.p_offset.checked_add(header.p_filesz) {
        Some(end) if end <= FILE_MAX && (2..=INTERPRETER_MAX).contains(&header.p_filesz) => Ok(header.p_offset..end),
        _ => refuse("the name of its interpreter is no name"),
    }
}

fn access(flags: u32) -> Access {
    let mut access = Access::empty();
    access.set(Access::READ, flags & abi::PF_R != 0);
    access.set(Access::WRITE, flags & abi::PF_W != 0);
    access.set(Access::EXECUTE, flags & abi::PF_X != 0);
    access
}

/// An address of a program that was loaded at a base.
pub fn at_base(base: u64, address: u64) -> Result<UserAddr> {
    UserAddr::new(base)?.add(address)
}

#[cfg(test)]
#[path = "elf_tests.rs"]
mod tests;
