//! A screen of characters as a terminal keeps it: text flows in, and cells, a cursor and scrolling come out.
//!
//! `driver/screen.rs` feeds it and paints what has changed. Cells are ASCII; a character beyond that is shown as `?`.
//! Of the control sequences of ECMA-48 it knows those that move the cursor and erase, and passes over the others
//! (colours).

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// A blank cell.
pub const BLANK: u8 = b' ';
const TAB: usize = 8;
const ESCAPE: u8 = 0x1b;

/// The screen.
pub struct Screen {
    columns: usize,
    rows: usize,
    /// The rows in a ring: scrolling moves `top`, not the cells.
    cells: Vec<u8>,
    top: usize,
    row: usize,
    /// One beyond the last column after a full row: the next character begins a new one.
    column: usize,
    /// Whether a line feed also goes to the first column (mode LNM of ECMA-48).
    feed_returns: bool,
    parser: Parser,
}

/// Where the text is inside a control sequence.
#[derive(Clone, Copy)]
enum Parser {
    Text,
    /// After an escape.
    Escape,
    /// After an escape and `[`: the numbers so far.
    Numbers {
        numbers: [u16; 2],
        at: usize,
    },
    /// Inside an operating system command, such as a window's title, to be passed over.
    Title,
}

impl Screen {
    /// A blank screen; `EINVAL` if it has no cells, `ENOMEM`.
    pub fn new(columns: usize, rows: usize) -> Result<Screen> {
        let count = columns.checked_mul(rows).filter(|&count| count > 0).ok_or(Errno::EINVAL)?;
        let mut cells = Vec::new();
        cells.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
        cells.resize(count, BLANK);
        Ok(Screen { columns, rows, cells, top: 0, row: 0, column: 0, feed_returns: false, parser: Parser::Text })
    }

    /// Whether a line feed also goes to the first column: for text whose writer adds no carriage returns.
    pub fn set_feed_returns(&mut self, on: bool) {
        self.feed_returns = on;
    }

    /// Cells in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The cells of a row; row 0 is the uppermost.
    pub fn row(&self, row: usize) -> &[u8] {
        let start = self.start_of(row);
        &self.cells[start..start + self.columns]
    }

    /// The cursor's row and column.
    pub fn cursor(&self) -> (usize, usize) {
        (self.row, self.column.min(self.columns - 1))
    }

    /// Shows text.
    pub fn write(&mut self, text: &[u8]) {
        for &byte in text {
            self.write_byte(byte);
        }
    }

    fn write_byte(&mut self, byte: u8) {
        self.parser = match (self.parser, byte) {
            (_, ESCAPE) => Parser::Escape,
            (Parser::Text, _) => {
                self.show(byte);
                Parser::Text
            }
            (Parser::Escape, b'[') => Parser::Numbers { numbers: [0; 2], at: 0 },
            (Parser::Escape, b']') => Parser::Title,
            (Parser::Escape, b'(' | b')') => Parser::Escape, // a character set's name follows
            (Parser::Escape, _) => Parser::Text,
            (Parser::Numbers { numbers, at }, _) => self.sequence(numbers, at, byte),
            (Parser::Title, 0x07) => Parser::Text,
            (Parser::Title, _) => Parser::Title,
        };
    }

    fn show(&mut self, byte: u8) {
        match byte {
            b'\n' => self.feed_line(),
            b'\r' => self.column = 0,
            0x08 => self.column = self.cursor().1.saturating_sub(1),
            b'\t' => self.column = (self.column / TAB * TAB + TAB).min(self.columns - 1),
            b' '..=b'~' => self.put(byte),
            0xc0.. => self.put(b'?'), // the first byte of a longer character; the others are passed over
            _ => {}
        }
    }

    fn put(&mut self, byte: u8) {
        if self.column == self.columns {
            self.column = 0;
            self.feed_line();
        }
        let at = self.start_of(self.row) + self.column;
        self.cells[at] = byte;
        self.column += 1;
    }

