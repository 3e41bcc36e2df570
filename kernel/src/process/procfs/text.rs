//! What a process was started with and keeps: its name, arguments, environment, limits and mounts.

use super::Subject;
use crate::fs::proc::{self, Text};
use crate::memory::AddressSpace;
use crate::process::Limit;
use crate::process::limits::UNLIMITED;
use crate::task::TaskContext;
use core::fmt::{self, Write};
use core::ops::Range;
use logic::errno::{Errno, Result};

/// The limits as Linux calls them, by number, with their units.
const LIMITS: [(&str, &str); 16] = [
    ("Max cpu time", "seconds"),
    ("Max file size", "bytes"),
    ("Max data size", "bytes"),
    ("Max stack size", "bytes"),
    ("Max core file size", "bytes"),
    ("Max resident set", "bytes"),
    ("Max processes", "processes"),
    ("Max open files", "files"),
    ("Max locked memory", "bytes"),
    ("Max address space", "bytes"),
    ("Max file locks", "locks"),
    ("Max pending signals", "signals"),
    ("Max msgqueue size", "bytes"),
    ("Max nice priority", ""),
    ("Max realtime priority", ""),
    ("Max realtime timeout", "us"),
];

/// `comm`
pub(super) fn name(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    put(text, subject.name().bytes())?;
    put(text, b"\n")
}

/// `cmdline`: the arguments as they lie in the program's memory; of one that has ended nothing.
pub(super) fn command_line(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    match subject.process.program() {
        Ok(program) => copy(ctx, &program.space, program.arguments.clone(), text),
        Err(_) => Ok(()),
    }
}

/// `environ`: likewise.
pub(super) fn environment(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    subject.check(ctx)?;
    match subject.process.program() {
        Ok(program) => copy(ctx, &program.space, program.environment.clone(), text),
        Err(_) => Ok(()),
    }
}

/// `limits`
pub(super) fn limits(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let limits = subject.process.limits();
    let head = ["Limit", "Soft Limit", "Hard Limit", "Units"];
    writeln!(text, "{:<25} {:<20} {:<20} {:<10}", head[0], head[1], head[2], head[3]).map_err(|_| Errno::ENOMEM)?;
    for (kind, (name, unit)) in LIMITS.iter().enumerate() {
        let Limit { soft, hard } = limits.get(kind as u32)?;
        write!(text, "{name:<25} {:<20} {:<20} ", Amount(soft), Amount(hard)).map_err(|_| Errno::ENOMEM)?;
        let unit = if unit.is_empty() { writeln!(text) } else { writeln!(text, "{unit:<10}") };
        unit.map_err(|_| Errno::ENOMEM)?;
    }
    Ok(())
}

/// `mounts`
pub(super) fn mounts(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    proc::show_mounts(&subject.lookup().map_err(|_| Errno::EINVAL)?.root, text)
}

/// `mountinfo`
pub(super) fn mount_info(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    proc::show_mount_info(&subject.lookup().map_err(|_| Errno::EINVAL)?.root, text)
}

struct Amount(u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            UNLIMITED => f.pad("unlimited"),
            amount => amount.fmt(f),
        }
    }
}

/// Copies a piece of a program's memory; up to what is not there.
fn copy(ctx: &TaskContext, space: &AddressSpace, range: Range<u64>, text: &mut Text) -> Result<()> {
    let mut at = range.start;
    while at < range.end {
        let mut piece = [0; 256];
        let length = piece.len().min((range.end - at) as usize);
        let piece = &mut piece[..length];
        if space.read(ctx, at, piece).is_err() {
            break;
        }
        put(text, piece)?;
        at += length as u64;
    }
    Ok(())
}

fn put(text: &mut Text, bytes: &[u8]) -> Result<()> {
    text.put(bytes).map_err(|_| Errno::ENOMEM)
}
