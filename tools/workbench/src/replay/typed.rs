//! Expressions with types, which gdb knows: `table::TABLE.rows[3].state`, `*LIST.first.0`. gdb looks at the recording as a person's would.

use super::debugger::Debugger;
use super::expression::{self, Place, Symbol, Watch};
use super::player::Player;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;
use xtask::run::machine::child;

/// The commands that gdb gets.
const COMMANDS: &str = include_str!("frames.py");
/// How much of a value is told, in letters, and how much of that before the place where it changed.
const LONGEST_VALUE: usize = 300;
const BEFORE_CHANGE: usize = 100;

/// Something that gdb can be asked for.
pub struct Expression {
    /// In gdb's words: names with their whole path.
    text: String,
    /// What the memory is.
    pub watch: Watch,
    /// Its type.
    pub kind: String,
    /// The function in whose terms it was understood.
    pub function: String,
}

impl Expression {
    /// Finds where the value is kept, as things are in the recording now.
    pub fn resolve(text: &str, statics: &[Symbol], kernel: &Path, player: &mut Player<'_>) -> Result<Expression> {
        let text = with_whole_names(text, statics)?;
        let said = ask_gdb(kernel, player, &format!("place {text}"))?;
        let (Some(address), Some(length)) = (said.number("place"), said.number("size")) else {
            bail!("gdb does not understand {text}: {}", said.complaint());
        };
        ensure!(length > 0, "{text} has no size: nothing of it is in memory");
        let length = usize::try_from(length.min(expression::LONGEST))?;
        let place = if address >> 63 == 1 { Place::Kernel(address) } else { Place::Program(address, None) };
        let word = |name| said.values(name).next().unwrap_or_default().to_string();
        let (kind, function) = (word("type"), word("function"));
        Ok(Expression { text, watch: Watch { place, length }, kind, function })
    }

    /// What the value is at these times, in gdb's words. The place is the one now.
    pub fn values(&self, times: &[u64], kernel: &Path, player: &mut Player<'_>) -> Result<Vec<String>> {
        let list: Vec<String> = times.iter().map(u64::to_string).collect();
        let said = ask_gdb(kernel, player, &format!("values {} {}", list.join(","), self.text))?;
        let values: Vec<String> = said.values("value").map(without_paths).collect();
        ensure!(values.len() == times.len(), "gdb cannot print {}: {}", self.text, said.complaint());
        Ok(values)
    }
}

/// What gdb printed.
struct Answer {
    text: String,
    errors: String,
}

impl Answer {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(" = "))
    }

    fn number(&self, name: &str) -> Option<u64> {
        let text = self.values(name).next()?;
        match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
    }

    /// The first thing that it did not like; what follows are consequences.
    fn complaint(&self) -> &str {
        let line = self.errors.lines().find(|line| !line.starts_with("warning:")).unwrap_or("it says nothing");
        line.strip_prefix("Python Exception <class 'gdb.error'>: ").unwrap_or(line)
    }
}

/// A value without the paths of its types.
fn without_paths(value: &str) -> String {
    let mut short = String::new();
    for (number, part) in value.split("::").enumerate() {
        if number > 0 {
            let kept = short.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
            short.truncate(kept);
        }
        short.push_str(part);
    }
    short
}

/// Two values; of long ones the part where they differ.
pub fn difference<'a>(before: &'a str, after: &'a str) -> [String; 2] {
    let same = before.chars().zip(after.chars()).take_while(|(one, other)| one == other).count();
    let long = before.chars().count().max(after.chars().count()) > LONGEST_VALUE;
    let start = if long { same.saturating_sub(BEFORE_CHANGE) } else { 0 };
    [before, after].map(|value| {
        let part: String = value.chars().skip(start).take(LONGEST_VALUE).collect();
        let ends = value.chars().count() <= start + LONGEST_VALUE;
        format!("{}{part}{}", if start > 0 { "… " } else { "" }, if ends { "" } else { " …" })
    })
}

