//! The places where a call of the table has to be besides the table, and what is missing there.

use super::calls::{self, Call, TABLE, Table};
use super::missing;
use super::used::{self, Uses};
use anyhow::{Context, Result};
use std::collections::HashSet;
use std::fs;
use xtask::files;
use xtask::project::Project;

/// The trace's list of calls.
const SHAPES: &str = "kernel/src/syscall/trace/calls.rs";
/// The tests, the tables of pointers among them, and the list of calls that are in none of these.
const TESTS: &str = "user/tests";
const POINTERS: &str = "user/tests/pointer";
const WITHOUT: &str = "user/tests/pointer/without.txt";
/// The calls that the fuzzer makes, and the errors that calls document.
const FUZZED: &str = "user/soak/calls.h";
const ERRORS: &str = "user/soak/errnos.h";
/// Made by the C library only, at the end of every handler of a signal, so that no source names it.
const UNNAMED: &str = "rt_sigreturn";

/// Returns what the checks refuse about Linux's calls, each with the place to change.
pub fn complaints(project: &Project) -> Result<Vec<String>> {
    let calls = calls::of(project, Table::Linux)?;
    let read = |file: &str| fs::read_to_string(project.path(file)).with_context(|| format!("cannot read {file}"));
    let mut tried = without(&read(WITHOUT)?);
    for file in files::files_under(&project.path(POINTERS))? {
        tried.extend(used::numbers(&String::from_utf8_lossy(&fs::read(&file)?)));
    }
    let (shapes, fuzzed, errors) = (shown(&read(SHAPES)?), fuzzed(&read(FUZZED)?), documented(&read(ERRORS)?));
    let uses = Uses::find(&project.path(TESTS))?;
    let is_tested = |name: &str| name == UNNAMED || !uses.of(name).is_empty();

    let mut found = table(&calls);
    found.extend(lacking(&calls, "no test makes {}: write user/tests/CHAPTER/NAME.c", is_tested));
    found.extend(lacking(&calls, &format!("{SHAPES}: no line with the arguments of {{}}"), |name| {
        shapes.contains(name)
    }));
    found.extend(lacking(
        &calls,
        &format!("{POINTERS}: no line for each pointer that {{}} takes; what takes none belongs to {WITHOUT}"),
        |name| tried.contains(name),
    ));
    found.extend(lacking(
        &calls,
        &format!(
            "{FUZZED}: no CALL({{}}, …) with what its arguments are like; what must not be tried belongs to LEFT_OUT"
        ),
        |name| fuzzed.contains(name),
    ));
    found.extend(lacking(
        &calls,
        &format!("{ERRORS}: no line says which errors the man page of {{}} documents; the last line is for none"),
        |name| errors.contains(name),
    ));
    Ok(found)
}

/// Returns the complaint about the calls that a place lacks, with their names for `{}`; `None` without such calls.
fn lacking(calls: &[Call], complaint: &str, is_there: impl Fn(&str) -> bool) -> Option<String> {
    let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).filter(|name| !is_there(name)).collect();
    (!names.is_empty()).then(|| complaint.replace("{}", &names.join(", ")))
}

/// Returns what is wrong in the table itself.
fn table(calls: &[Call]) -> Vec<String> {
    let mut found = Vec::new();
    for Call { number, name, handler, comment } in calls {
        if missing::name(*number) != Some(name) {
            found.push(format!(
                "{TABLE}: on Linux {number} is {}, not {name}",
                missing::name(*number).unwrap_or("no call")
            ));
        }
        match comment.as_deref() {
            None => found.push(format!("{handler} is missing, which the table has for {name}")),
            Some("") => found.push(format!("{handler} has no doc comment that names the manual page")),
            Some(_) => {}
        }
    }
    for pair in calls.windows(2).filter(|pair| pair[0].number >= pair[1].number) {
        found.push(format!("{TABLE}: {} belongs before {}", pair[1].name, pair[0].name));
    }
    found
}

/// Returns the calls of the list without pointers; comments begin with `#`.
fn without(text: &str) -> HashSet<String> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).map(str::to_string).collect()
}

/// Returns the calls that the trace has a line for.
fn shown(text: &str) -> HashSet<String> {
    let name = |line: &str| Some(line.strip_prefix("    \"")?.split_once("\" (")?.0.to_string());
    text.lines().filter_map(name).collect()
}

/// Returns the calls that the fuzzer makes, and those that it must not make.
fn fuzzed(text: &str) -> HashSet<String> {
    let made = text.split("CALL(").skip(1).filter_map(|rest| rest.split_once(',')).map(|(name, _)| name.to_string());
    let left_out = text.lines().filter(|line| line.starts_with("#define LEFT_OUT")).flat_map(words_in_strings);
    made.chain(left_out).collect()
}

/// Returns the calls whose errors are listed.
fn documented(text: &str) -> HashSet<String> {
    let list = text.lines().skip_while(|line| !line.contains("documented[] = {")).take_while(|line| *line != "};");
    list.flat_map(words_in_strings).collect()
}

/// Returns the words in the string literals of a line.
fn words_in_strings(line: &str) -> Vec<String> {
    let strings = line.split('"').skip(1).step_by(2);
    strings.flat_map(str::split_whitespace).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> HashSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn call(number: usize, name: &str, comment: Option<&str>) -> Call {
        Call { number, name: name.into(), handler: "x.rs: fn f".into(), comment: comment.map(str::to_string) }
    }

    #[test]
    fn the_lists_are_read() {
        assert_eq!(without("# They do not\n\nclose dup\ndup2\n"), set(&["close", "dup", "dup2"]));
        assert_eq!(shown("calls! {\n    \"read\" (Fd) Number;\n    \"x\" () Y;\n}"), set(&["read", "x"]));
        let text =
            "#define LEFT_OUT \"reboot\"\n#define CALL(name, arguments) {}\n CALL(read, \"f\"), CALL(open, \"p\"),";
        assert_eq!(fuzzed(text), set(&["reboot", "name", "read", "open"]));
        let text =
            "a(\"no\");\n... documented[] = {\n    { \" EIO \",\n      \" read write \" }, // as \"x\"\n};\nb(\"no\");";
        assert_eq!(documented(text), set(&["EIO", "read", "write", "x"]));
    }

    #[test]
    fn all_that_is_wrong_in_the_table_is_reported() {
        let calls = [call(1, "write", Some("write(2)")), call(0, "reed", None), call(3, "close", Some(""))];
        let expected = [
            "kernel/src/syscall/table.rs: on Linux 0 is read, not reed",
            "x.rs: fn f is missing, which the table has for reed",
            "x.rs: fn f has no doc comment that names the manual page",
            "kernel/src/syscall/table.rs: reed belongs before write",
        ];
        assert_eq!(table(&calls), expected);
    }

    #[test]
    fn calls_that_a_place_lacks_are_named_in_one_line() {
        let calls = [call(0, "read", None), call(1, "write", None), call(2, "open", None)];
        assert_eq!(lacking(&calls, "a: no {} here", |name| name == "write"), Some("a: no read, open here".to_string()));
        assert_eq!(lacking(&calls, "a", |_| true), None);
    }
}
