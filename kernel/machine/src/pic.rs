//! The two 8259A interrupt controllers of a PC, chained: sixteen lines. Intel 8259A data sheet.
//!
//! `irq` calls this; nobody else. The lock protects the ports and our copy of the masks.

use crate::lock::SpinLock;
use crate::port::PortRange;

/// How many lines there are.
pub const LINES: u8 = 16;
/// The line of the first controller that the second one is wired to.
const CASCADE: u8 = 2;
const START: u8 = 0x11; // edge by default, chained, a fourth word follows
const MODE_8086: u8 = 0x01;
const READ_IN_SERVICE: u8 = 0x0b;
const END_OF: u8 = 0x60; // "specific": names the line that has ended

struct Pic {
    first: PortRange,
    second: PortRange,
    /// A set bit is a line that is shut.
    masks: u16,
}

static PIC: SpinLock<Pic> = SpinLock::new(
    "pic",
    Pic {
        // SAFETY: the first controller's ports, named only here; it touches no memory.
        first: unsafe { PortRange::of_pc(0x20, 2) },
        // SAFETY: the second controller's ports, likewise.
        second: unsafe { PortRange::of_pc(0xa0, 2) },
        masks: !(1 << CASCADE),
    },
);

/// Starts both controllers with every line shut; line `n` will come as vector `first_vector + n`.
pub(crate) fn start(first_vector: u8) {
    let mut pic = PIC.lock();
    let pic = &mut *pic;
    pic.first.register("pic1");
    pic.second.register("pic2");
    set_up(&mut pic.first, first_vector, 1 << CASCADE);
    set_up(&mut pic.second, first_vector + 8, CASCADE);
    pic.write_masks();
}

/// The initialisation words, in the order that the chip wants them; `wiring` says where the other controller is.
fn set_up(ports: &mut PortRange, first_vector: u8, wiring: u8) {
    ports.write8(0, START);
    ports.write8(1, first_vector);
    ports.write8(1, wiring);
    ports.write8(1, MODE_8086);
}

/// Opens a line.
pub(crate) fn unmask(line: u8) {
    let mut pic = PIC.lock();
    pic.masks &= !bit(line);
    pic.write_masks();
}

/// Tells the controllers that the interrupt of a line has been dealt with.
pub(crate) fn acknowledge(line: u8) {
    let mut pic = PIC.lock();
    if line >= 8 {
        pic.second.write8(0, END_OF | (line - 8));
        pic.first.write8(0, END_OF | CASCADE);
    } else {
        pic.first.write8(0, END_OF | line);
    }
}

/// Whether an interrupt on line 7 or 15 is a mere ghost: the request was gone before the controller could name it. It
/// must not be acknowledged; for line 15 the first controller, which knows nothing of that, is satisfied here.
pub(crate) fn is_spurious(line: u8) -> bool {
    if line % 8 != 7 {
        return false;
    }
    let mut pic = PIC.lock();
    let ports = if line == 7 { &mut pic.first } else { &mut pic.second };
    ports.write8(0, READ_IN_SERVICE);
    let ghost = ports.read8(0) & 0x80 == 0;
    if ghost && line == 15 {
        pic.first.write8(0, END_OF | CASCADE);
    }
    ghost
}

impl Pic {
    fn write_masks(&mut self) {
        let [low, high] = self.masks.to_le_bytes();
        self.first.write8(1, low);
        self.second.write8(1, high);
    }
}

fn bit(line: u8) -> u16 {
    assert!(line < LINES && line != CASCADE, "an interrupt line that a device can have");
    1 << line
}
