//! /proc/iomem and /proc/ioports: ranges of physical memory and of I/O ports with their owners; proc(5).

use crate::{
    fs::proc::{self, Text},
    process::caller,
    task::TaskContext,
};
use core::fmt::{self, Write};
use linux_raw_sys::general::CAP_SYS_ADMIN;
use logic::errno::Result;
use machine::resource::{Space, for_each};

/// Registers the files.
pub(super) fn register() -> Result<()> {
    proc::register("iomem", |ctx: &TaskContext, text: &mut Text| show(ctx, text, Space::Memory, 8))?;
    proc::register("ioports", |ctx: &TaskContext, text: &mut Text| show(ctx, text, Space::Ports, 4))
}

/// A line a range, below those that contain it. Addresses are zeros for who has no CAP_SYS_ADMIN: on Linux when it opened the file,
/// here when it reads it.
fn show(ctx: &TaskContext, text: &mut Text, space: Space, digits: usize) -> fmt::Result {
    let may_see = caller(ctx).is_some_and(|thread| thread.process.credentials().may(CAP_SYS_ADMIN));
    for_each(space, |depth, range| {
        let (first, last) = if may_see { (range.first, range.last) } else { (0, 0) };
        writeln!(text, "{:1$}{first:0digits$x}-{last:0digits$x} : {2}", "", depth * 2, range.name)
    })
}
