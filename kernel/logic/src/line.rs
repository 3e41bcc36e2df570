//! The editing of lines at a terminal, as Linux's `n_tty` does it: termios(3).
//!
//! What is typed goes through [`Line::receive`], which edits the line, tells what is to be shown and which keys send signals or
//! stop the output. Programs get the bytes by [`Line::read`]: whole lines in canonical mode, else whatever is there; waiting for
//! as many bytes as `VMIN` says, or as long as `VTIME`, is the caller's part. What programs write goes through [`Line::write`].
//! `tty` has one for each terminal, behind the terminal's lock.
//!
//! Bytes with wrong parity are not known here.

mod erase;
mod flow;
mod output;
mod queue;
mod settings;
#[cfg(test)]
mod tests;

pub use flow::Flow;
pub use output::GROWTH;
pub use queue::CAPACITY;
pub use settings::{CHARACTERS, Input, Local, Output, Settings};

use crate::errno::Result;
use crate::signal::Signal;
use erase::Erase;
use linux_raw_sys::general;
use output::{Cursor, is_upper};
use queue::Queue;

/// What is to be done because of what was typed, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Print this byte.
    Print(u8),
    /// Forget what was written and is not printed yet.
    DiscardOutput,
    /// Send a signal to the terminal's foreground.
    Send(Signal),
    /// Print nothing until `Start`.
    Stop,
    /// Print again.
    Start,
    /// Wake whoever waits for input.
    Readable,
}

/// What a read gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Read {
    /// How many bytes.
    pub length: usize,
    /// Whether a line ends here, so that the program gets no more; with no bytes at all it is the end of the file.
    pub ended: bool,
}

/// The input of a terminal, and where its cursor is.
pub struct Line {
    queue: Queue,
    /// The next byte is taken as it is.
    literal: bool,
    /// Erased characters are being printed again.
    erasing: bool,
    flow: Flow,
    cursor: Cursor,
}

impl Line {
    /// A terminal without input, or `ENOMEM`.
    pub fn try_new() -> Result<Line> {
        Ok(Line {
            queue: Queue::try_new()?,
            literal: false,
            erasing: false,
            flow: Flow::default(),
            cursor: Cursor::default(),
        })
    }

    /// Takes a byte that was typed. False: there is no room for it before a program has read; it must be offered again then.
    /// A line that is too long loses its end instead.
    pub fn receive(&mut self, byte: u8, settings: &Settings, act: &mut impl FnMut(Action)) -> bool {
        if !self.make_room(settings) {
            return false;
        }
        let has = |flag| settings.input.contains(flag);
        let byte = if has(Input::ISTRIP) { byte & 0x7f } else { byte };
        let lower = has(Input::IUCLC) && settings.local.contains(Local::IEXTEN) && is_upper(byte);
        let byte = if lower { byte + 0x20 } else { byte };
        let edited = settings.local.contains(Local::EXTPROC);
        if core::mem::take(&mut self.literal) {
            self.start_if_any(settings, act);
            self.take_typed(byte, false, settings, act);
        } else if edited {
            self.queue.push(byte);
            act(Action::Readable);
        } else if !self.control_output(byte, settings, act) && !self.signal(byte, settings, act) {
            self.start_if_any(settings, act);
            let (byte, newline) = match byte {
                b'\r' if has(Input::IGNCR) => return true,
                b'\r' if has(Input::ICRNL) => (b'\n', true),
                b'\n' if has(Input::INLCR) => (b'\r', false),
                byte => (byte, false),
            };
            if !settings.is_canonical() || !self.edit(byte, settings, act) {
                self.take_typed(byte, newline, settings, act);
            }
        }
        true
    }

    /// Takes a break: the line was held down.
    pub fn receive_break(&mut self, settings: &Settings, act: &mut impl FnMut(Action)) {
        let has = |flag| settings.input.contains(flag);
        if has(Input::IGNBRK) {
            return;
        }
        if has(Input::BRKINT) {
            act(Action::Send(Signal::INT));
            if !settings.local.contains(Local::NOFLSH) {
                act(Action::DiscardOutput);
                self.clear();
            }
            return;
        }
        if has(Input::PARMRK) {
            self.queue.push(0xff);
            self.queue.push(0);
        }
        self.queue.push(0);
        if !settings.is_canonical() {
            act(Action::Readable);
        }
    }

    /// Whether a read would get something: a line, or in other modes a byte.
    pub fn is_readable(&self, settings: &Settings) -> bool {
        if settings.is_canonical() { self.queue.lines_len() > 0 } else { self.queue.len() > 0 }
    }

    /// How many bytes can be read (`FIONREAD`); in canonical mode those of whole lines.
    pub fn readable(&self, settings: &Settings) -> usize {
        if settings.is_canonical() { self.queue.readable_in_lines() } else { self.queue.len() }
    }

    /// How many bytes more can be typed.
    pub fn room(&self) -> usize {
        CAPACITY - self.queue.len()
    }

    /// Takes out bytes for a program: up to the end of a line, or in other modes all that there are, and no more than fit.
    pub fn read(&mut self, into: &mut [u8], settings: &Settings) -> Read {
        self.queue.read(into, settings.is_canonical())
    }

    /// Forgets all input (`TCIFLUSH`).
    pub fn clear(&mut self) {
        self.queue.clear();
        self.erasing = false;
    }

    /// Must be called after the settings were changed: what was typed becomes a line when canonical mode begins.
    pub fn settings_changed(&mut self, old: &Settings, new: &Settings, act: &mut impl FnMut(Action)) {
        if old.input.contains(Input::IXON) && !new.input.contains(Input::IXON) {
            self.start(act);
        }
        if !(old.local ^ new.local).intersects(Local::ICANON | Local::EXTPROC) {
            return;
        }
        self.queue.join_lines();
        if new.is_canonical() && self.queue.len() > 0 {
            self.queue.end_line();
        }
        (self.erasing, self.literal) = (false, false);
    }

