//! `docs/syscalls.md`, made from the sources by `bin/syscalls`: every call, its tests, and what differs from Linux.
//!
//! The list of calls is `syscall/table.rs`; the tests are the programs in `user/tests` that make a call; what differs from Linux stands in
//! the doc comment of the handler, from `Differs:` to the end of that paragraph. `make test` refuses a page that is not current.
//! There is a line for each call and no sum, so that two changes seldom meet.

mod calls;
mod missing;
mod pointers;
mod used;

use anyhow::{Context, Result, ensure};
use calls::{Call, Table};
use std::fmt::Write;
use std::fs;
use used::Uses;
use xtask::files;
use xtask::project::Project;

/// The page.
const PAGE: &str = "docs/syscalls.md";
/// The trace's list of calls.
const SHAPES: &str = "kernel/src/syscall/trace/calls.rs";
/// How many tests are named with a call.
const NAMED: usize = 4;

const HEAD: &str = "\
# System calls

Made by `bin/syscalls` from the sources; `make test` refuses this page when it is not current. Every call in the first two lists is
implemented; what it does otherwise than Linux 6.1 is said beside it. The tests are those in `user/tests` that make the call, the most
zealous first; each passes on Linux too.
";

/// Writes the page, if it is not current.
pub fn write(project: &Project) -> Result<()> {
    let changed = files::replace_if_changed(&project.path(PAGE), text(project)?.as_bytes())?;
    println!("{PAGE} {}", if changed { "is written" } else { "was current" });
    Ok(())
}

/// An error unless the page is current, the pointers of every call are tried, and the trace can show every call.
pub fn check(project: &Project) -> Result<()> {
    let calls = calls::of(project, Table::Linux)?;
    pointers::check(project, &calls)?;
    let shapes = fs::read_to_string(project.path(SHAPES)).with_context(|| format!("cannot read {SHAPES}"))?;
    let is_shown = |call: &&Call| shapes.contains(&format!("    \"{}\" (", call.name));
    let unknown: Vec<&str> = calls.iter().filter(|call| !is_shown(call)).map(|call| call.name.as_str()).collect();
    ensure!(unknown.is_empty(), "{SHAPES} has no line for {}", unknown.join(", "));
    let old = fs::read_to_string(project.path(PAGE)).unwrap_or_default();
    ensure!(old == text(project)?, "{PAGE} is not current: run bin/syscalls");
    Ok(())
}

fn text(project: &Project) -> Result<String> {
    let linux = calls::of(project, Table::Linux)?;
    let cor = calls::of(project, Table::Cor)?;
    let uses = Uses::find(&project.path("user/tests"))?;
    let mut text = String::from(HEAD);
    write!(text, "\n## Linux's, by the instruction SYSCALL\n\n{}", list(&linux, &uses)?)?;
    write!(text, "\n## Cor's own, by `int 0x14`\n\n{}", list(&cor, &Uses::default())?)?;
    text.push_str(
        "\n## Linux's that are missing\n\nThey answer `ENOSYS`, and `/proc/syscalls` counts who tries them.\n",
    );
    for (group, members) in missing::groups(&linux) {
        write!(text, "\n{group}:\n\n")?;
        for (number, name) in members {
            writeln!(text, "* {number} {name}")?;
        }
    }
    Ok(text)
}

fn list(calls: &[Call], uses: &Uses) -> Result<String> {
    let mut text = String::from("| number | call | tests | unlike Linux |\n|---|---|---|---|\n");
    for Call { number, name, differs } in calls {
        let tests = uses.of(name);
        let more = if tests.len() > NAMED { ", …" } else { "" };
        let tests = tests[..tests.len().min(NAMED)].join(", ");
        writeln!(text, "| {number} | {name} | {tests}{more} | {differs} |").context("no memory")?;
    }
    Ok(text)
}
