//! The requests to a terminal: ioctl_tty(2).

use super::line::{Packet, Receiver};
use super::terminal::{Consequences, State, Terminal};
use crate::memory::AddressSpace;
use crate::process::{self, Pid};
use crate::task::TaskContext;
use core::sync::atomic::Ordering;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use logic::line::{CHARACTERS, Input, Local, Output, Settings};
use logic::signal::Signal;

/// The sizes of `struct termios` and `struct termios2`, and where the special characters are: behind four words and a byte.
const TERMIOS: usize = 36;
const TERMIOS2: usize = 44;
const KEYS: usize = 17;

/// The modem lines of a terminal that is there: DTR, RTS, CTS, CD and DSR (asm-generic/termios.h).
const MODEM: u32 = 0x002 | 0x004 | 0x020 | 0x040 | 0x100;

/// When new settings count.
enum When {
    Now,
    /// When everything written before has left.
    Drained,
    /// Then, and what was typed and not read is forgotten.
    Flushed,
}

impl Terminal {
    /// Does what a request asks for: ioctl(2).
    pub(super) fn control(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        if changes(request) {
            self.check_foreground(ctx, Signal::TTOU)?;
        }
        let int = |value: usize| space.write(ctx, argument, &(value as u32).to_le_bytes());
        match request {
            ioctl::TCGETS => space.write(ctx, argument, &self.termios()[..TERMIOS])?,
            ioctl::TCGETS2 => space.write(ctx, argument, &self.termios())?,
            ioctl::TCSETS => self.set_termios::<TERMIOS>(ctx, space, argument, When::Now)?,
            ioctl::TCSETSW => self.set_termios::<TERMIOS>(ctx, space, argument, When::Drained)?,
            ioctl::TCSETSF => self.set_termios::<TERMIOS>(ctx, space, argument, When::Flushed)?,
            ioctl::TCSETS2 => self.set_termios::<TERMIOS2>(ctx, space, argument, When::Now)?,
            ioctl::TCSETSW2 => self.set_termios::<TERMIOS2>(ctx, space, argument, When::Drained)?,
            ioctl::TCSETSF2 => self.set_termios::<TERMIOS2>(ctx, space, argument, When::Flushed)?,
            ioctl::TIOCGWINSZ => space.write(ctx, argument, &self.window())?,
            ioctl::TIOCSWINSZ => self.set_window(ctx, space, argument)?,
            // A break is not sent; with a number, tcdrain(3) is meant.
            ioctl::TCSBRK | ioctl::TCSBRKP => self.output.drain(ctx)?,
            ioctl::TIOCSBRK | ioctl::TIOCCBRK => {}
            ioctl::TCXONC => self.stop_or_start(argument)?,
            ioctl::TCFLSH => self.flush(argument)?,
            ioctl::TIOCOUTQ => int(self.output.waiting())?,
            ioctl::FIONREAD => int(self.readable())?,
            ioctl::TIOCSTI => self.pretend_input(ctx, space, argument)?,
            // The one line discipline there is has the number 0.
            ioctl::TIOCGETD => int(0)?,
            ioctl::TIOCSETD => match read_int(ctx, space, argument)? {
                0 => {}
                _ => return Err(Errno::EINVAL),
            },
            ioctl::TIOCGDEV => int(self.number.encode() as usize)?,
            ioctl::TIOCEXCL => self.exclusive.store(true, Ordering::Relaxed),
            ioctl::TIOCNXCL => self.exclusive.store(false, Ordering::Relaxed),
            ioctl::TIOCGEXCL => int(self.exclusive.load(Ordering::Relaxed).into())?,
            ioctl::TIOCSCTTY => self.become_controlling(ctx, argument == 1)?,
            ioctl::TIOCNOTTY => self.give_up(ctx)?,
            ioctl::TIOCGPGRP => int(self.foreground_for(ctx)?.0 as usize)?,
            ioctl::TIOCSPGRP => self.set_foreground_group(ctx, space, argument)?,
            ioctl::TIOCGSID => int(self.session_for(ctx)?.0 as usize)?,
            ioctl::TIOCVHANGUP if is_root(ctx) => self.hang_up(),
            ioctl::TIOCVHANGUP => return Err(Errno::EPERM),
            ioctl::TIOCMGET if self.output.line().has_modem() => int(MODEM as usize)?,
            ioctl::TIOCGSOFTCAR => int(usize::from(self.state.lock().settings.control & linux::CLOCAL != 0))?,
            ioctl::TIOCSSOFTCAR => {
                let on = read_int(ctx, space, argument)? != 0;
                let mut state = self.state.lock();
                let control = &mut state.settings.control;
                *control = if on { *control | linux::CLOCAL } else { *control & !linux::CLOCAL };
            }
            _ => return Err(Errno::ENOTTY),
        }
        Ok(0)
    }

