//! Commands of the host that we start.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::io;
use std::process::{Command, Output, Stdio};

/// Runs a command whose messages the person is to see (cargo); an error if it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let status =
        command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {}", describe(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command quietly and gives what it wrote; if it fails, the error tells all of that.
pub fn capture(command: &mut Command) -> Result<Output> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", describe(command)))?;
    if !output.status.success() {
        let told = [output.stdout.as_slice(), &output.stderr].concat();
        bail!("{} failed ({})\n{}", describe(command), output.status, String::from_utf8_lossy(&told).trim_end());
    }
    Ok(output)
}

/// Returns the exit status for a command's result, and prints its error.
pub fn status(result: Result<()>) -> i32 {
    let Err(error) = result else { return 0 };
    // The reader of the output has closed it: as if SIGPIPE had ended this program.
    if error.root_cause().downcast_ref().is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe) {
        return 141;
    }
    eprintln!("xtask: {error:#}");
    1
}

/// A command as one could type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(quote).collect::<Vec<_>>().join(" ")
}

/// A word as a shell would take it.
fn quote(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_as_a_shell_takes_them() {
        let mut command = Command::new("qemu");
        command.args(["-append", "a b", "", "it's", "x=1,y"]);
        assert_eq!(describe(&command), r"qemu -append 'a b' '' 'it'\''s' x=1,y");
    }

    #[test]
    fn a_failing_command_tells_what_it_wrote() {
        let error = capture(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("out\nerr") && error.contains('3'), "{error}");
    }
}
