//! The first serial port: a terminal for a person, or a raw line that carries a program's bytes.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::sys::termios::{SetArg, cfmakeraw, tcdrain, tcgetattr, tcsetattr};

const PORT: &str = "/dev/ttyS0";

/// The first serial port.
pub(crate) enum Console {
    /// A terminal for a person.
    Terminal(File),
    /// A raw line that carries a program's bytes.
    Stream(File),
}

impl Console {
    /// Opens the port, before the program's root hides it.
    pub(crate) fn open(stream: bool) -> Result<Self> {
        if !stream {
            return Ok(Console::Terminal(open(PORT)?));
        }
        // What the kernel says would stand among the program's bytes; its last words come even at the lowest log level.
        let _ = fs::write("/sys/class/tty/ttyS0/console", "N");
        Ok(Console::Stream(open_raw(PORT)?))
    }

    /// Returns when all that was written has left the machine.
    pub(crate) fn drain(&self) {
        let (Console::Terminal(port) | Console::Stream(port)) = self;
        let _ = tcdrain(port);
    }
}

/// Opens a serial port as a line of plain bytes.
pub(crate) fn open_raw(path: &str) -> Result<File> {
    let port = open(path)?;
    let mut settings = tcgetattr(&port).context(path.to_owned())?;
    cfmakeraw(&mut settings);
    tcsetattr(&port, SetArg::TCSANOW, &settings).context(path.to_owned())?;
    Ok(port)
}

fn open(path: &str) -> Result<File> {
    let how = OFlag::O_NOCTTY.bits();
    OpenOptions::new().read(true).write(true).custom_flags(how).open(path).context(path.to_owned())
}
