//! What is in the folder of a process or thread, a line each.

use super::{Subject, caller};
use super::{about, memory, pages, stat, text};
use crate::fs::proc::Text;
use crate::process::Name;
use crate::process::watch::parse_plan;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::fmt::Write;
use logic::errno::{Errno, Result};
use machine::inject::Kind;

/// One entry: its name, its mode, what it is.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) mode: u16,
    pub(super) what: What,
}

/// What an entry is.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// A text.
    Text(fn(&TaskContext, &Subject, &mut Text) -> Result<()>),
    /// A text that can be written to.
    Setting(fn(&TaskContext, &Subject, &mut Text) -> Result<()>, fn(&TaskContext, &Subject, &[u8]) -> Result<()>),
    /// A link to a place.
    Link(super::links::Place),
    /// The open files, or what is known of them.
    Descriptors { told: bool },
    /// The memory.
    Memory,
    /// The threads.
    Tasks,
}

/// The numbers of files: the folder itself, then its entries, then its descriptors.
pub(super) const FOLDER: u32 = 0;
pub(super) const FIRST: u32 = 1;
pub(super) const FIRST_DESCRIPTOR: u32 = 1 << 8;

const fn entry(name: &'static str, mode: u16, what: What) -> Entry {
    Entry { name, mode, what }
}

/// The entries of a process's folder, and of a thread's, by name: the last but one is a process's alone, the last a thread's.
pub(super) static ENTRIES: &[Entry] = &[
    entry("auxv", 0o400, What::Text(about::auxiliary)),
    entry("cmdline", 0o444, What::Text(text::command_line)),
    entry("comm", 0o644, What::Setting(text::name, set_name)),
    entry("cwd", 0o777, What::Link(super::links::Place::Cwd)),
    entry("environ", 0o400, What::Text(text::environment)),
    entry("exe", 0o777, What::Link(super::links::Place::Program)),
    entry("fail", 0o600, What::Setting(failure, set_failure)),
    entry("fd", 0o500, What::Descriptors { told: false }),
    entry("fdinfo", 0o555, What::Descriptors { told: true }),
    entry("limits", 0o444, What::Text(text::limits)),
    entry("maps", 0o444, What::Text(memory::maps)),
    entry("mem", 0o600, What::Memory),
    entry("mountinfo", 0o444, What::Text(text::mount_info)),
    entry("mounts", 0o444, What::Text(text::mounts)),
    entry("mountstats", 0o400, What::Text(about::mounts)),
    entry("oom_score", 0o444, What::Text(about::score)),
    entry("oom_score_adj", 0o644, What::Setting(about::adjustment, about::set_adjustment)),
    entry("personality", 0o400, What::Text(about::personality)),
    entry("root", 0o777, What::Link(super::links::Place::Root)),
    entry("sched", 0o444, What::Text(about::schedule)),
    entry("schedstat", 0o444, What::Text(stat::schedule)),
    entry("smaps", 0o444, What::Text(pages::each)),
    entry("smaps_rollup", 0o444, What::Text(pages::sums)),
    entry("stack", 0o400, What::Text(stat::stack)),
    entry("stat", 0o444, What::Text(stat::stat)),
    entry("statm", 0o444, What::Text(memory::sizes)),
    entry("status", 0o444, What::Text(stat::status)),
    entry("trace", 0o644, What::Setting(trace, set_trace)),
    entry("wchan", 0o444, What::Text(about::waits_in)),
    // A process has the first and its threads the other.
    entry("task", 0o555, What::Tasks),
    entry("children", 0o444, What::Text(about::children)),
];

/// Takes a new name; what is too long is cut.
fn set_name(ctx: &TaskContext, subject: &Subject, bytes: &[u8]) -> Result<()> {
    // Only threads of the same process may rename one.
    let own = caller(ctx).is_some_and(|thread| Arc::ptr_eq(&thread.process, &subject.process));
    if !own {
        return Err(Errno::EINVAL);
    }
    let end = bytes.iter().position(|&byte| byte == 0 || byte == b'\n').unwrap_or(bytes.len());
    match subject.first_thread() {
        Some(thread) => thread.set_name(Name::new(&bytes[..end])),
        None => subject.process.set_name(Name::new(&bytes[..end])),
    }
    Ok(())
}

/// What is to fail in its system calls (`KIND N`), or `KIND 0`, the call in which it did, and its errno.
fn failure(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let Some(failure) = subject.process.watch.failure() else { return Ok(()) };
    let (kind, left) = (failure.plan.kind(), failure.plan.left());
    let name = Kind::ALL.iter().find(|(one, _)| *one == kind).map_or("", |(_, name)| name);
    let told = match failure.met() {
        None => writeln!(text, "{name} {left}"),
        Some((call, errno)) => writeln!(text, "{name} {left} {call} {}", errno.map_or("succeeded", Errno::name)),
    };
    told.map_err(|_| Errno::ENOMEM)
}

/// Plans a failure; anything else than a plan plans none.
fn set_failure(_ctx: &TaskContext, subject: &Subject, bytes: &[u8]) -> Result<()> {
    subject.process.watch.set_plan(core::str::from_utf8(bytes).ok().and_then(parse_plan));
    Ok(())
}

/// Whether the process's system calls are told in the kernel's log.
fn trace(_ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    let digit = if subject.process.watch.is_traced() { b"1\n" } else { b"0\n" };
    text.put(digit).map_err(|_| Errno::ENOMEM)
}

fn set_trace(ctx: &TaskContext, subject: &Subject, bytes: &[u8]) -> Result<()> {
    subject.check(ctx)?;
    let on = match bytes.trim_ascii() {
        b"1" | b"syscall" => true,
        b"0" | b"" => false,
        _ => return Err(Errno::EINVAL),
    };
    subject.process.watch.set_traced(on);
    Ok(())
}
