//! `docs/syscalls.md`, made from the sources by `bin/syscalls`: every call, its tests, and what differs from Linux.
//!
//! The list of calls is `syscall/table.rs`; the tests are the programs in `user/tests` that make a call; what differs from Linux stands in
//! the doc comment of the handler, from `Differs:` to the end of that paragraph. `make test` refuses a page that is not current, and calls
//! that are missing in one of the places that `places.rs` lists; `bin/syscalls` reports the same.
//! There is a line for each call and no sum, so that two changes seldom meet.

mod calls;
mod missing;
mod places;
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
/// How many tests are named with a call.
const NAMED: usize = 4;

const HEAD: &str = "\
# System calls

Made by `bin/syscalls` from the sources; `make test` refuses this page when it is not current. Every call in the first two lists is
implemented; what it does otherwise than Linux 6.1 is said beside it. The tests are those in `user/tests` that make the call, the most
zealous first; each passes on Linux too.
";

/// Writes the page, if it is not current; an error if the checks would refuse anything else about calls.
pub fn write(project: &Project) -> Result<()> {
    let changed = files::replace_if_changed(&project.path(PAGE), text(project)?.as_bytes())?;
    println!("{PAGE} {}", if changed { "is written" } else { "was current" });
    refuse(&places::complaints(project)?)
}

/// An error unless every call is in all places where it has to be, and the page is current.
pub fn check(project: &Project) -> Result<()> {
    let mut complaints = places::complaints(project)?;
    let old = fs::read_to_string(project.path(PAGE)).unwrap_or_default();
    if old != text(project)? {
        complaints.push(format!("{PAGE}: not current; run bin/syscalls"));
    }
    refuse(&complaints)
}

fn refuse(complaints: &[String]) -> Result<()> {
    ensure!(complaints.is_empty(), "system calls:\n{}", complaints.join("\n"));
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
    for call @ Call { number, name, .. } in calls {
        let (tests, differs) = (uses.of(name), call.differs());
        let more = if tests.len() > NAMED { ", …" } else { "" };
        let tests = tests[..tests.len().min(NAMED)].join(", ");
        writeln!(text, "| {number} | {name} | {tests}{more} | {differs} |").context("no memory")?;
    }
    Ok(text)
}