    /// Puts out a byte that a program wrote, as up to [`GROWTH`] bytes.
    pub fn write(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        self.cursor.put(byte, settings, put);
    }

    /// Whether output is stopped; a program may change that (tcflow(3)).
    pub fn flow(&mut self) -> &mut Flow {
        &mut self.flow
    }

    /// Whether there is room for a byte; makes it, in a line that is not complete, by dropping the last.
    fn make_room(&mut self, settings: &Settings) -> bool {
        let free = self.room();
        // With PARMRK, Linux counts on three bytes for each that comes.
        let free = if settings.input.contains(Input::PARMRK) { free.div_ceil(3) } else { free };
        if free > 1 {
            return true;
        }
        let overflows = settings.is_canonical() && self.queue.lines_len() == 0;
        if overflows && free == 0 {
            self.queue.cut(self.queue.head().wrapping_sub(1));
        }
        overflows
    }

    /// STOP and START.
    fn control_output(&mut self, byte: u8, settings: &Settings, act: &mut impl FnMut(Action)) -> bool {
        if !settings.input.contains(Input::IXON) {
            return false;
        }
        if settings.is(byte, general::VSTART) {
            self.start(act);
            true
        } else if settings.is(byte, general::VSTOP) {
            if self.flow.stop() {
                act(Action::Stop);
            }
            true
        } else {
            false
        }
    }

    fn start(&mut self, act: &mut impl FnMut(Action)) {
        if self.flow.start() {
            act(Action::Start);
        }
    }

    fn start_if_any(&mut self, settings: &Settings, act: &mut impl FnMut(Action)) {
        if settings.input.contains(Input::IXON | Input::IXANY) {
            self.start(act);
        }
    }

    /// INTR, QUIT and SUSP.
    fn signal(&mut self, byte: u8, settings: &Settings, act: &mut impl FnMut(Action)) -> bool {
        let keys = [(general::VINTR, Signal::INT), (general::VQUIT, Signal::QUIT), (general::VSUSP, Signal::TSTP)];
        let found = keys.into_iter().find(|&(index, _)| settings.is(byte, index));
        let Some((_, signal)) = found.filter(|_| settings.local.contains(Local::ISIG)) else { return false };
        act(Action::Send(signal));
        if !settings.local.contains(Local::NOFLSH) {
            act(Action::DiscardOutput);
            self.clear();
        }
        if settings.input.contains(Input::IXON) {
            self.start(act);
        }
        if settings.local.contains(Local::ECHO) {
            self.cursor.echo(byte, settings, &mut |byte| act(Action::Print(byte)));
        }
        true
    }

    /// The keys that edit a line or end it; false if it is none of them.
    fn edit(&mut self, byte: u8, settings: &Settings, act: &mut impl FnMut(Action)) -> bool {
        let has = |flag| settings.local.contains(flag);
        let extended = |index| has(Local::IEXTEN) && settings.is(byte, index);
        let put = &mut |byte| act(Action::Print(byte));
        if settings.is(byte, general::VERASE) {
            self.erase(Erase::Character, settings, put);
        } else if settings.is(byte, general::VKILL) {
            self.kill(settings, put);
        } else if extended(general::VWERASE) {
            self.erase(Erase::Word, settings, put);
        } else if extended(general::VLNEXT) {
            self.literal = true;
            if has(Local::ECHO) {
                self.finish_erasing(settings, put);
                if has(Local::ECHOCTL) {
                    self.cursor.put(b'^', settings, put);
                    self.cursor.put(b'\x08', settings, put);
                }
            }
        } else if has(Local::ECHO) && extended(general::VREPRINT) {
            self.reprint(byte, settings, put);
        } else if byte == b'\n' {
            if has(Local::ECHO) || has(Local::ECHONL) {
                self.cursor.put(b'\n', settings, put);
            }
            self.end_line(b'\n', act);
        } else if settings.is(byte, general::VEOF) {
            self.end_line(0, act);
        } else if settings.is(byte, general::VEOL) || extended(general::VEOL2) {
            if has(Local::ECHO) {
                self.echo(byte, settings, put);
            }
            self.double(byte, settings);
            self.end_line(byte, act);
        } else {
            return false;
        }
        true
    }

    /// A byte that means nothing but itself. Only a carriage return that became a newline is shown as one.
    fn take_typed(&mut self, byte: u8, newline: bool, settings: &Settings, act: &mut impl FnMut(Action)) {
        if settings.local.contains(Local::ECHO) {
            let put = &mut |byte| act(Action::Print(byte));
            self.finish_erasing(settings, put);
            if newline {
                self.cursor.put(byte, settings, put);
            } else {
                self.echo(byte, settings, put);
            }
        }
        self.double(byte, settings);
        self.queue.push(byte);
        if !settings.is_canonical() {
            act(Action::Readable);
        }
    }

    fn double(&mut self, byte: u8, settings: &Settings) {
        if byte == 0xff && settings.input.contains(Input::PARMRK) {
            self.queue.push(byte);
        }
    }

    fn end_line(&mut self, byte: u8, act: &mut impl FnMut(Action)) {
        self.queue.push(byte);
        self.queue.end_line();
        act(Action::Readable);
    }

    /// Shows a byte of the line.
    fn echo(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        if self.queue.line_is_empty() {
            self.cursor.begin_line();
        }
        self.cursor.echo(byte, settings, put);
    }

    fn finish_erasing(&mut self, settings: &Settings, put: &mut impl FnMut(u8)) {
        if core::mem::take(&mut self.erasing) {
            self.cursor.put(b'/', settings, put);
        }
    }
}
