//! Firmware on the console: UEFI reads every serial port as a keyboard until it hands over to the kernel, so what is
//! typed for the kernel must wait until the kernel listens.

/// The sequence by which Cor's terminal asks for its size, once it listens.
const ASKS_SIZE: &[u8] = b"\x1b[6n";

/// Whether firmware still listens on the console, by what the machine prints.
pub struct Firmware {
    listens: bool,
    /// The end of what was printed so far, which may be the beginning of the sign.
    tail: Vec<u8>,
}

impl Firmware {
    /// A machine whose firmware listens on the console, or not.
    pub fn new(listens: bool) -> Firmware {
        Firmware { listens, tail: Vec::new() }
    }

    /// Returns whether the firmware has left the console to the kernel, now that the machine has printed these bytes.
    pub fn has_left(&mut self, printed: &[u8]) -> bool {
        if self.listens {
            self.tail.extend_from_slice(printed);
            self.listens = !self.tail.windows(ASKS_SIZE.len()).any(|part| part == ASKS_SIZE);
            let kept = self.tail.len().min(ASKS_SIZE.len() - 1);
            self.tail.drain(..self.tail.len() - kept);
        }
        !self.listens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_has_left_when_the_terminal_asks_for_its_size() {
        let mut firmware = Firmware::new(true);
        assert!(!firmware.has_left(b"\x1b[2J\x1b[01;01HBdsDxe: loading"));
        assert!(!firmware.has_left(b"\x1b[999;999H\x1b["));
        assert!(firmware.has_left(b"6n"));
        assert!(firmware.has_left(b"more"));
    }

    #[test]
    fn a_silent_firmware_takes_nothing() {
        assert!(Firmware::new(false).has_left(b"anything"));
    }
}
