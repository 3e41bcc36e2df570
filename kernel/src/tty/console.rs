//! Which terminals there are: ttyS0 on the first serial port, tty1 on screen and keyboard, /dev/console for one of them, /dev/tty for
//! each process's own, and the pseudo-terminals.
//!
//! `init` calls [`start`] with the lines that the drivers give.

use super::devpts;
use super::line::{Line, Receiver};
use super::open::{Controlling, Node};
use super::stream::Stream;
use super::terminal::Terminal;
use crate::fs::dev::{Device, Shared, character, register};
use crate::fs::inode::Kind;
use crate::fs::{DeviceNumber, Path};
use crate::process::{Process, before_shut_down};
use crate::task::{TaskContext, WaitQueue};
use alloc::boxed::Box;
use alloc::sync::Arc;
use logic::errno::Result;
use spin::Once;

/// The number of the first serial port.
const SERIAL: DeviceNumber = DeviceNumber::new(4, 64);

/// The terminal that is the console.
static CONSOLE: Once<Arc<Terminal>> = Once::new();

/// What there is to make terminals of.
pub struct Lines {
    /// The first serial port.
    pub serial: Option<Arc<dyn Line>>,
    /// Programs' bytes go over it as they are: it is no terminal.
    pub stream: bool,
}

/// Makes the terminals, and puts them into the /dev of a root. Without a line, what is written to the console is lost.
pub fn start(ctx: &TaskContext, root: &Path, lines: Lines) -> Result<()> {
    let line = lines.serial.unwrap_or_else(|| Arc::new(Nowhere(WaitQueue::new())));
    let (console, serial): (Arc<dyn Device>, Arc<dyn Device>) = if lines.stream {
        let stream = Stream::new(line)?;
        let last = stream.clone();
        before_shut_down(Box::new(move |ctx| last.finish(ctx)));
        (Arc::new(Shared(stream.clone())), Arc::new(Shared(stream)))
    } else {
        let terminal = terminal_on(SERIAL, line)?;
        terminal.ask_size(ctx);
        CONSOLE.call_once(|| terminal.clone());
        let last = terminal.clone();
        before_shut_down(Box::new(move |ctx| last.finish(ctx)));
        (Arc::new(Node { terminal: terminal.clone(), console: true }), Arc::new(Node { terminal, console: false }))
    };
    register(ctx, "console", character(5, 1), 0o600, console)?;
    register(ctx, "ttyS0", Kind::CharacterDevice(SERIAL), 0o620, serial)?;
    register(ctx, "tty", character(5, 0), 0o666, Arc::new(Controlling))?;
    devpts::start(ctx, root)
}

/// Gives a process that leads a session the console for its terminal, if that is one and free; else opening one does.
pub fn give_to(process: &Process) {
    if let Some(terminal) = CONSOLE.get() {
        terminal.adopt(process);
    }
}

fn terminal_on(number: DeviceNumber, line: Arc<dyn Line>) -> Result<Arc<Terminal>> {
    let terminal = Terminal::new(number, line.clone())?;
    line.set_receiver(terminal.clone());
    Ok(terminal)
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
