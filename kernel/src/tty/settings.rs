//! How a terminal is set: the requests by which tcgetattr(3) and tcsetattr(3) read and change `struct termios`, and their forebears.

use super::line::Packet;
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

/// `struct termio`, which has half the flags and not all of the special characters.
const TERMIO: usize = 18;
const TERMIO_KEYS: usize = 9;
const TERMIO_CHARACTERS: usize = 8;

/// When new settings count.
#[derive(Clone, Copy)]
enum When {
    Now,
    /// When everything written before has left.
    Drained,
    /// Then, and what was typed and not read is forgotten.
    Flushed,
}

/// In which structure they come.
#[derive(Clone, Copy)]
enum Form {
    Termio,
    Termios,
    Termios2,
}

impl Terminal {
    /// Tells or changes the settings; `ENOTTY` for a request that does neither.
    pub(super) fn control_settings(
        &self,
        ctx: &TaskContext,
        request: u32,
        argument: u64,
        space: &AddressSpace,
    ) -> Result<()> {
        let (form, when) = match request {
            ioctl::TCGETS => return space.write(ctx, argument, &self.termios()[..TERMIOS]),
            ioctl::TCGETS2 => return space.write(ctx, argument, &self.termios()),
            ioctl::TCGETA => return space.write(ctx, argument, &termio(&self.settings())),
            ioctl::TCSETS => (Form::Termios, When::Now),
            ioctl::TCSETSW => (Form::Termios, When::Drained),
            ioctl::TCSETSF => (Form::Termios, When::Flushed),
            ioctl::TCSETS2 => (Form::Termios2, When::Now),
            ioctl::TCSETSW2 => (Form::Termios2, When::Drained),
            ioctl::TCSETSF2 => (Form::Termios2, When::Flushed),
            ioctl::TCSETA => (Form::Termio, When::Now),
            ioctl::TCSETAW => (Form::Termio, When::Drained),
            ioctl::TCSETAF => (Form::Termio, When::Flushed),
            _ => return Err(Errno::ENOTTY),
        };
        let new = match form {
            Form::Termios => parse_termios(&read::<TERMIOS>(ctx, space, argument)?),
            Form::Termios2 => parse_termios(&read::<TERMIOS2>(ctx, space, argument)?),
            Form::Termio => parse_termio(&read::<TERMIO>(ctx, space, argument)?, self.settings()),
        };
        if !matches!(when, When::Now) {
            self.output.drain(ctx)?;
        }
        self.apply(new, matches!(when, When::Flushed));
        Ok(())
    }

    fn settings(&self) -> Settings {
        self.state.lock().settings
    }

    /// `struct termios2`, of which `struct termios` is the beginning.
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

    fn apply(&self, mut new: Settings, flush: bool) {
        let mut consequences = Consequences::default();
        let mut state = self.state.lock();
        self.output.line().adjust(&state.settings, &mut new);
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
}

fn read<const SIZE: usize>(ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<[u8; SIZE]> {
    let mut bytes = [0; SIZE];
    space.read(ctx, from, &mut bytes)?;
    Ok(bytes)
}

/// What `struct termios` or `struct termios2` says. The speeds of the second are those that the control flags name.
fn parse_termios(bytes: &[u8]) -> Settings {
    let flags =
        |word: usize| bytes[4 * word..4 * word + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte));
    let mut characters = [0; CHARACTERS];
    characters.copy_from_slice(&bytes[KEYS..KEYS + CHARACTERS]);
    Settings {
        input: Input::from_bits_retain(flags(0)),
        output: Output::from_bits_retain(flags(1)),
        control: flags(2),
        local: Local::from_bits_retain(flags(3)),
        characters,
    }
}

/// The settings as `struct termio`.
fn termio(settings: &Settings) -> [u8; TERMIO] {
    let Settings { input, output, control, local, characters } = settings;
    let mut bytes = [0; TERMIO];
    for (place, flags) in bytes.chunks_exact_mut(2).zip([input.bits(), output.bits(), *control, local.bits()]) {
        place.copy_from_slice(&flags.to_le_bytes()[..2]);
    }
    bytes[TERMIO_KEYS..TERMIO_KEYS + TERMIO_CHARACTERS].copy_from_slice(&characters[..TERMIO_CHARACTERS]);
    bytes
}

/// What `struct termio` says; what it cannot say stays as it was.
fn parse_termio(bytes: &[u8; TERMIO], old: Settings) -> Settings {
    let flags =
        |word: usize, old: u32| old & !0xffff | u32::from(u16::from_le_bytes([bytes[2 * word], bytes[2 * word + 1]]));
    let mut characters = old.characters;
    characters[..TERMIO_CHARACTERS].copy_from_slice(&bytes[TERMIO_KEYS..TERMIO_KEYS + TERMIO_CHARACTERS]);
    Settings {
        input: Input::from_bits_retain(flags(0, old.input.bits())),
        output: Output::from_bits_retain(flags(1, old.output.bits())),
        control: flags(2, old.control),
        local: Local::from_bits_retain(flags(3, old.local.bits())),
        characters,
    }
}

/// The speed in bits a second that the control flags name; 0 for what has no name.
fn speed(control: u32) -> u32 {
    const SLOW: [u32; 16] = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];
    const FAST: [u32; 15] = [
        57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000,
        2_500_000, 3_000_000, 3_500_000, 4_000_000,
    ];
    let named = control & linux::CBAUD;
    let index = (named & !linux::CBAUDEX) as usize;
    let speed = if named & linux::CBAUDEX == 0 { SLOW.get(index) } else { FAST.get(index.wrapping_sub(1)) };
    speed.copied().unwrap_or_default()
}
