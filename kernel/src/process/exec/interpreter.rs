//! The program that loads another one's libraries and then starts it: `PT_INTERP` in elf(5), ld.so(8). It is a second image in the same
//! space; the program itself is mapped already, and is what the auxiliary vector tells of.

use super::segments::{self, Loaded};
use super::{Opened, Starter, find, open};
use crate::memory::{AddressSpace, Place, Region};
use crate::task::TaskContext;
use core::ops::Range;
use logic::address::{PAGE_SIZE, PageRange};
use logic::elf::{HEADER_SIZE, Kind, Program};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

/// An interpreter that can be loaded.
pub(super) struct Interpreter {
    opened: Opened,
    elf: Program,
}

/// Finds the interpreter whose name stands at this place in a program's file. `ENOEXEC` if that is no name, `EIO` if a file ends too
/// soon, `ELIBBAD` if there is no program there, and what opening it says.
pub(super) fn read(ctx: &TaskContext, starter: &Starter, program: &Opened, name: Range<u64>) -> Result<Interpreter> {
    let text = segments::read_name(ctx, &*program.file, name)?;
    let path = text.split(|&byte| byte == 0).next().unwrap_or_default();
    let opened = open(ctx, starter, find(ctx, starter, path)?)?;
    if opened.length < HEADER_SIZE as u64 {
        return Err(Errno::EIO);
    }
    let elf = segments::read(ctx, &*opened.file).map_err(|error| match error {
        Errno::ENOEXEC | Errno::EINVAL => Errno::ELIBBAD,
        error => error,
    })?;
    Ok(Interpreter { opened, elf })
}

impl Interpreter {
    /// Maps it where there is room; the result has its base.
    pub(super) fn load(&self, ctx: &TaskContext, space: &AddressSpace) -> Result<(Loaded, u64)> {
        let base = match self.elf.kind {
            Kind::Fixed => 0,
            Kind::Relocatable => find_base(ctx, space, &self.elf)?,
        };
        let pager = self.opened.executable.path().mapped(self.opened.file.pager()?);
        Ok((segments::load(ctx, space, &self.elf, pager, base)?, base))
    }
}

/// A base at which all segments have room.
fn find_base(ctx: &TaskContext, space: &AddressSpace, elf: &Program) -> Result<u64> {
    let (span, align) = (elf.span(), elf.align);
    let length = span.length().checked_add(align - PAGE_SIZE as u64).ok_or(Errno::ENOMEM)?;
    let room = space.map(ctx, Place::Near(0), length, Region::anonymous(Access::empty()))?;
    space.unmap(ctx, PageRange::new(room.get(), length)?)?;
    Ok(room.get().wrapping_sub(span.start()).wrapping_add(align - 1) & !(align - 1))
}
