//! Which terminals there are: ttyS0 on the first serial port, tty1 on screen and keyboard, /dev/console for one of them, /dev/tty for
//! each process's own, and the pseudo-terminals.
//!
//! `init` calls [`start`] with the lines that the drivers give.

use super::devpts;
use super::line::{Line, Receiver};
use super::open::{Controlling, Node};
use super::stream::Stream;
use super::terminal::Terminal;
use crate::fs::dev::{Shared, character, register};
use crate::fs::inode::Kind;
use crate::fs::{DeviceNumber, Path};
use crate::process::{Process, before_shut_down};
use crate::task::{TaskContext, WaitQueue};
use alloc::boxed::Box;
use alloc::sync::Arc;
use logic::errno::Result;
use spin::Once;

/// The numbers of the devices.
const SERIAL: DeviceNumber = DeviceNumber::new(4, 64);
const SCREEN: DeviceNumber = DeviceNumber::new(4, 1);
const CONSOLE_NUMBER: Kind = character(5, 1);

/// The terminal that is the console.
static CONSOLE: Once<Arc<Terminal>> = Once::new();

/// What there is to make terminals of.
pub struct Lines {
    /// The first serial port.
    pub serial: Option<Arc<dyn Line>>,
    /// Screen and keyboard.
    pub screen: Option<Arc<dyn Line>>,
}

/// What /dev/console is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The terminal on the serial port.
    Serial,
    /// The terminal of screen and keyboard.
    Screen,
    /// The serial port, over which programs' bytes go as they are: no terminal.
    Stream,
}

impl Choice {
    /// What the command line says with `console=`.
    pub fn new(word: Option<&str>) -> Choice {
        match word.unwrap_or_default() {
            "stream" => Choice::Stream,
            "tty0" | "tty1" => Choice::Screen,
            _ => Choice::Serial,
        }
    }

    /// The terminal's own node, for a shell that a person uses; `None` if it is no terminal.
    pub fn path(self) -> Option<&'static str> {
        match self {
            Choice::Serial => Some("/dev/ttyS0"),
            Choice::Screen => Some("/dev/tty1"),
            Choice::Stream => None,
        }
    }
}

/// Makes the terminals, and puts them into the /dev of a root. Without a line, what is written to the console is lost.
pub fn start(ctx: &TaskContext, root: &Path, lines: Lines, choice: Choice) -> Result<()> {
    let nowhere = || Arc::new(Nowhere(WaitQueue::new())) as Arc<dyn Line>;
    if let Some(line) = lines.screen {
        let terminal = terminal_on(SCREEN, line)?;
        register_terminal(ctx, "tty1", &terminal, choice == Choice::Screen)?;
    }
    let serial = lines.serial.unwrap_or_else(nowhere);
    if choice == Choice::Stream {
        let stream = Stream::new(serial)?;
        let last = stream.clone();
        before_shut_down(Box::new(move |ctx| last.finish(ctx)));
        register(ctx, "console", CONSOLE_NUMBER, 0o600, Arc::new(Shared(stream.clone())))?;
        register(ctx, "ttyS0", Kind::CharacterDevice(SERIAL), 0o620, Arc::new(Shared(stream)))?;
    } else {
        let terminal = terminal_on(SERIAL, serial)?;
        if choice == Choice::Serial {
            terminal.ask_size(ctx);
        }
        register_terminal(ctx, "ttyS0", &terminal, CONSOLE.get().is_none())?;
    }
    register(ctx, "tty", character(5, 0), 0o666, Arc::new(Controlling))?;
    devpts::start(ctx, root)
}

fn register_terminal(ctx: &TaskContext, name: &'static str, terminal: &Arc<Terminal>, console: bool) -> Result<()> {
    let node = |console| Arc::new(Node { terminal: terminal.clone(), console });
    register(ctx, name, Kind::CharacterDevice(terminal.number), 0o620, node(false))?;
    if console {
        CONSOLE.call_once(|| terminal.clone());
        let last = terminal.clone();
        before_shut_down(Box::new(move |ctx| last.finish(ctx)));
        register(ctx, "console", CONSOLE_NUMBER, 0o600, node(true))?;
    }
    Ok(())
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
