//! /proc/syscalls: how often each call was made since the boot.

use super::table::{COR, LINUX};
use crate::fs::proc::{self, Text};
use crate::task::TaskContext;
use core::fmt::{self, Write};
use logic::errno::Result;

/// Registers the file.
pub fn register() -> Result<()> {
    proc::register("syscalls", show)
}

/// A line a call that was made: number, name, how often, and whether it is not there; first Linux's, then Cor's own.
fn show(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    for (gate, table) in [("linux", &LINUX), ("cor", &COR)] {
        for (number, name, count) in table.counts().filter(|(.., count)| *count > 0) {
            let missing = if name.is_empty() { " missing" } else { "" };
            writeln!(text, "{gate} {number} {} {count}{missing}", table.name(number as u64))?;
        }
    }
    Ok(())
}
