//! The editing of lines at a terminal, as Linux's `n_tty` does it: termios(3).
//!
//! What is typed goes through [`Line::receive`], which edits the line, tells what is to be shown and which keys send signals or
//! stop the output. Programs get the bytes by [`Line::read`]: whole lines in canonical mode, else whatever is there; waiting for
//! as many bytes as `VMIN` says, or as long as `VTIME`, is the caller's part. What programs write goes through [`Line::write`].
//! `tty` has one for each terminal, behind the terminal's lock.
//!
//! Bytes with wrong parity are not known here.

mod erase;
mod output;
mod settings;
#[cfg(test)]
mod tests;

pub use output::GROWTH;
pub use settings::{CHARACTERS, Input, Local, Output, Settings};

use crate::errno::{Errno, Result};
use crate::signal::Signal;
use alloc::vec::Vec;
use erase::Erase;
use linux_raw_sys::general;
use output::{Cursor, is_upper};

/// How many bytes of input are kept, and the length of the longest line with its newline.
pub const CAPACITY: usize = 4096;

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
    /// A ring, indexed by the counters below.
    bytes: Vec<u8>,
    /// Which bytes end a line; a NUL that does is an end of file.
    ends: [u64; CAPACITY / 64],
    /// How many bytes were typed, read, and typed in whole lines, so far.
    head: usize,
    tail: usize,
    line_head: usize,
    /// The next byte is taken as it is.
    literal: bool,
    /// Erased characters are being printed again.
    erasing: bool,
    stopped: bool,
    cursor: Cursor,
}

impl Line {
    /// A terminal without input, or `ENOMEM`.
    pub fn try_new() -> Result<Line> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(CAPACITY).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(CAPACITY, 0);
        Ok(Line {
            bytes,
            ends: [0; CAPACITY / 64],
            head: 0,
            tail: 0,
            line_head: 0,
            literal: false,
            erasing: false,
            stopped: false,
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
            self.push(byte);
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
            self.push(0xff);
            self.push(0);
        }
        self.push(0);
        if !settings.is_canonical() {
            act(Action::Readable);
        }
    }

    /// Whether a read would get something: a line, or in other modes a byte.
    pub fn is_readable(&self, settings: &Settings) -> bool {
        self.tail != if settings.is_canonical() { self.line_head } else { self.head }
    }

    /// How many bytes can be read (`FIONREAD`); in canonical mode those of whole lines.
    pub fn readable(&self, settings: &Settings) -> usize {
        if !settings.is_canonical() {
            return self.head.wrapping_sub(self.tail);
        }
        let length = self.line_head.wrapping_sub(self.tail);
        (0..length).filter(|&i| !self.is_end_of_file(self.tail.wrapping_add(i))).count()
    }

    /// Takes out bytes for a program: up to the end of a line, or in other modes all that there are, and no more than fit.
    pub fn read(&mut self, into: &mut [u8], settings: &Settings) -> Read {
        let (canonical, mut length) = (settings.is_canonical(), 0);
        while !into.is_empty() && self.is_readable(settings) {
            let ends = canonical && self.ends_line(self.tail);
            if ends && self.is_end_of_file(self.tail) {
                self.take();
                return Read { length, ended: true };
            }
            let Some(place) = into.get_mut(length) else { break };
            *place = self.take();
            length += 1;
            if ends {
                return Read { length, ended: true };
            }
        }
        Read { length, ended: false }
    }

    /// Forgets all input (`TCIFLUSH`).
    pub fn clear(&mut self) {
        (self.head, self.tail, self.line_head) = (0, 0, 0);
        self.ends = [0; CAPACITY / 64];
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
        self.ends = [0; CAPACITY / 64];
        self.line_head = self.tail;
        if new.is_canonical() && self.head != self.tail {
            self.mark_end(self.head.wrapping_sub(1));
            self.line_head = self.head;
        }
        (self.erasing, self.literal) = (false, false);
    }

    /// Puts out a byte that a program wrote, as up to [`GROWTH`] bytes.
    pub fn write(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        self.cursor.put(byte, settings, put);
    }

    /// Whether the output was stopped by STOP.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether there is room for a byte; makes it, in a line that is not complete, by dropping the last.
    fn make_room(&mut self, settings: &Settings) -> bool {
        let free = CAPACITY - self.head.wrapping_sub(self.tail);
        // With PARMRK, Linux counts on three bytes for each that comes.
        let free = if settings.input.contains(Input::PARMRK) { free.div_ceil(3) } else { free };
        if free > 1 {
            return true;
        }
        let overflows = settings.is_canonical() && self.line_head == self.tail;
        if overflows && free == 0 {
            self.head = self.head.wrapping_sub(1);
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
            if !core::mem::replace(&mut self.stopped, true) {
                act(Action::Stop);
            }
            true
        } else {
            false
        }
    }

    fn start(&mut self, act: &mut impl FnMut(Action)) {
        if core::mem::take(&mut self.stopped) {
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
        self.push(byte);
        if !settings.is_canonical() {
            act(Action::Readable);
        }
    }

    fn double(&mut self, byte: u8, settings: &Settings) {
        if byte == 0xff && settings.input.contains(Input::PARMRK) {
            self.push(byte);
        }
    }

    fn end_line(&mut self, byte: u8, act: &mut impl FnMut(Action)) {
        self.push(byte);
        self.mark_end(self.head.wrapping_sub(1));
        self.line_head = self.head;
        act(Action::Readable);
    }

    /// Shows a byte of the line.
    fn echo(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        if self.line_head == self.head {
            self.cursor.begin_line();
        }
        self.cursor.echo(byte, settings, put);
    }

    fn finish_erasing(&mut self, settings: &Settings, put: &mut impl FnMut(u8)) {
        if core::mem::take(&mut self.erasing) {
            self.cursor.put(b'/', settings, put);
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes[at % CAPACITY]
    }

    /// Adds a byte, unless the ring is full.
    fn push(&mut self, byte: u8) {
        if self.head.wrapping_sub(self.tail) < CAPACITY {
            self.bytes[self.head % CAPACITY] = byte;
            self.head = self.head.wrapping_add(1);
        }
    }

    /// Takes out the oldest byte, and the mark that a line ends there.
    fn take(&mut self) -> u8 {
        let (byte, at) = (self.byte(self.tail), self.tail % CAPACITY);
        self.ends[at / 64] &= !(1 << (at % 64));
        // In other modes, lines are counted as well.
        if self.line_head == self.tail {
            self.line_head = self.line_head.wrapping_add(1);
        }
        self.tail = self.tail.wrapping_add(1);
        byte
    }

    fn mark_end(&mut self, at: usize) {
        let at = at % CAPACITY;
        self.ends[at / 64] |= 1 << (at % 64);
    }

    fn ends_line(&self, at: usize) -> bool {
        let at = at % CAPACITY;
        self.ends[at / 64] & 1 << (at % 64) != 0
    }

    fn is_end_of_file(&self, at: usize) -> bool {
        self.ends_line(at) && self.byte(at) == 0
    }
}
