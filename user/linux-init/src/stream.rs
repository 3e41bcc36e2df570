//! How a program's bytes and the end of its input travel on one serial line, as `bin/run` writes and reads them.

const DLE: u8 = 0x10;
const STX: u8 = 0x02;
const EOT: u8 = 0x04;

/// Stands on the line right before the program's first byte.
pub(crate) const MARKER: [u8; 2] = [DLE, STX];

/// Takes the coding from input: DLE DLE is one DLE, DLE EOT is the end of file; all else is itself.
#[derive(Default)]
pub(crate) struct Decoder {
    escaped: bool,
}

/// What a piece of the line means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The program's bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether its input ends after them.
    pub(crate) end: bool,
}

impl Decoder {
    /// Decodes the next piece of the line; a code may be cut in two by the pieces' border.
    pub(crate) fn decode(&mut self, piece: &[u8]) -> Decoded {
        let mut bytes = Vec::with_capacity(piece.len());
        for &byte in piece {
            match (std::mem::take(&mut self.escaped), byte) {
                (false, DLE) => self.escaped = true,
                (true, EOT) => return Decoded { bytes, end: true },
                (true, DLE) | (false, _) => bytes.push(byte),
                (true, _) => bytes.extend([DLE, byte]),
            }
        }
        Decoded { bytes, end: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_taken_out_wherever_the_line_is_cut() {
        let line = [b'a', DLE, DLE, DLE, STX, b'b', DLE, EOT, b'c'];
        for cut in 0..line.len() {
            let mut decoder = Decoder::default();
            let (first, second) = line.split_at(cut);
            let mut decoded = decoder.decode(first);
            if !decoded.end {
                let rest = decoder.decode(second);
                decoded.bytes.extend(rest.bytes);
                decoded.end = rest.end;
            }
            assert_eq!(decoded, Decoded { bytes: vec![b'a', DLE, DLE, STX, b'b'], end: true }, "cut at {cut}");
        }
    }
}
