//! A command on this computer, and what came of it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, Command};
use tokio::time::{sleep, timeout};

/// Whatever takes longer than this hangs: many times what the longest story takes, for a host that others use too.
pub const LIMIT: Duration = Duration::from_secs(400);

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
pub async fn finish(command: Command, input: Option<&[u8]>) -> Outcome {
    run(command, input, Duration::ZERO, None).await
}

/// The same, and nobody reads what it prints before this pause is over.
pub async fn finish_read_after(command: Command, input: Option<&[u8]>, pause: Duration) -> Outcome {
    run(command, input, pause, None).await
}

/// The same, and the command is interrupted (SIGINT) when it has printed this text.
pub async fn interrupt_at(command: Command, input: Option<&[u8]>, text: &str) -> Outcome {
    run(command, input, Duration::ZERO, Some(text)).await
}

async fn run(mut command: Command, input: Option<&[u8]>, pause: Duration, last: Option<&str>) -> Outcome {
    let said = describe(&command);
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let work = async {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{said}: {error}"));
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let process = child.id().map(|id| Pid::from_raw(id.cast_signed()));
        let mut last = last;
        let watch = |output: &[u8]| {
            if let Some(process) = process
                && last.take_if(|text| String::from_utf8_lossy(output).contains(*text)).is_some()
            {
                // One that has ended needs no signal.
                let _ = kill(process, Signal::SIGINT);
            }
        };
        let pipes = (feed(stdin, input), read(stdout, pause, watch), read(stderr, Duration::ZERO, |_| ()));
        let ((), output, errors, status) = tokio::join!(pipes.0, pipes.1, pipes.2, child.wait());
        (output, errors, status.unwrap_or_else(|error| panic!("{said}: {error}")))
    };
    let ended = timeout(LIMIT, work).await.unwrap_or_else(|_| panic!("still running after {LIMIT:?}: {said}"));
    let (output, errors, ended) = ended;
    Outcome { command: said, status: status(ended), output, errors: String::from_utf8_lossy(&errors).into_owned() }
}

async fn feed(pipe: Option<ChildStdin>, input: Option<&[u8]>) {
    if let (Some(mut pipe), Some(input)) = (pipe, input) {
        // A program need not read all that it is given.
        let _ = pipe.write_all(input).await;
    }
}

/// Reads all that has come after a pause, and what comes then; `watch` sees all of it each time that there is more.
async fn read(pipe: Option<impl AsyncRead + Unpin>, pause: Duration, mut watch: impl FnMut(&[u8])) -> Vec<u8> {
    sleep(pause).await;
    let mut all = Vec::new();
    let Some(mut pipe) = pipe else { return all };
    // What came before an error is worth seeing, too.
    while let Ok(1..) = pipe.read_buf(&mut all).await {
        watch(&all);
    }
    all
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
