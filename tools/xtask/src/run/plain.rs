//! Console output as plain lines, for a file or a pipe: no escape sequences, no carriage returns.
//!
//! Firmware, boot loaders and shells draw on a terminal: they clear it, move the cursor and ask for its position
//! (ECMA-48). In a file all that is noise. Each line ends in one line feed; text, tabs and everything beyond ASCII
//! stay.

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

/// A filter, whose state the last byte left.
#[derive(Debug, Default)]
pub struct Plain {
    state: State,
    /// Whether a carriage return came that ends the line unless a line feed does.
    returned: bool,
    /// Whether the line has text so far.
    in_line: bool,
}

/// Position of the next byte in a sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind ESC and perhaps intermediate bytes.
    Escape,
    /// Within a control sequence, behind `ESC [`.
    Control,
    /// Within a control string (a title, say), which ends in BEL or `ESC \`.
    String,
    /// Behind ESC in such a string.
    StringEscape,
}

impl Plain {
    /// Returns the bytes that stay.
    pub fn filter(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            if self.state == State::Text && byte != ESCAPE {
                self.take(byte, &mut plain);
            } else {
                self.state = self.state.behind(byte);
            }
        }
        plain
    }

    /// Takes a byte outside of any sequence.
    fn take(&mut self, byte: u8, plain: &mut Vec<u8>) {
        match byte {
            b'\r' => self.returned = true,
            b'\n' => {
                plain.push(b'\n');
                (self.returned, self.in_line) = (false, false);
            }
            b'\t' | b' '..=b'~' | 0x80.. => {
                if std::mem::take(&mut self.returned) && self.in_line {
                    plain.push(b'\n');
                }
                plain.push(byte);
                self.in_line = true;
            }
            _ => {}
        }
    }
}

impl State {
    /// Returns the state behind a byte that is part of a sequence, or begins one.
    fn behind(self, byte: u8) -> State {
        match (self, byte) {
            (State::String, BELL) => State::Text,
            (State::String, ESCAPE) => State::StringEscape,
            (State::String, _) => State::String,
            (State::StringEscape, b'\\') => State::Text,
            (State::Escape, b'[') => State::Control,
            (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
            (State::Escape, b' '..=b'/') => State::Escape,
            (State::Control, b' '..=b'?') => State::Control,
            (_, ESCAPE) => State::Escape,
            _ => State::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        String::from_utf8(Plain::default().filter(text.as_bytes())).unwrap()
    }

    #[test]
    fn sequences_go_and_text_stays() {
        for (text, expected) in [
            ("\x1b[2J\x1b[01;01H\x1b[=3hBdsDxe: loading\x1b[0m\x1b[37m\x1b[40m!", "BdsDxe: loading!"),
            ("/ # \x1b[6necho \x1b[Jä\tb", "/ # echo ä\tb"),
            ("\x1b]0;a title\x07text \x1b]2;another\x1b\\here", "text here"),
            ("\x1b(Bx\x1b#8y\x1bcz", "xyz"),
            ("a\x07b\0c\x7fd", "abcd"),
            ("\x1b\x1b[Kx", "x"),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_line_ends_in_one_line_feed() {
        for (text, expected) in [
            ("one\r\ntwo\r\n", "one\ntwo\n"),
            ("one\n\rtwo\r\r\n\r\n", "one\ntwo\n\n"),
            ("10 %\r20 %\rdone\n", "10 %\n20 %\ndone\n"),
            ("\r\r> ", "> "),
        ] {
            assert_eq!(plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn bytes_may_come_one_by_one() {
        let text = "\x1b[2J\x1b[1;1Ha\r\n\x1b]0;t\x1b\\b\r\x1b[Kc\n".as_bytes();
        let mut filter = Plain::default();
        let parts: Vec<u8> = text.iter().flat_map(|byte| filter.filter(&[*byte])).collect();
        assert_eq!(parts, Plain::default().filter(text));
        assert_eq!(parts, b"a\nb\nc\n");
    }
}
