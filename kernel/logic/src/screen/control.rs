//! What control sequences do: console_codes(4).

use super::{Modes, Place, Screen};

/// A VT102, as Linux's console says.
const IDENTITY: &[u8] = b"\x1b[?6c";

impl Screen {
    /// A sequence of an escape and one byte.
    pub(super) fn control(&mut self, byte: u8) {
        match byte {
            b'7' => self.saved = self.place,
            b'8' => self.restore(),
            b'D' => self.feed(),
            b'E' => {
                self.place.column = 0;
                self.feed();
            }
            b'M' => self.feed_back(),
            b'c' => self.reset(),
            b'Z' => self.say(IDENTITY),
            _ => {}
        }
    }

    /// A control sequence, whose numbers and mark the parser has, by the letter at its end.
    pub(super) fn obey(&mut self, letter: u8) {
        let number = |at: usize| self.parser.numbers.get(at).map_or(0, |&number| usize::from(number));
        let (first, second) = (number(0), number(1));
        match (self.parser.mark, letter) {
            (b'?', b'h') => self.set_private_modes(true),
            (b'?', b'l') => self.set_private_modes(false),
            (0, b'm') => {
                let numbers = self.parser.numbers.clone();
                self.place.pen.change(if numbers.is_empty() { &[0] } else { &numbers });
            }
            (0, b'h') => self.set_modes(true),
            (0, b'l') => self.set_modes(false),
            (0, b'n') => self.report(first),
            (0, b'c') if first == 0 => self.say(IDENTITY),
            (0, b'r') => self.set_region(first, second),
            (0, b's') => self.saved = self.place,
            (0, b'u') => self.restore(),
            (0, b'J') => self.erase_rows(first),
            (0, b'K') => self.erase_in_row(first),
            (0, b'@'..=b'I' | b'L' | b'M' | b'P' | b'S' | b'T' | b'X' | b'`' | b'a' | b'd' | b'e' | b'f') => {
                self.change(letter, first.max(1), second.max(1));
            }
            _ => {}
        }
    }

    /// What moves the cursor, or rows and cells; numbers count from 1.
    fn change(&mut self, letter: u8, first: usize, second: usize) {
        let (row, column) = self.cursor();
        match letter {
            b'A' => self.go_vertically(row.saturating_sub(first)),
            b'B' | b'e' => self.go_vertically(row + first),
            b'C' | b'a' => self.go(row, column + first),
            b'D' => self.go(row, column.saturating_sub(first)),
            b'E' => self.go(row + first, 0),
            b'F' => self.go(row.saturating_sub(first), 0),
            b'G' | b'`' => self.go(row, first - 1),
            b'd' => self.go_from_origin(first - 1, column),
            b'H' | b'f' => self.go_from_origin(first - 1, second - 1),
            b'@' => self.insert_cells(first),
            b'P' => self.delete_cells(first),
            b'X' => self.erase(row, column, (column + first).min(self.columns)),
            b'S' => self.scroll_up(self.region.clone(), first),
            b'T' => self.scroll_down(self.region.clone(), first),
            b'L' if self.region.contains(&row) => self.scroll_down(row..self.region.end, first),
            b'M' if self.region.contains(&row) => self.scroll_up(row..self.region.end, first),
            _ => {}
        }
    }

    fn go(&mut self, row: usize, column: usize) {
        self.place.row = row.min(self.rows - 1);
        self.place.column = column.min(self.columns - 1);
    }

    /// Up or down, but not out of the region.
    fn go_vertically(&mut self, row: usize) {
        let (from, column) = self.cursor();
        let row = if from < self.region.end { row.min(self.region.end - 1) } else { row };
        let row = if from >= self.region.start { row.max(self.region.start) } else { row };
        self.go(row, column);
    }

    fn go_from_origin(&mut self, row: usize, column: usize) {
        if self.modes.origin {
            self.go((self.region.start + row).min(self.region.end - 1), column);
        } else {
            self.go(row, column);
        }
    }

    fn set_region(&mut self, first: usize, last: usize) {
        let (start, end) = (first.max(1) - 1, if last == 0 { self.rows } else { last });
        if start + 1 < end && end <= self.rows {
            self.region = start..end;
            self.go_from_origin(0, 0);
        }
    }

    fn set_modes(&mut self, on: bool) {
        for number in self.parser.numbers.clone() {
            match number {
                4 => self.modes.insert = on,
                20 => self.modes.feed_returns = on,
                _ => {}
            }
        }
    }

    fn set_private_modes(&mut self, on: bool) {
        for number in self.parser.numbers.clone() {
            match number {
                1 => self.modes.cursor_keys = on,
                6 => {
                    self.modes.origin = on;
                    self.go_from_origin(0, 0);
                }
                7 => self.modes.wrap = on,
                25 => self.modes.cursor_visible = on,
                _ => {}
            }
        }
    }

    fn report(&mut self, what: usize) {
        if what == 5 {
            return self.say(b"\x1b[0n");
        }
        if what != 6 {
            return;
        }
        let (row, column) = self.cursor();
        let row = row - if self.modes.origin { self.region.start.min(row) } else { 0 };
        self.say(b"\x1b[");
        self.say_number(row + 1);
        self.say(b";");
        self.say_number(column + 1);
        self.say(b"R");
    }

    /// An answer that finds no room is lost.
    fn say(&mut self, bytes: &[u8]) {
        let _ = self.answer.try_extend_from_slice(bytes);
    }

    fn say_number(&mut self, number: usize) {
        let mut digits = arrayvec::ArrayVec::<u8, 20>::new();
        let mut rest = number;
        while digits.is_empty() || rest > 0 {
            digits.push(b'0' + (rest % 10) as u8);
            rest /= 10;
        }
        digits.reverse();
        self.say(&digits);
    }

    fn restore(&mut self) {
        self.place = self.saved;
    }

    /// As after power-on, but for line feeds, which are the owner's affair.
    fn reset(&mut self) {
        (self.place, self.saved, self.region) = (Place::default(), Place::default(), 0..self.rows);
        self.modes = Modes { feed_returns: self.modes.feed_returns, ..Modes::FIRST };
        self.erase_rows(2);
    }

    /// From the cursor to the end, from the start to the cursor, or all.
    fn erase_rows(&mut self, part: usize) {
        let (row, _) = self.cursor();
        let rows = match part {
            0 => row + 1..self.rows,
            1 => 0..row,
            2 | 3 => 0..self.rows,
            _ => return,
        };
        rows.for_each(|row| self.erase(row, 0, self.columns));
        self.erase_in_row(part);
    }

    fn erase_in_row(&mut self, part: usize) {
        let (row, column) = self.cursor();
        match part {
            0 => self.erase(row, column, self.columns),
            1 => self.erase(row, 0, column + 1),
            2 | 3 => self.erase(row, 0, self.columns),
            _ => {}
        }
    }
}
