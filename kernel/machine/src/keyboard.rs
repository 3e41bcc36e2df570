//! The keyboard's controller: i8042, or what stands in for it. IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
//! Auxiliary Device Controller".

use crate::clock;
use crate::port::PortRange;
use core::time::Duration;

const DATA: u16 = 0;
/// To read.
const STATUS: u16 = 0;
/// To write.
const COMMAND: u16 = 0;

const OUTPUT_FULL: u8 = 0x01;
const INPUT_FULL: u8 = 0x02;
/// What waits comes from the mouse.
const FROM_MOUSE: u8 = 0x20;

const READ_SETTINGS: u8 = 0x20;
const WRITE_SETTINGS: u8 = 0x60;
const INTERRUPT: u8 = 0x01;
const MOUSE_INTERRUPT: u8 = 0x02;
const KEYBOARD_OFF: u8 = 0x10;
/// Codes come as those of set 1.
const TRANSLATE: u8 = 0x40;

/// How long the controller may take for anything.
const PATIENCE: Duration = Duration::from_millis(20);
/// The most that it may hold from before.
const STALE: usize = 32;

/// The keyboard.
#[derive(Debug)]
pub struct Keyboard {
    data: PortRange,
    control: PortRange,
}

impl Keyboard {
    /// The interrupt line that it is wired to.
    pub const LINE: u8 = 1;

    /// The keyboard, once, if the controller is there; it raises interrupts and sends codes of set 1.
    pub fn open() -> Option<Keyboard> {
        // SAFETY: the controller touches no memory; the command that resets the machine by it is never sent.
        let data = unsafe { PortRange::claim(0x60, 1, "keyboard") }.ok()?;
        // SAFETY: as above.
        let control = unsafe { PortRange::claim(0x64, 1, "keyboard") }.ok()?;
        let mut keyboard = Keyboard { data, control };
        // Where there is no controller, nothing drives the lines.
        if keyboard.status() == 0xff {
            return None;
        }
        for _ in 0..STALE {
            keyboard.read();
        }
        keyboard.command(READ_SETTINGS)?;
        keyboard.wait(OUTPUT_FULL, OUTPUT_FULL)?;
        let settings = keyboard.data.read8(DATA);
        keyboard.command(WRITE_SETTINGS)?;
        keyboard.wait(INPUT_FULL, 0)?;
        keyboard.data.write8(DATA, (settings | INTERRUPT | TRANSLATE) & !(KEYBOARD_OFF | MOUSE_INTERRUPT));
        Some(keyboard)
    }

    /// A code, if one waits.
    pub fn read(&mut self) -> Option<u8> {
        while self.status() & OUTPUT_FULL != 0 {
            let from_mouse = self.status() & FROM_MOUSE != 0;
            let byte = self.data.read8(DATA);
            if !from_mouse {
                return Some(byte);
            }
        }
        None
    }

    fn status(&self) -> u8 {
        self.control.read8(STATUS)
    }

    fn command(&mut self, command: u8) -> Option<()> {
        self.wait(INPUT_FULL, 0)?;
        self.control.write8(COMMAND, command);
        Some(())
    }

    fn wait(&self, bit: u8, wanted: u8) -> Option<()> {
        let start = clock::now();
        while self.status() & bit != wanted {
            if clock::now().since(start) > PATIENCE {
                return None;
            }
        }
        Some(())
    }
}
