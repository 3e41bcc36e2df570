//! A program's file in its address space: elf(5). Nothing is read but the headers; pages come when they are touched.

use super::chance::pages_of;
use crate::fs::file::File;
use crate::memory::{AddressSpace, Pager, Place, Region, Sink};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;
use logic::address::{PAGE_SIZE, PageRange, UserAddr, round_up};
use logic::elf::{HEADER_SIZE, Header, Kind, Program, Segment};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

/// Where position-independent programs lie, but for a random distance: two thirds up the program's half, as on Linux.
const BASE: u64 = 0x5555_5555_4000;

/// How many pages a base may be moved by chance: 28 bits, as on Linux.
const BASE_SPREAD: u32 = 1 << 28;

/// How many pages the heap may be moved by chance: 32 MiB, as on Linux.
const HEAP_SPREAD: u32 = 1 << 13;

/// A program that has been mapped.
pub(super) struct Loaded {
    /// Where it starts.
    pub(super) entry: u64,
    /// Where its program headers are; 0 if they are not in memory.
    pub(super) headers: u64,
    /// The end of its last page.
    pub(super) end: u64,
}

/// Reads the headers of a file.
pub(super) fn read(ctx: &TaskContext, file: &dyn File) -> Result<Program> {
    let mut header = [0; HEADER_SIZE];
    read_at(ctx, file, 0, &mut header)?;
    let header = Header::parse(&header)?;
    let place = header.table();
    let size = (place.end - place.start) as usize;
    let mut table = Vec::new();
    table.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
    table.resize(size, 0);
    read_at(ctx, file, place.start, &mut table)?;
    Ok(header.program(&table)?)
}

/// Reads a name with the NUL at its end; `ENOEXEC` without one, `EIO` if the file ends before.
pub(super) fn read_name(ctx: &TaskContext, file: &dyn File, place: Range<u64>) -> Result<Vec<u8>> {
    let size = place.end.saturating_sub(place.start) as usize;
    let mut name = Vec::new();
    name.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
    name.resize(size, 0);
    read_at(ctx, file, place.start, &mut name).map_err(|_| Errno::EIO)?;
    if name.last() == Some(&0) { Ok(name) } else { Err(Errno::ENOEXEC) }
}

/// Maps all segments, at a base that has room for them.
pub(super) fn load(
    ctx: &TaskContext,
    space: &AddressSpace,
    program: &Program,
    pager: Arc<dyn Pager>,
    base: u64,
) -> Result<Loaded> {
    for segment in &program.segments {
        map(ctx, space, segment, base, &pager)?;
    }
    let at_base = |address: u64| base.checked_add(address).ok_or(Errno::ENOEXEC);
    Ok(Loaded {
        entry: at_base(program.entry)?,
        headers: program.headers_address.map_or(Ok(0), at_base)?,
        end: at_base(program.span().end())?,
    })
}

/// Where the heap begins for a program that ends there.
pub(super) fn heap_after(end: u64, chance: u32) -> Result<u64> {
    let distance = pages_of(chance, HEAP_SPREAD);
    round_up(end).and_then(|end| end.checked_add(distance)).ok_or(Errno::ENOMEM)
}

/// Where a program is loaded in an empty space.
pub(super) fn choose_base(program: &Program, chance: u32) -> u64 {
    match program.kind {
        Kind::Fixed => 0,
        Kind::Relocatable => {
            let somewhere = BASE + pages_of(chance, BASE_SPREAD);
            (somewhere & !(program.align - 1)).wrapping_sub(program.span().start() & !(program.align - 1))
        }
    }
}

fn map(ctx: &TaskContext, space: &AddressSpace, segment: &Segment, base: u64, pager: &Arc<dyn Pager>) -> Result<()> {
    let access = Access::from_bits_truncate(segment.access.bits());
    let start = base.wrapping_add(segment.address);
    let whole = PageRange::around(start, segment.memory_size)?;
    let from_file = PageRange::around(start, segment.file_size)?;
    if segment.file_size > 0 {
        let offset = segment.file_offset - start % PAGE_SIZE as u64;
        let region = Region::private(access, pager.clone(), offset);
        space.map(ctx, Place::Exactly(from_file.start()), from_file.length(), region)?;
    }
    let zeros = if segment.file_size > 0 { from_file.end() } else { whole.start() };
    if whole.end() > zeros {
        space.map(ctx, Place::Exactly(zeros), whole.end() - zeros, Region::anonymous(access))?;
    }
    // What follows the file's bytes in their last page is not the segment's.
    let tail = zeros - (start + segment.file_size).min(zeros);
    if segment.memory_size > segment.file_size && tail > 0 && access.contains(Access::WRITE) && segment.file_size > 0 {
        let tail = tail as usize;
        let mut sink = Sink::user(space, UserAddr::new(start + segment.file_size)?, tail);
        if sink.zero(ctx, tail)? < tail {
            return Err(Errno::EFAULT);
        }
    }
    Ok(())
}

/// Fills all of `into`; `ENOEXEC` if the file ends before.
fn read_at(ctx: &TaskContext, file: &dyn File, position: u64, into: &mut [u8]) -> Result<()> {
    let wanted = into.len();
    let mut sink = Sink::kernel(into);
    while sink.written() < wanted {
        if file.read(ctx, position + sink.written() as u64, &mut sink)? == 0 {
            return Err(Errno::ENOEXEC);
        }
    }
    Ok(())
}