    /// `TIOCSTI`: a byte as if it had been typed. `EPERM` but for the superuser and who is controlled by this terminal.
    fn pretend_input(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        let own = Terminal::of_caller(ctx).is_some_and(|terminal| core::ptr::eq(&*terminal, self));
        if !own && !is_root(ctx) {
            return Err(Errno::EPERM);
        }
        let mut byte = [0];
        space.read(ctx, from, &mut byte)?;
        self.receive(&byte);
        Ok(())
    }

    fn set_foreground_group(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        match self.check_foreground(ctx, Signal::TTOU) {
            Err(Errno::EIO) => return Err(Errno::ENOTTY),
            checked => checked?,
        }
        let group = read_int(ctx, space, from)?;
        if (group as i32) < 0 {
            return Err(Errno::EINVAL);
        }
        self.set_foreground(ctx, Pid(group))
    }

    fn readable(&self) -> usize {
        let state = self.state.lock();
        state.line.readable(&state.settings)
    }

    fn termios(&self) -> [u8; TERMIOS2] {
        let settings = self.state.lock().settings;
        let Settings { input, output, control, local, characters } = settings;
        let mut bytes = [0; TERMIOS2];
        for (place, flags) in bytes.chunks_exact_mut(4).zip([input.bits(), output.bits(), control, local.bits()]) {
            place.copy_from_slice(&flags.to_le_bytes());
        }
        bytes[KEYS..KEYS + CHARACTERS].copy_from_slice(&characters);
        let speed = speed(control).to_le_bytes();
        bytes[TERMIOS..TERMIOS + 4].copy_from_slice(&speed);
        bytes[TERMIOS + 4..].copy_from_slice(&speed);
        bytes
    }