    fn feed_line(&mut self) {
        if self.feed_returns {
            self.column = 0;
        }
        if self.row + 1 < self.rows {
            self.row += 1;
            return;
        }
        self.top = (self.top + 1) % self.rows;
        self.erase(self.row, 0, self.columns);
    }

    /// Goes on inside a control sequence: a number, or the letter that ends it.
    fn sequence(&mut self, mut numbers: [u16; 2], at: usize, byte: u8) -> Parser {
        match byte {
            b'0'..=b'9' => {
                if let Some(number) = numbers.get_mut(at) {
                    *number = number.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                }
                Parser::Numbers { numbers, at }
            }
            b';' => Parser::Numbers { numbers, at: at + 1 },
            b' '..=b'?' => Parser::Numbers { numbers, at }, // a mark of a private or newer sequence
            _ => {
                self.control(byte, numbers.map(usize::from));
                Parser::Text
            }
        }
    }

    fn control(&mut self, letter: u8, [first, second]: [usize; 2]) {
        let (row, column) = self.cursor();
        let step = first.max(1);
        let (last_row, last_column) = (self.rows - 1, self.columns - 1);
        match letter {
            b'A' => self.row = row.saturating_sub(step),
            b'B' => self.row = (row + step).min(last_row),
            b'C' => self.column = (column + step).min(last_column),
            b'D' => self.column = column.saturating_sub(step),
            b'G' => self.column = (step - 1).min(last_column),
            b'H' | b'f' => {
                self.row = (step - 1).min(last_row);
                self.column = (second.max(1) - 1).min(last_column);
            }
            b'J' => self.erase_rows(first),
            b'K' => self.erase_in_row(first),
            _ => {}
        }
    }

    /// From the cursor to the end, from the start to the cursor, or all.
    fn erase_rows(&mut self, part: usize) {
        let (row, _) = self.cursor();
        let rows = match part {
            0 => row + 1..self.rows,
            1 => 0..row,
            _ => 0..self.rows,
        };
        for row in rows {
            self.erase(row, 0, self.columns);
        }
        self.erase_in_row(part);
    }

    fn erase_in_row(&mut self, part: usize) {
        let (row, column) = self.cursor();
        match part {
            0 => self.erase(row, column, self.columns),
            1 => self.erase(row, 0, column + 1),
            _ => self.erase(row, 0, self.columns),
        }
    }

    fn erase(&mut self, row: usize, from: usize, to: usize) {
        let start = self.start_of(row);
        self.cells[start + from..start + to].fill(BLANK);
    }

