//! The status line: one line on the second serial port that says how it ended.

use std::fmt;
use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result};
use nix::sys::termios::tcdrain;

use crate::console;

/// How the run ended.
pub(crate) enum Outcome {
    /// The program ended with this status, 128 and more for a signal.
    Exit(u8),
    /// There is no such program.
    NotFound(String),
    /// It could not be run.
    Cannot(String),
    /// The machine was not ready to run it.
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Exit(status) => write!(f, "exit {status}"),
            Outcome::NotFound(text) => write!(f, "notfound {text}"),
            Outcome::Cannot(text) => write!(f, "cannot {text}"),
            Outcome::Failed(text) => write!(f, "failed {text}"),
        }
    }
}

/// The second serial port.
pub(crate) struct StatusLine(File);

impl StatusLine {
    /// Opens the port.
    pub(crate) fn open() -> Result<Self> {
        Ok(StatusLine(console::open_raw("/dev/ttyS1")?))
    }

    /// Writes the line, and returns when it has left the machine.
    pub(crate) fn write(&mut self, outcome: &Outcome) -> Result<()> {
        let text = outcome.to_string().replace(|c: char| c.is_control(), " ");
        self.0.write_all(format!("{text}\n").as_bytes()).context("/dev/ttyS1")?;
        tcdrain(&self.0).context("/dev/ttyS1")
    }
}
