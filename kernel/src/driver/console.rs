//! The console: the first serial port, and screen and keyboard; the screen shows the same text until a terminal of its own uses it.
//!
//! Programs reach it through the terminal that `init` puts on the line; the kernel's log comes straight here. In a
//! panic the early console asks for what is still on its way (`flush`) and for the screen (`show`).

use super::keyboard;
use super::screen;
use super::uart::SerialLine;
use crate::log::{self, warn};
use crate::tty::console::Lines;
use crate::tty::line::Line;
use alloc::sync::Arc;
use logic::errno::Result;
use machine::early_console::{self, Takeover};
use machine::serial::Uart;
use spin::Once;

static LINE: Once<Arc<SerialLine>> = Once::new();

/// Starts the drivers of serial port, screen and keyboard, once, and gives the lines for terminals, of those that are there.
/// `stream` says that programs send bytes rather than lines for a terminal, so that the screen begins a new line by
/// itself, and that no terminal is on the line, so that the log's lines go there as they are.
pub fn start_console(stream: bool) -> Result<Lines> {
    let screen = screen::start(stream).inspect_err(|why| warn!("no screen: {why}")).ok();
    if let Some(line) = screen.clone() {
        keyboard::start(line).unwrap_or_else(|why| warn!("no keyboard: {why}"));
    }
    if let Some(uart) = Uart::com1() {
        let line = SerialLine::open(uart, screen::mirror)?;
        LINE.call_once(|| line);
    }
    if stream {
        early_console::without_returns();
    }
    log::set_console(if stream { write_stream } else { write });
    early_console::hand_over(Takeover { flush: finish, show: screen::show_at_once });
    Ok(Lines {
        serial: LINE.get().map(|line| line.clone() as Arc<dyn Line>),
        screen: screen.map(|line| line as Arc<dyn Line>),
    })
}

/// Sends and shows everything that is still on its way: before the machine is switched off, and in a panic (by way of
/// the early console). Waits for no lock.
pub fn finish() {
    if let Some(line) = LINE.get() {
        line.flush();
    }
    screen::paint();
}

/// Writes the log's text.
fn write(text: &[u8]) {
    with_returns(text, |piece| {
        if let Some(line) = LINE.get() {
            line.send_all(piece);
        }
        screen::write(piece);
    });
}

/// Writes the log's text where programs send bytes: without carriage returns on the line.
fn write_stream(text: &[u8]) {
    if let Some(line) = LINE.get() {
        line.send_all(text);
    }
    with_returns(text, screen::write);
}

/// Passes text on with a carriage return before each line feed.
pub(super) fn with_returns(text: &[u8], mut write: impl FnMut(&[u8])) {
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                write(line);
                write(b"\r\n");
            }
            None => write(line),
        }
    }
}
