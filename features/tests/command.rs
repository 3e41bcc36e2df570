//! A command on this computer, and what came of it.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// Whatever takes longer than this has failed.
pub const LIMIT: Duration = Duration::from_secs(90);

/// What came of a command.
#[derive(Debug)]
pub struct Outcome {
    command: String,
    /// Its exit status; as a shell counts if a signal ended it.
    pub status: i32,
    /// What it printed.
    pub output: Vec<u8>,
    /// What it printed on standard error.
    pub errors: String,
}

impl Outcome {
    /// What it printed, as text without carriage returns (a serial console has them).
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).replace('\r', "")
    }
}

/// What a person needs to see when a story fails.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (command, status) = (&self.command, self.status);
        let (output, errors) = (end_of(&self.text()), end_of(&self.errors));
        write!(f, "\n$ {command}\nexit status {status}\n--- output ---\n{output}\n--- errors ---\n{errors}")
    }
}

/// The last lines of a text.
fn end_of(text: &str) -> String {
    const LINES: usize = 40;
    let lines: Vec<&str> = text.lines().collect();
    let cut = lines.len().saturating_sub(LINES);
    let shorten = |line: &&str| line.chars().take(300).collect::<String>();
    lines[cut..].iter().map(shorten).collect::<Vec<_>>().join("\n")
}

/// Runs a command to its end. `input` is written to it, where there is any.
pub async fn finish(mut command: Command, input: Option<&[u8]>) -> Outcome {
    let said = describe(&command);
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let work = async {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{said}: {error}"));
        let pipe = child.stdin.take();
        let feed = async {
            if let (Some(mut pipe), Some(input)) = (pipe, input) {
                // A program need not read all that it is given.
                let _ = pipe.write_all(input).await;
            }
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), feed);
        output.unwrap_or_else(|error| panic!("{said}: {error}"))
    };
    let output = timeout(LIMIT, work).await.unwrap_or_else(|_| panic!("still running after {LIMIT:?}: {said}"));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Outcome { command: said, status: status(output.status), output: output.stdout, errors }
}

/// An exit status as a shell counts.
pub fn status(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// A command as a person would type it.
pub fn describe(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quote = |word: &std::ffi::OsStr| {
        let word = word.to_string_lossy().chars().take(200).collect::<String>();
        let plain = |c: char| c.is_alphanumeric() || "-_=/.,:+".contains(c);
        if !word.is_empty() && word.chars().all(plain) { word } else { format!("{word:?}") }
    };
    words.map(quote).collect::<Vec<_>>().join(" ")
}
