//! What a process has mapped: `maps`, `statm`, and the sums for `status`.

use super::{Subject, pages};
use crate::fs::inode::DeviceNumber;
use crate::fs::proc::Text;
use crate::memory::{Content, Region, Role};
use crate::process::Program;
use crate::task::TaskContext;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use logic::address::{PAGE_SIZE, PageRange};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

/// Where a region's name begins in its line.
pub(super) const NAME_COLUMN: usize = 73;

/// Sizes in pages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    /// All regions.
    pub(super) all: u64,
    /// Pages that are there.
    pub(super) resident: u64,
    /// Private and writable, but for the stack.
    pub(super) data: u64,
    /// The stack.
    pub(super) stack: u64,
    /// What can be run.
    pub(super) text: u64,
    /// The most that `all` ever was.
    pub(super) most: u64,
    /// Locked.
    pub(super) locked: u64,
    /// Where what can be run begins and ends, in bytes.
    pub(super) code: (u64, u64),
    /// Where the program's writable part begins and ends.
    pub(super) writable: (u64, u64),
}

/// Sums up a program's regions.
pub(super) fn sum(ctx: &TaskContext, program: &Program) -> Sizes {
    let mut sizes = Sizes {
        resident: program.space.machine().resident() as u64,
        most: program.space.most_size(ctx) / PAGE_SIZE as u64,
        locked: program.space.locked(ctx) / PAGE_SIZE as u64,
        ..Sizes::default()
    };
    program.space.for_each_region(ctx, |range, region| {
        let is_file = matches!(region.content, Content::Paged { .. });
        if is_file && sizes.code == (0, 0) && region.access.contains(Access::EXECUTE) {
            sizes.code = (range.start(), range.end());
        }
        if is_file && sizes.writable == (0, 0) && region.access.contains(Access::WRITE) {
            sizes.writable = (range.start(), range.end());
        }
        let pages = range.pages();
        sizes.all += pages;
        if region.role == Role::Stack {
            sizes.stack += pages;
        } else if region.access.contains(Access::EXECUTE) {
            sizes.text += pages;
        } else if region.access.contains(Access::WRITE) && !region.shared {
            sizes.data += pages;
        }
    });
    sizes
}

/// `statm`: in pages: all, resident, of those the ones that others may share, text, 0, data and stack, 0.
pub(super) fn sizes(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let program = subject.process.program().ok();
    let sizes = program.as_ref().map(|program| sum(ctx, program)).unwrap_or_default();
    let pages = program.map(|program| pages::all(ctx, &program)).unwrap_or_default();
    let Sizes { all, data, stack, text: code, .. } = sizes;
    let (resident, shared) = (pages.resident(), pages.file + pages.shared_memory);
    writeln!(text, "{all} {resident} {shared} {code} 0 {} 0", data + stack).map_err(|_| Errno::ENOMEM)
}

/// `maps`
pub(super) fn maps(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    for_each(ctx, subject, |_, range, region| line(range, region, text).map_err(|_| Errno::ENOMEM))
}

/// Shows every region, if who asks may see them; with nothing locked.
pub(super) fn for_each(
    ctx: &TaskContext,
    subject: &Subject,
    mut show: impl FnMut(&Program, PageRange, &Region) -> Result<()>,
) -> Result<()> {
    subject.check(ctx)?;
    let Ok(program) = subject.process.program() else { return Ok(()) };
    // The list is copied first, since names cannot be looked up with the regions locked.
    let mut regions: Vec<(PageRange, Region)> = Vec::new();
    let mut fits = true;
    program.space.for_each_region(ctx, |range, region| {
        fits = fits && regions.try_reserve(1).is_ok();
        if fits {
            regions.push((range, region.clone()));
        }
    });
    if !fits {
        return Err(Errno::ENOMEM);
    }
    regions.iter().try_for_each(|(range, region)| show(&program, *range, region))
}

/// A region's line.
pub(super) fn line(range: PageRange, region: &Region, text: &mut Text) -> fmt::Result {
    let (offset, device, inode) = match &region.content {
        Content::Anonymous => (0, 0, 0),
        Content::Paged { pager, offset } => {
            let (device, inode) = pager.identity();
            (*offset, device, inode)
        }
    };
    let number = DeviceNumber::decode(device);
    let start = text.length();
    text.hexadecimal(range.start(), 8)?;
    text.put(b"-")?;
    text.hexadecimal(range.end(), 8)?;
    text.put(b" ")?;
    text.put(&region.marks())?;
    text.put(b" ")?;
    text.hexadecimal(offset, 8)?;
    text.put(b" ")?;
    text.hexadecimal(number.major.into(), 2)?;
    text.put(b":")?;
    text.hexadecimal(number.minor.into(), 2)?;
    text.put(b" ")?;
    text.decimal(inode, 1)?;
    text.put(b" ")?;
    let name = region.name();
    if !name.is_empty() {
        text.pad(start + NAME_COLUMN)?;
    }
    for (index, part) in name.split(|&byte| byte == b'\n').enumerate() {
        if index > 0 {
            text.put(b"\\012")?;
        }
        text.put(part)?;
    }
    text.put(b"\n")
}
