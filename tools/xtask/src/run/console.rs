//! The console: the threads that carry bytes between the machine's first serial port and our standard input and output.

use super::plain::Plain;
use super::session::Event;
use super::stream::{END_OF_INPUT, Output, encode_input};
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// How long the machine is silent before it is told again that there is no more input.
const SILENCE: Duration = Duration::from_millis(300);

/// What the console is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A program's input and output; if `quiet`, nothing else.
    Program {
        /// Whether what comes before the program's output is dropped.
        quiet: bool,
        /// Whether it gets our input: that comes at moments of its own.
        fed: bool,
    },
    /// A person's terminal.
    Interactive {
        /// Whether the kernel itself says that it has started; of another one, its first output does.
        announced: bool,
    },
}

/// How far the output has come, for who waits for its end.
#[derive(Default)]
pub struct Progress {
    bytes: AtomicU64,
    writing: AtomicBool,
}

impl Progress {
    /// A number that changes when output comes; `None` while a slow reader holds us up.
    pub fn mark(&self) -> Option<u64> {
        (!self.writing.load(Ordering::SeqCst)).then(|| self.bytes.load(Ordering::SeqCst))
    }
}

/// The way of input to the machine.
pub type Port = Box<dyn Write + Send>;

/// A connected console.
pub struct Console {
    /// Progress of its output.
    pub progress: Arc<Progress>,
    /// Takes word that the kernel has started, from which on it gets input.
    pub started: Sender<()>,
}

/// Connects standard input and output to the machine's console.
pub fn connect(mode: Mode, input: Port, port: File, events: &Sender<Event>) -> Result<Console> {
    let (ready, started) = mpsc::channel();
    let told_by_status = ready.clone();
    let progress = Arc::new(Progress::default());
    let output = File::from(stdout().as_fd().try_clone_to_owned().context("cannot use the standard output")?);
    let (shared, told) = (progress.clone(), events.clone());
    thread::spawn(move || {
        let end = carry_output(mode, port, output, &shared, &ready);
        let _ = told.send(end);
    });
    let (told, watched) = (events.clone(), progress.clone());
    thread::spawn(move || match mode {
        Mode::Program { fed: true, .. } => carry_input(input, &started),
        Mode::Program { .. } => {}
        Mode::Interactive { .. } if stdin().is_terminal() => carry_keys(input, &told),
        Mode::Interactive { .. } => carry_text(input, &started, &watched),
    });
    Ok(Console { progress, started: told_by_status })
}

/// Conversion of the machine's output to ours.
enum Filter {
    /// None, for a terminal.
    Raw,
    /// To plain lines, for a file or a pipe.
    Plain(Plain),
    /// None for the program's output, to plain lines before it.
    Stream(Output),
}

impl Filter {
    fn new(mode: Mode) -> Filter {
        match mode {
            Mode::Program { quiet, .. } => Filter::Stream(Output::new(quiet)),
            Mode::Interactive { .. } if stdout().is_terminal() => Filter::Raw,
            Mode::Interactive { .. } => Filter::Plain(Plain::default()),
        }
    }

    /// Converts bytes that came to those that are to be printed.
    fn filter(&mut self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Filter::Raw => bytes.to_vec(),
            Filter::Plain(plain) => plain.filter(bytes),
            Filter::Stream(output) => output.filter(bytes),
        }
    }

    /// Whether output shows that somebody on the machine's side reads.
    fn has_started(&self, mode: Mode) -> bool {
        match self {
            Filter::Stream(output) => output.has_started(),
            _ => mode != Mode::Interactive { announced: true },
        }
    }
}

/// Copies the machine's output to ours until either ends.
fn carry_output(mode: Mode, mut port: File, mut to: File, progress: &Progress, ready: &Sender<()>) -> Event {
    let mut filter = Filter::new(mode);
    let (mut buffer, mut told) = (vec![0; 1 << 16], false);
    loop {
        let length = match port.read(&mut buffer) {
            Ok(0) => return Event::ConsoleEnd,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return Event::ConsoleEnd,
        };
        let bytes = filter.filter(&buffer[..length]);
        if !told && filter.has_started(mode) {
            told = true;
            let _ = ready.send(());
        }
        progress.writing.store(true, Ordering::SeqCst);
        let written = to.write_all(&bytes);
        progress.bytes.fetch_add(length as u64, Ordering::SeqCst);
        progress.writing.store(false, Ordering::SeqCst);
        if let Err(error) = written {
            return Event::OutputError(error);
        }
    }
}

