//! Our terminal, while a person talks to the machine through it: every key is the machine's.

use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use std::io::{IsTerminal, stdin};

/// A terminal in raw mode, and how it was before; dropping it restores that.
pub struct Raw(Termios);

impl Raw {
    /// Makes the standard input raw, if it is a terminal.
    pub fn enter() -> Option<Raw> {
        let before = tcgetattr(stdin()).ok().filter(|_| stdin().is_terminal())?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(stdin(), SetArg::TCSANOW, &raw).ok()?;
        Some(Raw(before))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // If the terminal is gone there is nothing to restore.
        let _ = tcsetattr(stdin(), SetArg::TCSANOW, &self.0);
    }
}
