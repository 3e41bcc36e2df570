//! The console of a machine that is recorded: two named pipes.
//!
//! A socket takes a few hundred single bytes before it is full; then QEMU would send the next one when the reader has made room, at no
//! certain instruction, and the recording could not be played. A pipe takes a MiB.

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

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
