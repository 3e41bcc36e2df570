//! The console of a machine that is recorded: two named pipes.
//!
//! A socket takes a few hundred single bytes before it is full; then QEMU would send the next one when the reader has made room, at no
//! certain instruction, and the recording could not be played. A pipe takes a MiB.
//!
//! What goes to the machine goes in pieces: a QEMU (7.2) that records hands on what comes without asking whether the serial port has room
//! for more than the sixteen bytes that it keeps. So the next piece waits until the machine has had time for the last.

use super::clock::Clock;
use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// How much a pipe may hold, in bytes; the most that Linux gives to anybody.
const ROOM: i32 = 1 << 20;

/// Our ends.
pub struct Pipes {
    /// What QEMU is told: it opens `PATH.in` and `PATH.out`.
    pub path: PathBuf,
    /// Goes to the machine.
    pub input: File,
    /// Comes from the machine.
    pub output: File,
    /// Keeps the output from looking as if it had ended while QEMU has not begun. To be dropped when QEMU has ended.
    pub hold: File,
}

impl Pipes {
    /// New pipes in a folder of the run's own.
    pub fn new(folder: &Path) -> Result<Pipes> {
        let path = folder.join("console");
        let open = |end: &str, write: bool| {
            let file = path.with_extension(end);
            OpenOptions::new()
                .read(true)
                .write(write)
                .open(&file)
                .with_context(|| format!("cannot open {}", file.display()))
        };
        for end in ["in", "out"] {
            mkfifo(&path.with_extension(end), Mode::S_IRUSR | Mode::S_IWUSR).context("cannot make a pipe")?;
        }
        let (input, hold) = (open("in", true)?, open("out", true)?);
        fcntl(&hold, FcntlArg::F_SETPIPE_SZ(ROOM)).context("cannot widen a pipe")?;
        let output = open("out", false)?;
        Ok(Pipes { path, input, output, hold })
    }
}

/// How much goes at once: two pieces are what the port keeps.
const PIECE: usize = 8;
/// After so many instructions a machine that is busy has read a piece.
const ENOUGH: u64 = 400_000;
/// How often we look how far it is.
const GLANCE: Duration = Duration::from_millis(2);
/// A machine that stands at so many looks in a row sleeps: at one or two it may only wait for the host.
const STILL: u32 = 5;
/// A machine that does nothing for so long does not want it.
const PATIENCE: Duration = Duration::from_secs(2);
/// A machine that does nothing for so long waits for somebody who types: longer than a busy host lets QEMU wait for its turn.
const QUIET: Duration = Duration::from_millis(400);
/// It is given its input without having waited after so long: many times what a boot takes.
const START: Duration = Duration::from_secs(60);

/// The way to a recorded machine, piece by piece.
pub struct Input {
    pipe: File,
    clock: Clock,
    /// Whether the machine has to wait for somebody who types before the first piece goes: else nobody may empty the port yet.
    starting: bool,
}

impl Input {
    /// Into this pipe, to the machine of this clock; at once, or when it first waits.
    pub fn new(pipe: File, clock: Clock, at_once: bool) -> Input {
        Input { pipe, clock, starting: !at_once }
    }

    /// Waits until the machine does nothing.
    fn wait_for_quiet(&self) -> io::Result<()> {
        let deadline = Instant::now() + START;
        let (mut last, mut since) = (0, Instant::now());
        while since.elapsed() < QUIET && Instant::now() < deadline {
            thread::sleep(GLANCE);
            let now = self.clock.instructions()?;
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Waits until QEMU has taken all, and the machine has had time for it or sleeps again.
    fn wait(&self, before: u64) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.is_full()? && Instant::now() < deadline {
            thread::sleep(GLANCE);
        }
        let taken = self.clock.instructions()?;
        let (mut last, mut still) = (taken, 0);
        while last < taken + ENOUGH && still < STILL && Instant::now() < deadline {
            thread::sleep(GLANCE);
            let now = self.clock.instructions()?;
            still = if now == last && now > before { still + 1 } else { 0 };
            last = now;
        }
        Ok(())
    }

    /// Whether there is something in the pipe.
    fn is_full(&self) -> io::Result<bool> {
        let mut ends = [PollFd::new(self.pipe.as_fd(), PollFlags::POLLIN)];
        Ok(poll(&mut ends, PollTimeout::ZERO)? > 0)
    }
}

impl Write for Input {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.starting) {
            self.wait_for_quiet()?;
        }
        let piece = &bytes[..bytes.len().min(PIECE)];
        let before = self.clock.instructions()?;
        self.pipe.write_all(piece)?;
        self.wait(before)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