/// Gives our input to the program once it can read, and its end.
fn carry_input(mut port: Port, started: &Receiver<()>) {
    if started.recv().is_ok() && each_input(|bytes| port.write_all(&encode_input(bytes))).is_ok() {
        // The machine may be gone by now, and then nobody misses this.
        let _ = port.write_all(&END_OF_INPUT);
    }
}

/// Gives text that is not typed to the machine's terminal once it listens, and then says that there is no more: with Ctrl-D, whenever
/// nothing has happened for a while. Once would not do, for it means the end only to who reads a line just then.
fn carry_text(mut port: Port, started: &Receiver<()>, progress: &Progress) {
    const CTRL_D: u8 = 4;
    let mut last = b'\n';
    let send = |bytes: &[u8]| {
        last = bytes.last().copied().unwrap_or(last);
        port.write_all(bytes)
    };
    if started.recv().is_err() || each_input(send).is_err() {
        return;
    }
    let mut end = if last == b'\n' { vec![CTRL_D] } else { vec![b'\n', CTRL_D] };
    loop {
        wait_for_silence(progress);
        // The machine may be gone by now, and then nobody misses this.
        if port.write_all(&end).is_err() {
            return;
        }
        end = vec![CTRL_D];
    }
}

/// Waits until the machine has said nothing for a while.
fn wait_for_silence(progress: &Progress) {
    loop {
        let before = progress.mark();
        thread::sleep(SILENCE);
        if before.is_some() && before == progress.mark() {
            return;
        }
    }
}

/// Gives what is typed to the machine; Ctrl-A x leaves, Ctrl-A b sends a break.
fn carry_keys(mut port: Port, events: &Sender<Event>) {
    let mut keys = Keys::default();
    let _ = each_input(|bytes| {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (bytes, taken, command) = keys.filter(rest);
            rest = &rest[taken..];
            port.write_all(&bytes)?;
            if let Some(command) = command {
                let _ = events.send(match command {
                    Command::Leave => Event::Leave,
                    Command::Break => Event::Break,
                });
            }
        }
        Ok(())
    });
}

/// Hands on our input as it comes, until it ends or cannot be taken.
fn each_input(mut take: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 14];
    loop {
        match stdin().lock().read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => take(&buffer[..length])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // What cannot be read (a folder, a terminal that went away) has ended.
            Err(_) => return Ok(()),
        }
    }
}

/// What Ctrl-A and a letter ask of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ctrl-A x: end the machine.
    Leave,
    /// Ctrl-A b: a break on the machine's line.
    Break,
}

/// What is typed at a console: Ctrl-A begins a command to us.
#[derive(Default)]
pub struct Keys {
    command: bool,
}

impl Keys {
    /// The keys that are the machine's, up to the first command, how many were looked at for that, and the command. Ctrl-A twice is one.
    pub fn filter(&mut self, typed: &[u8]) -> (Vec<u8>, usize, Option<Command>) {
        const CTRL_A: u8 = 1;
        let mut keys = Vec::new();
        for (index, &key) in typed.iter().enumerate() {
            match (std::mem::replace(&mut self.command, false), key) {
                (true, b'x' | b'X') => return (keys, index + 1, Some(Command::Leave)),
                (true, b'b' | b'B') => return (keys, index + 1, Some(Command::Break)),
                (true, CTRL_A | b'a') => keys.push(CTRL_A),
                (true, _) => {}
                (false, CTRL_A) => self.command = true,
                (false, key) => keys.push(key),
            }
        }
        (keys, typed.len(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Keys};

    #[test]
    fn control_a_x_leaves() {
        let mut keys = Keys::default();
        assert_eq!(keys.filter(b"ab\x01\x01c\x01"), (b"ab\x01c".to_vec(), 6, None));
        assert_eq!(keys.filter(b"zd"), (b"d".to_vec(), 2, None));
        assert_eq!(keys.filter(b"e\x01xf"), (b"e".to_vec(), 3, Some(Command::Leave)));
    }

    #[test]
    fn control_a_b_is_a_break() {
        let mut keys = Keys::default();
        assert_eq!(keys.filter(b"a\x01bt"), (b"a".to_vec(), 3, Some(Command::Break)));
        assert_eq!(keys.filter(b"t"), (b"t".to_vec(), 1, None));
    }
}