    fn start_of(&self, row: usize) -> usize {
        assert!(row < self.rows, "a row of the screen");
        (self.top + row) % self.rows * self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn screen(text: &str) -> Screen {
        let mut screen = Screen::new(10, 3).unwrap();
        screen.write(text.as_bytes());
        screen
    }

    /// The rows, without the blanks at their ends.
    fn rows(screen: &Screen) -> [String; 3] {
        core::array::from_fn(|row| String::from_utf8_lossy(screen.row(row)).trim_end().into())
    }

    #[test]
    fn lines_and_scrolling() {
        let mut screen = screen("one\r\ntwo\r\nthree");
        assert_eq!(rows(&screen), ["one", "two", "three"]);
        assert_eq!(screen.cursor(), (2, 5));
        screen.write(b"\r\nfour\nfive");
        assert_eq!(rows(&screen), ["three", "four", "    five"]);
        for _ in 0..7 {
            screen.write(b"\r\nx");
        }
        assert_eq!(rows(&screen), ["x", "x", "x"]);
    }

    #[test]
    fn a_line_feed_may_return() {
        let mut screen = screen("one\ntwo");
        assert_eq!(rows(&screen), ["one", "   two", ""]);
        screen.set_feed_returns(true);
        screen.write(b"\nthree");
        assert_eq!(rows(&screen), ["one", "   two", "three"]);
    }

    #[test]
    fn long_lines_wrap_only_when_more_comes() {
        let mut screen = screen("0123456789");
        assert_eq!(screen.cursor(), (0, 9));
        screen.write(b"\r\nab");
        assert_eq!(rows(&screen), ["0123456789", "ab", ""]);
        screen.write(b"cdefghijKL");
        assert_eq!(rows(&screen), ["0123456789", "abcdefghij", "KL"]);
    }

    #[test]
    fn control_characters() {
        assert_eq!(rows(&screen("ab\x08c\x07\0"))[0], "ac");
        assert_eq!(rows(&screen("a\tb"))[0], "a       b");
        assert_eq!(screen("a\tb\t\t").cursor(), (0, 9));
        assert_eq!(rows(&screen("abc\rX"))[0], "Xbc");
        assert_eq!(screen("\x08").cursor(), (0, 0));
    }

    #[test]
    fn other_characters_take_one_cell() {
        assert_eq!(rows(&screen("a\u{e9}\u{20ac}\u{1f600}b"))[0], "a???b");
    }

    #[test]
    fn the_cursor_moves() {
        assert_eq!(rows(&screen("\x1b[2;3Hx\x1b[Ay\x1b[5DZ")), ["Z  y", "  x", ""]);
        assert_eq!(screen("\x1b[99;99H").cursor(), (2, 9));
        assert_eq!(screen("\x1b[B\x1b[3C\x1b[2G").cursor(), (1, 1));
        assert_eq!(screen("\x1b[99999999999999999999B\x1b[65535D").cursor(), (2, 0));
        assert_eq!(screen("ab\x1b[;H").cursor(), (0, 0));
    }

    #[test]
    fn erasing() {
        let full = "aaaaaaaaaa\r\nbbbbbbbbbb\r\ncccccccccc\x1b[2;5H";
        assert_eq!(rows(&screen(&[full, "\x1b[K"].concat())), ["aaaaaaaaaa", "bbbb", "cccccccccc"]);
        assert_eq!(rows(&screen(&[full, "\x1b[1K"].concat())), ["aaaaaaaaaa", "     bbbbb", "cccccccccc"]);
        assert_eq!(rows(&screen(&[full, "\x1b[J"].concat())), ["aaaaaaaaaa", "bbbb", ""]);
        assert_eq!(rows(&screen(&[full, "\x1b[1J"].concat())), ["", "     bbbbb", "cccccccccc"]);
        assert_eq!(rows(&screen(&[full, "\x1b[2J"].concat())), ["", "", ""]);
    }

    #[test]
    fn other_sequences_are_passed_over() {
        assert_eq!(rows(&screen("a\x1b[1;31mb\x1b[?25lc\x1b]0;title\x07d\x1b7e"))[0], "abcde");
        assert_eq!(rows(&screen("\x1b(Ba\x1b[1\x1b[Kb"))[0], "ab");
    }

    #[test]
    fn any_bytes_do() {
        let mut random = crate::random::Random(5);
        let mut screen = Screen::new(7, 2).unwrap();
        for _ in 0..20_000 {
            let byte = random.next() as u8;
            screen.write(if random.below(3) == 0 { b"\x1b[" } else { core::slice::from_ref(&byte) });
            let (row, column) = screen.cursor();
            assert!(row < 2 && column < 7);
        }
        assert!((0..2).flat_map(|row| screen.row(row)).all(|cell| (b' '..=b'~').contains(cell)));
    }

    #[test]
    fn no_screen() {
        assert_eq!(Screen::new(0, 5).err(), Some(Errno::EINVAL));
        assert_eq!(Screen::new(usize::MAX, 2).err(), Some(Errno::EINVAL));
        assert_eq!(Screen::new(usize::MAX, 1).err(), Some(Errno::ENOMEM));
    }
}
