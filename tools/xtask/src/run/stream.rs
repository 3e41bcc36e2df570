//! What travels over the console port when a program's bytes do (`console=stream`).
//!
//! From the machine: DLE STX comes right before the first byte that the program may print; everything behind it is the
//! program's, as it is; text before it (of firmware, loader, kernel) becomes plain lines. To the machine: DLE DLE is
//! one DLE, DLE EOT is the end of the input. DLE is 0x10, STX 0x02, EOT 0x04.

use super::plain::Plain;

const DLE: u8 = 0x10;
const START: u8 = 0x02;
const END: u8 = 0x04;

/// The machine's output: finds where the program's begins.
#[derive(Default)]
pub struct Output {
    started: bool,
    /// Whether the last byte was a DLE that may begin the mark.
    pending: bool,
    /// Whether what comes before the program's output is dropped.
    quiet: bool,
    plain: Plain,
}

impl Output {
    /// The output from the machine's first byte on; if `quiet`, only the program's is wanted.
    pub fn new(quiet: bool) -> Output {
        Output { quiet, ..Output::default() }
    }

    /// Whether the program may have printed: then it also reads.
    pub fn has_started(&self) -> bool {
        self.started
    }

    /// Of bytes that came, those that are to be printed.
    pub fn filter(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut before = Vec::new();
        let mut rest = bytes;
        while !self.started {
            let Some((&byte, after)) = rest.split_first() else { break };
            rest = after;
            if self.pending && byte == START {
                self.started = true;
            } else {
                if self.pending {
                    before.push(DLE);
                }
                if byte != DLE {
                    before.push(byte);
                }
            }
            self.pending = byte == DLE;
        }
        let mut printed = if self.quiet { Vec::new() } else { self.plain.filter(&before) };
        printed.extend_from_slice(rest);
        printed
    }
}

/// The program's input, as it goes to the machine.
pub fn encode_input(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len() + 2);
    for &byte in bytes {
        if byte == DLE {
            encoded.push(DLE);
        }
        encoded.push(byte);
    }
    encoded
}

/// What tells the machine that the input has ended.
pub const END_OF_INPUT: [u8; 2] = [DLE, END];

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(quiet: bool, parts: &[&[u8]]) -> Vec<u8> {
        let mut output = Output::new(quiet);
        parts.iter().flat_map(|part| output.filter(part)).collect()
    }

    #[test]
    fn quiet_keeps_what_follows_the_mark() {
        let whole = b"SeaBIOS\x10x\r\nlog\x10\x10\x02out\x10\x02\r\n";
        assert_eq!(filter(true, &[whole]), b"out\x10\x02\r\n");
        assert_eq!(filter(false, &[whole]), b"SeaBIOSx\nlogout\x10\x02\r\n");
    }

    #[test]
    fn the_mark_may_come_in_pieces() {
        let whole = b"a\x10b\x10\x10\x02c\x10\x02";
        for cut in 0..whole.len() {
            let (first, second) = whole.split_at(cut);
            assert_eq!(filter(false, &[first, second]), b"abc\x10\x02", "cut at {cut}");
            assert_eq!(filter(true, &[first, second]), b"c\x10\x02", "cut at {cut}");
        }
    }

    #[test]
    fn escape_sequences_go_before_the_mark_and_stay_behind_it() {
        let whole = b"\x1b[2J\x1b[01;01HBdsDxe\r\n\x10\x02\x1b[1mbold\r\n";
        assert_eq!(filter(false, &[whole]), b"BdsDxe\n\x1b[1mbold\r\n");
    }

    #[test]
    fn input_is_told_from_its_end() {
        assert_eq!(encode_input(b"a\x10\x04b"), b"a\x10\x10\x04b");
    }
}
