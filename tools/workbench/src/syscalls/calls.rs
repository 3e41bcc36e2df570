//! The calls that the kernel has, and what its handlers say of them.

use anyhow::{Context, Result};
use std::collections::HashMap;
use std::fs;
use xtask::project::Project;

/// Where the kernel keeps its calls.
const FOLDER: &str = "kernel/src/syscall";
/// The list of them.
pub const TABLE: &str = "kernel/src/syscall/table.rs";
/// What begins the words about a difference.
const MARK: &str = "Differs: ";

/// A gate's calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Linux,
    Cor,
}

/// One call.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Its number.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Its handler, as `FILE: fn NAME`.
    pub handler: String,
    /// The handler's doc comment; `None` without such a handler.
    pub comment: Option<String>,
}

impl Call {
    /// What it does otherwise than Linux; empty if nothing.
    pub fn differs(&self) -> String {
        self.comment.as_deref().map_or_else(String::new, difference)
    }
}

/// The calls of a table, line by line.
pub fn of(project: &Project, table: Table) -> Result<Vec<Call>> {
    let source = fs::read_to_string(project.path(TABLE)).with_context(|| format!("cannot read {TABLE}"))?;
    let mut chapters = HashMap::new();
    let mut calls = Vec::new();
    for (number, name, handler) in lines(&source, table) {
        let (chapter, function) =
            handler.split_once("::").with_context(|| format!("{TABLE}: {name} has no handler"))?;
        let file = format!("{FOLDER}/{chapter}.rs");
        // Of a file that cannot be read it is found below that it has no such function.
        let text =
            chapters.entry(chapter).or_insert_with(|| fs::read_to_string(project.path(&file)).unwrap_or_default());
        let (handler, comment) = (format!("{file}: fn {function}"), comment(text, function));
        calls.push(Call { number, name: name.to_string(), handler, comment });
    }
    Ok(calls)
}

/// Number, name and handler of each line of a table.
fn lines(source: &str, table: Table) -> Vec<(usize, &str, &str)> {
    let start = match table {
        Table::Linux => "table! { LINUX",
        Table::Cor => "table! { COR",
    };
    let inside = source.lines().skip_while(|line| !line.starts_with(start)).skip(1);
    inside
        .take_while(|line| !line.starts_with('}'))
        .filter_map(|line| {
            let (call, handler) = line.trim().strip_suffix(';')?.split_once(" => ")?;
            let (number, name) = call.split_once(' ')?;
            Some((number.parse().ok()?, name, handler))
        })
        .collect()
}

/// The doc comment of a function, its lines joined; `None` without the function.
fn comment(source: &str, function: &str) -> Option<String> {
    let begins = format!("fn {function}");
    let lines: Vec<&str> = source.lines().collect();
    let is_it = |line: &&str| {
        line.split_once(&begins).is_some_and(|(before, rest)| {
            (before.is_empty() || before.starts_with("pub")) && rest.starts_with(['(', '<'])
        })
    };
    let place = lines.iter().position(is_it)?;
    let first = lines[..place]
        .iter()
        .rposition(|line| !line.starts_with("///") && !line.starts_with("#["))
        .map_or(0, |at| at + 1);
    let told: Vec<&str> =
        lines[first..place].iter().filter_map(|line| line.strip_prefix("///")).map(str::trim).collect();
    Some(told.join("\n"))
}

/// The words about a difference in a doc comment.
fn difference(comment: &str) -> String {
    let joined = comment.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    let found = joined.filter_map(|paragraph| paragraph.split_once(MARK).map(|(_, words)| words.to_string()));
    found.collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_table_are_read() {
        let source = "use x;\ntable! { LINUX[512]:\n    0 read => file::read;\n    // no\n    2 open => path::open;\n}\n\
                      table! { COR[16]:\n    1 exit => process::exit_group;\n}\n";
        assert_eq!(lines(source, Table::Linux), [(0, "read", "file::read"), (2, "open", "path::open")]);
        assert_eq!(lines(source, Table::Cor), [(1, "exit", "process::exit_group")]);
    }

    #[test]
    fn a_difference_stands_in_the_handlers_comment() {
        let source = "/// read(2)\nfn reads() {}\n\n/// reboot(2). Differs: no\n/// kexec.\n///\n/// More.\n#[cold]\npub(super) fn reboot(a: u32) {}\n";
        assert_eq!(difference(&comment(source, "reboot").unwrap()), "no kexec.");
        assert_eq!(difference(&comment(source, "reads").unwrap()), "");
        assert_eq!(comment(source, "read"), None);
    }
}
