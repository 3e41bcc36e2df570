//! How a program's bytes travel on the first serial port in stream mode (`console=stream`).
//!
//! From the outside to the program, DLE is an escape: DLE DLE is the byte DLE, DLE EOT is the end of the file, for good. From the
//! program to the outside the bytes are themselves, but DLE STX stands before the first, so that what firmware and loader
//! printed can be told from them. The kernel decodes; `bin/run`, and its init for Linux, speak the same.

use arrayvec::ArrayVec;

/// Data link escape.
pub const DLE: u8 = 0x10;

/// What follows DLE at the end of the file.
const EOT: u8 = 0x04;

/// Stands before the program's first byte.
pub const START: [u8; 2] = [DLE, 0x02];

/// The end of the file, encoded.
pub const END: [u8; 2] = [DLE, EOT];

/// Encodes a program's input, a piece at a time; what is handed over belongs together in order.
pub fn encode(mut bytes: &[u8], mut put: impl FnMut(&[u8])) {
    while let Some(at) = bytes.iter().position(|&byte| byte == DLE) {
        let (piece, rest) = bytes.split_at(at + 1);
        put(piece);
        put(&[DLE]);
        bytes = rest;
    }
    if !bytes.is_empty() {
        put(bytes);
    }
}

/// Decodes a program's input.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    escaped: bool,
    ended: bool,
}

impl Decoder {
    /// Takes the next byte from the line and gives the bytes for the program. After the end of the file there are none.
    pub fn decode(&mut self, byte: u8) -> ArrayVec<u8, 2> {
        let mut decoded = ArrayVec::new();
        match (self.escaped, byte) {
            _ if self.ended => {}
            (false, DLE) => self.escaped = true,
            (false, _) => decoded.push(byte),
            (true, EOT) => self.ended = true,
            (true, DLE) => {
                self.escaped = false;
                decoded.push(DLE);
            }
            // The coding never makes this: both bytes are taken as they are.
            (true, _) => {
                self.escaped = false;
                decoded.extend([DLE, byte]);
            }
        }
        decoded
    }

    /// Whether the end of the file has come.
    pub fn has_ended(&self) -> bool {
        self.ended
    }
}

/// Finds the start of a program's output.
#[derive(Clone, Debug, Default)]
pub struct StartFinder {
    escaped: bool,
    found: bool,
}

/// A part of the output, as [`StartFinder::split`] tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts<'a> {
    /// A DLE that came in the piece before this and belongs to what comes before the program.
    pub held_back: bool,
    /// What comes before the program.
    pub before: &'a [u8],
    /// What the program printed.
    pub program: &'a [u8],
}

impl StartFinder {
    /// Takes the next piece of output apart, without the marker.
    pub fn split<'a>(&mut self, piece: &'a [u8]) -> Parts<'a> {
        if self.found {
            return Parts { held_back: false, before: &[], program: piece };
        }
        let held = self.escaped;
        for (i, &byte) in piece.iter().enumerate() {
            if self.escaped && byte == START[1] {
                self.found = true;
                let before = piece.get(..i.saturating_sub(1)).unwrap_or_default();
                return Parts { held_back: held && i > 0, before, program: &piece[i + 1..] };
            }
            self.escaped = byte == DLE;
        }
        let before = if self.escaped { &piece[..piece.len().saturating_sub(1)] } else { piece };
        Parts { held_back: held && !piece.is_empty(), before, program: &[] }
    }

    /// Whether the program's output has begun.
    pub fn has_started(&self) -> bool {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::vec::Vec;

    fn random_bytes(random: &mut Random) -> Vec<u8> {
        (0..random.below(40)).map(|_| [DLE, 0x02, EOT, b'a', 0, 0xff][random.below(6) as usize]).collect()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let mut random = Random(16);
        for _ in 0..2000 {
            let bytes = random_bytes(&mut random);
            let mut line = Vec::new();
            encode(&bytes, |piece| line.extend_from_slice(piece));
            line.extend(END);
            line.extend(b"ignored");
            let mut decoder = Decoder::default();
            let mut decoded = Vec::new();
            for (i, &byte) in line.iter().enumerate() {
                assert_eq!(decoder.has_ended(), i >= line.len() - 7);
                decoded.extend(decoder.decode(byte));
            }
            assert_eq!(decoded, bytes);
        }
    }

    #[test]
    fn a_single_escape_is_itself() {
        let mut decoder = Decoder::default();
        let decoded: Vec<u8> = [DLE, b'a', b'b'].into_iter().flat_map(|byte| decoder.decode(byte)).collect();
        assert_eq!(decoded, [DLE, b'a', b'b']);
    }

    #[test]
    fn the_start_is_found_in_any_pieces() {
        let mut random = Random(17);
        for _ in 0..5000 {
            let mut output = random_bytes(&mut random);
            let start = output.windows(2).position(|two| two == START);
            if random.below(2) == 0 {
                output.extend(START);
                output.extend(random_bytes(&mut random));
            }
            let start = start.or_else(|| output.windows(2).position(|two| two == START));
            let (mut finder, mut before, mut program) = (StartFinder::default(), Vec::new(), Vec::new());
            let mut rest = &output[..];
            while !rest.is_empty() {
                let (piece, next) = rest.split_at(1 + random.below(rest.len() as u64) as usize);
                rest = next;
                let parts = finder.split(piece);
                before.extend(parts.held_back.then_some(DLE));
                before.extend_from_slice(parts.before);
                program.extend_from_slice(parts.program);
            }
            assert_eq!(finder.has_started(), start.is_some());
            match start {
                Some(start) => assert_eq!((&before[..], &program[..]), (&output[..start], &output[start + 2..])),
                None => {
                    before.extend((output.last() == Some(&DLE)).then_some(DLE));
                    assert_eq!((before, program.len()), (output, 0));
                }
            }
        }
    }
}
