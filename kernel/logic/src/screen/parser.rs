//! Where the text is inside a control sequence: ECMA-48, 5.4.

use super::Screen;
use arrayvec::ArrayVec;

const ESCAPE: u8 = 0x1b;

/// How many numbers of a sequence are kept.
const NUMBERS: usize = 16;

/// The state between two bytes.
#[derive(Clone, Default)]
pub(super) struct Parser {
    part: Part,
    pub(super) numbers: ArrayVec<u16, NUMBERS>,
    /// A `?`, `>` or the like before the numbers, or 0.
    pub(super) mark: u8,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Text,
    /// After an escape.
    Escape,
    /// After an escape and one of `(`, `)`, `#`, `%`: one byte follows.
    One,
    /// After an escape and `[`.
    Sequence,
    /// After that and another `[`: a function key, of which one byte follows.
    Key,
    /// Inside an operating system command, such as a window's title, to be passed over; it ends with BEL or `ESC \`.
    Title,
    /// Inside a change of the palette, to be passed over: so many digits follow.
    Palette(u8),
}

impl Screen {
    /// Takes a byte of text.
    pub(super) fn take(&mut self, byte: u8) {
        self.parser.part = match (self.parser.part, byte) {
            (Part::Title, 0x07) => Part::Text,
            (_, ESCAPE) => Part::Escape,
            (Part::Title, b'P') if self.parser.numbers.is_empty() && self.parser.mark == b']' => Part::Palette(7),
            (Part::Title, b'R') if self.parser.mark == b']' => Part::Text,
            (Part::Title, _) => {
                self.parser.mark = 0;
                Part::Title
            }
            // Control characters act even inside a sequence; these two break it off.
            (_, 0x18 | 0x1a) => Part::Text,
            (part, 0..=0x1f) => {
                self.show(byte);
                part
            }
            (Part::Text, _) => {
                self.show(byte);
                Part::Text
            }
            (Part::Escape, _) => self.escape(byte),
            (Part::One | Part::Key, _) => Part::Text,
            (Part::Sequence, _) => self.sequence(byte),
            (Part::Palette(left), _) => {
                if left > 1 {
                    Part::Palette(left - 1)
                } else {
                    Part::Text
                }
            }
        };
    }

    fn escape(&mut self, byte: u8) -> Part {
        self.parser.numbers.clear();
        self.parser.mark = 0;
        match byte {
            b'[' => Part::Sequence,
            b']' => {
                self.parser.mark = b']';
                Part::Title
            }
            b'P' | b'X' | b'^' | b'_' => Part::Title,
            b'(' | b')' | b'*' | b'+' | b'#' | b'%' | b' ' => Part::One,
            _ => {
                self.control(byte);
                Part::Text
            }
        }
    }

    /// Goes on inside a control sequence: a number, or the letter that ends it.
    fn sequence(&mut self, byte: u8) -> Part {
        let Parser { numbers, mark, .. } = &mut self.parser;
        match byte {
            b'0'..=b'9' => {
                if numbers.is_empty() {
                    numbers.push(0);
                }
                if let Some(number) = numbers.last_mut() {
                    *number = number.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
            }
            b';' | b':' => {
                if numbers.is_empty() {
                    numbers.push(0);
                }
                // Of more than are kept, the last place takes all.
                if numbers.is_full() {
                    numbers.pop();
                }
                numbers.push(0);
            }
            b'[' => return Part::Key,
            b'<'..=b'?' => *mark = byte,
            b' '..=b'/' => *mark = 0xff, // a sequence of a kind that is not known
            _ => {
                self.obey(byte);
                return Part::Text;
            }
        }
        Part::Sequence
    }
}