/// Gives gdb a command, at the place where the player is.
fn ask_gdb(kernel: &Path, player: &mut Player<'_>, command: &str) -> Result<Answer> {
    let folder = xtask::run::private_folder()?;
    let (socket, commands) = (folder.path().join("gdb"), folder.path().join("frames.py"));
    fs::write(&commands, COMMANDS).context("cannot write gdb's commands")?;
    let listener = UnixListener::bind(&socket).context("cannot listen for gdb")?;
    let mut gdb = child("gdb")?;
    gdb.args(["-q", "-nx", "-batch"]).arg(kernel);
    let (connect, source) = (format!("target remote {}", socket.display()), format!("source {}", commands.display()));
    for command in ["set language rust", "set width 0", &source, &connect, command] {
        gdb.args(["-ex", command]);
    }
    gdb.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut gdb = gdb.spawn().context("cannot start gdb")?;
    serve(&mut gdb, &listener, player)?;
    let output = gdb.wait_with_output().context("cannot hear gdb")?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Answer { text: text(&output.stdout), errors: text(&output.stderr) })
}

/// Waits for gdb to connect, and serves it until it goes. What it prints meanwhile must fit into a pipe.
pub fn serve(gdb: &mut Child, listener: &UnixListener, player: &mut Player<'_>) -> Result<()> {
    listener.set_nonblocking(true)?;
    loop {
        if let Ok((wire, _)) = listener.accept() {
            wire.set_nonblocking(false)?;
            return Debugger::new(player, wire).serve();
        }
        if gdb.try_wait().context("cannot wait for gdb")?.is_some() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The expression with the whole paths of the statics that it names by their ends.
fn with_whole_names(text: &str, statics: &[Symbol]) -> Result<String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !(c.is_alphanumeric() || "_:".contains(c))).unwrap_or(rest.len());
        if length == 0 || first.is_ascii_digit() || whole.ends_with(['.', '$']) {
            let length = length.max(first.len_utf8());
            whole.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let (name, behind) = rest.split_at(length);
        whole.push_str(if expression::is_like_static(name) { &expression::find(name, statics)?.0 } else { name });
        rest = behind;
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed() {
        let statics = [("cor::task::ALL".to_string(), 1, 8), ("cor::x::LIST_2".to_string(), 2, 8)];
        let whole = |text| with_whole_names(text, &statics).unwrap();
        assert_eq!(whole("*task::ALL.root[3].NO.0"), "*cor::task::ALL.root[3].NO.0");
        assert_eq!(whole("(ALL as *const u64)[0x1F]"), "(cor::task::ALL as *const u64)[0x1F]");
        assert_eq!(whole("cor::x::LIST_2.len + $RAX"), "cor::x::LIST_2.len + $RAX");
        assert!(with_whole_names("NONE.x", &statics).is_err());
    }

    #[test]
    fn values_are_told_in_short() {
        assert_eq!(without_paths("core::cell::Cell<a::B> {value: x::C (1)}"), "Cell<B> {value: C (1)}");
        assert_eq!(difference("a 1", "a 2"), ["a 1", "a 2"]);
        let long = |n: u8| format!("{}{n}{}", "x".repeat(400), "y".repeat(400));
        let [one, two] = difference(&long(1), &long(2)).map(|text| text.replace(['x', 'y'], ""));
        assert_eq!([one.as_str(), two.as_str()], ["… 1 …", "… 2 …"]);
    }

    #[test]
    fn what_gdb_prints_is_read() {
        let said = Answer {
            text: "0x0 in ?? ()\nplace = 0xffff800000001000\nsize = 48\ntype = u8\n".to_string(),
            errors: "warning: x\nPython Exception <class 'gdb.error'>: No symbol y\nz\n".to_string(),
        };
        assert_eq!((said.number("place"), said.number("size")), (Some(0xffff_8000_0000_1000), Some(48)));
        assert_eq!((said.number("type"), said.complaint()), (None, "No symbol y"));
        assert_eq!(said.values("type").collect::<Vec<_>>(), ["u8"]);
    }
}
