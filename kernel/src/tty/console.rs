//! The console: /dev/console, /dev/tty and /dev/ttyS0 are the same terminal, or stream, on the first serial port.
//!
//! `init` calls [`start`] with the line that the driver gives. What is sent over the line is shown on the screen by the driver.

use super::line::{Line, Receiver};
use super::stream::Stream;
use super::terminal::Terminal;
use crate::fs::File;
use crate::fs::dev::{Shared, character, register};
use crate::task::{TaskContext, WaitQueue};
use alloc::sync::Arc;
use logic::errno::Result;

/// Puts a terminal, or with `stream` a stream, on the line, and registers the devices. Without a line, what is written is lost.
pub fn start(ctx: &TaskContext, line: Option<Arc<dyn Line>>, stream: bool) -> Result<()> {
    let line = line.unwrap_or_else(|| Arc::new(Nowhere(WaitQueue::new())));
    let file: Arc<dyn File> = if stream { Stream::new(line)? } else { Terminal::new(line)? };
    for (name, major, minor, mode) in [("console", 5, 1, 0o600), ("tty", 5, 0, 0o666), ("ttyS0", 4, 64, 0o620)] {
        register(ctx, name, character(major, minor), mode, Arc::new(Shared(file.clone())))?;
    }
    Ok(())
}

/// The line of a machine without a serial port.
struct Nowhere(WaitQueue);

impl Line for Nowhere {
    fn send(&self, bytes: &[u8]) -> usize {
        bytes.len()
    }

    fn queue(&self) -> &WaitQueue {
        &self.0
    }

    fn drained(&self) -> bool {
        true
    }

    fn set_receiver(&self, _receiver: Arc<dyn Receiver>) {}

    fn resume(&self) {}
}
