//! The requests to a terminal: ioctl_tty(2).

use super::terminal::{Consequences, State, Terminal};
use crate::memory::AddressSpace;
use crate::task::TaskContext;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use logic::line::{CHARACTERS, Input, Local, Output, Settings};

/// The sizes of `struct termios` and `struct termios2`, and where the special characters are: behind four words and a byte.
const TERMIOS: usize = 36;
const TERMIOS2: usize = 44;
const KEYS: usize = 17;

/// When new settings count.
enum When {
    Now,
    /// When everything written before has left.
    Drained,
    /// Then, and what was typed and not read is forgotten.
    Flushed,
}

impl Terminal {
    pub(super) fn control(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
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
            // A break cannot be sent; with a number, tcdrain(3) is meant.
            ioctl::TCSBRK | ioctl::TCSBRKP => self.output.drain(ctx)?,
            ioctl::TCXONC => self.stop_or_start(argument)?,
            ioctl::TCFLSH => self.flush(argument)?,
            ioctl::TIOCOUTQ => int(self.output.waiting())?,
            ioctl::FIONREAD => int(self.readable())?,
            ioctl::TIOCGETD => int(0)?,
            // Job control comes with sessions; until then this is nobody's controlling terminal.
            _ => return Err(Errno::ENOTTY),
        }
        Ok(0)
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
        *settings = new;
        drop(state);
        consequences.readable = true;
        self.follow_up(&consequences);
        self.room_made();
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
        self.state.lock().window = window;
        Ok(())
    }

    /// tcflow(3)
    fn stop_or_start(&self, what: u64) -> Result<()> {
        match what as u32 {
            linux::TCOOFF => self.output.stop(true),
            linux::TCOON => self.output.stop(false),
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
        Ok(())
    }
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