    fn set_termios<const SIZE: usize>(
        &self,
        ctx: &TaskContext,
        space: &AddressSpace,
        from: u64,
        when: When,
    ) -> Result<()> {
        let mut bytes = [0; SIZE];
        space.read(ctx, from, &mut bytes)?;
        let mut flags =
            bytes.chunks_exact(4).map(|word| word.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte)));
        let mut next = || flags.next().unwrap_or(0);
        let (input, output, control, local) = (next(), next(), next(), next());
        let mut characters = [0; CHARACTERS];
        characters.copy_from_slice(&bytes[KEYS..KEYS + CHARACTERS]);
        let new = Settings {
            input: Input::from_bits_retain(input),
            output: Output::from_bits_retain(output),
            control,
            local: Local::from_bits_retain(local),
            characters,
        };
        if !matches!(when, When::Now) {
            self.output.drain(ctx)?;
        }
        self.apply(new, matches!(when, When::Flushed));
        Ok(())
    }

    fn apply(&self, new: Settings, flush: bool) {
        let mut consequences = Consequences::default();
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        if flush {
            line.clear();
        }
        line.settings_changed(settings, &new, &mut |action| self.note(action, &mut consequences));
        let old = core::mem::replace(settings, new);
        drop(state);
        self.tell_of_change(&old, &new);
        consequences.readable = true;
        self.follow_up(&consequences);
        self.room_made();
    }

    fn tell_of_change(&self, old: &Settings, new: &Settings) {
        let stops = |settings: &Settings| {
            let keys = [linux::VSTOP, linux::VSTART].map(|key| settings.characters[key as usize]);
            settings.input.contains(Input::IXON) && keys == [b'S' - 0x40, b'Q' - 0x40]
        };
        let line = self.output.line();
        if stops(old) != stops(new) {
            line.tell(if stops(new) { Packet::DO_STOP } else { Packet::NO_STOP });
        }
        let edited = |settings: &Settings| settings.local.contains(Local::EXTPROC);
        if edited(old) || edited(new) {
            line.tell(Packet::SETTINGS);
        }
    }

    fn window(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        for (place, size) in bytes.chunks_exact_mut(2).zip(self.state.lock().window) {
            place.copy_from_slice(&size.to_le_bytes());
        }
        bytes
    }

    fn set_window(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        let mut bytes = [0; 8];
        space.read(ctx, from, &mut bytes)?;
        let mut window = [0; 4];
        for (size, place) in window.iter_mut().zip(bytes.chunks_exact(2)) {
            *size = u16::from_le_bytes([place[0], place[1]]);
        }
        let old = core::mem::replace(&mut self.state.lock().window, window);
        if old != window {
            self.signal_foreground(Signal::WINCH);
        }
        Ok(())
    }

    /// tcflow(3)
    fn stop_or_start(&self, what: u64) -> Result<()> {
        match what as u32 {
            linux::TCOOFF => self.stop_output(true),
            linux::TCOON => self.stop_output(false),
            // To send STOP or START to the other side.
            linux::TCIOFF | linux::TCION => {
                let key = if what as u32 == linux::TCIOFF { linux::VSTOP } else { linux::VSTART };
                let byte = self.state.lock().settings.characters[key as usize];
                if byte != 0 {
                    self.output.put(&[byte], 0);
                    self.output.send();
                }
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// tcflush(3)
    fn flush(&self, what: u64) -> Result<()> {
        let (input, output) = match what as u32 {
            linux::TCIFLUSH => (true, false),
            linux::TCOFLUSH => (false, true),
            linux::TCIOFLUSH => (true, true),
            _ => return Err(Errno::EINVAL),
        };
        if input {
            self.state.lock().line.clear();
            self.room_made();
        }
        if output {
            self.output.discard();
            self.output.queue.wake_all();
        }
        let told = [(input, Packet::FLUSH_READ), (output, Packet::FLUSH_WRITE)];
        self.output.line().tell(told.into_iter().filter(|(done, _)| *done).map(|(_, packet)| packet).collect());
        Ok(())
    }
}

/// Whether a request changes something for others, so that who is in the background must not.
fn changes(request: u32) -> bool {
    use ioctl::{TCFLSH, TCSBRK, TCSBRKP, TCSETS, TCSETSF, TCSETSW, TCXONC, TIOCCBRK, TIOCSBRK, TIOCSETD};
    use ioctl::{TCSETA, TCSETAF, TCSETAW, TCSETS2, TCSETSF2, TCSETSW2};
    let settings = [TCSETS, TCSETSW, TCSETSF, TCSETS2, TCSETSW2, TCSETSF2, TCSETA, TCSETAW, TCSETAF];
    let others = [TCFLSH, TCSBRK, TCSBRKP, TCXONC, TIOCSBRK, TIOCCBRK, TIOCSETD];
    settings.contains(&request) || others.contains(&request)
}

fn is_root(ctx: &TaskContext) -> bool {
    process::caller(ctx).is_none_or(|thread| thread.process.credentials().is_root())
}

fn read_int(ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<u32> {
    let mut bytes = [0; 4];
    space.read(ctx, from, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// The speed in bits a second that the control flags name; 0 for what has no name here.
fn speed(control: u32) -> u32 {
    match control & linux::CBAUD {
        linux::B9600 => 9600,
        linux::B19200 => 19200,
        linux::B38400 => 38400,
        linux::B57600 => 57600,
        linux::B115200 => 115_200,
        _ => 0,
    }
}
