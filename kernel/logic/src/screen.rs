//! A screen of characters as a terminal keeps it: text flows in, and cells, a cursor and scrolling come out.
//!
//! `driver/screen.rs` feeds it and paints what has changed. Cells are ASCII with colours; a character beyond ASCII is shown as `?`. It
//! obeys the control sequences of a VT100 as Linux's console does (console_codes(4)); those it does not know it passes over.

mod cell;
mod control;
mod parser;
#[cfg(test)]
mod tests;

pub use cell::{BLANK, Cell, Pen};

use crate::errno::{Errno, Result};
use alloc::vec::Vec;
use core::ops::Range;
use parser::Parser;

const TAB: usize = 8;

/// The longest answer to a question of a program's.
pub const ANSWER: usize = 32;

/// The screen.
pub struct Screen {
    columns: usize,
    rows: usize,
    cells: Vec<Cell>,
    /// Which row of `cells` is seen where: scrolling turns this, not the cells.
    order: Vec<usize>,
    place: Place,
    saved: Place,
    /// The rows that scroll.
    region: Range<usize>,
    modes: Modes,
    parser: Parser,
    answer: arrayvec::ArrayVec<u8, ANSWER>,
}

/// Where and how the next character is shown.
#[derive(Clone, Copy, Default)]
struct Place {
    row: usize,
    /// One beyond the last column after a full row: the next character begins a new one.
    column: usize,
    pen: Pen,
}

#[derive(Clone, Copy)]
struct Modes {
    /// Whether a line feed also goes to the first column (LNM).
    feed_returns: bool,
    /// Characters push those behind them on (IRM).
    insert: bool,
    /// What comes after the last column begins a new row (DECAWM).
    wrap: bool,
    /// Rows are counted from the scrolling region's first (DECOM).
    origin: bool,
    cursor_visible: bool,
    /// Cursor keys send `ESC O` sequences (DECCKM).
    cursor_keys: bool,
}

impl Modes {
    const FIRST: Modes = Modes {
        feed_returns: false,
        insert: false,
        wrap: true,
        origin: false,
        cursor_visible: true,
        cursor_keys: false,
    };
}

impl Screen {
    /// A blank screen; `EINVAL` if it has no cells, `ENOMEM`.
    pub fn new(columns: usize, rows: usize) -> Result<Screen> {
        let count = columns.checked_mul(rows).filter(|&count| count > 0).ok_or(Errno::EINVAL)?;
        let (mut cells, mut order) = (Vec::new(), Vec::new());
        cells.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
        cells.resize(count, BLANK);
        order.try_reserve_exact(rows).map_err(|_| Errno::ENOMEM)?;
        order.extend(0..rows);
        let (place, parser) = (Place::default(), Parser::default());
        let (region, modes, answer) = (0..rows, Modes::FIRST, arrayvec::ArrayVec::new());
        Ok(Screen { columns, rows, cells, order, place, saved: place, region, modes, parser, answer })
    }

    /// Whether a line feed also goes to the first column: for text whose writer adds no carriage returns.
    pub fn set_feed_returns(&mut self, on: bool) {
        self.modes.feed_returns = on;
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
    pub fn row(&self, row: usize) -> &[Cell] {
        let start = self.start_of(row);
        &self.cells[start..start + self.columns]
    }

    /// The cursor's row and column.
    pub fn cursor(&self) -> (usize, usize) {
        (self.place.row, self.place.column.min(self.columns - 1))
    }

    /// Whether the cursor is to be seen.
    pub fn shows_cursor(&self) -> bool {
        self.modes.cursor_visible
    }

    /// Whether the cursor keys are to send what a program has asked for rather than what they usually send.
    pub fn has_cursor_keys(&self) -> bool {
        self.modes.cursor_keys
    }

    /// What the terminal has to say to who writes, since this was last asked.
    pub fn take_answer(&mut self) -> arrayvec::ArrayVec<u8, ANSWER> {
        core::mem::take(&mut self.answer)
    }

    /// Shows text.
    pub fn write(&mut self, text: &[u8]) {
        for &byte in text {
            self.take(byte);
        }
    }

    /// Shows a byte that is no part of a control sequence.
    fn show(&mut self, byte: u8) {
        match byte {
            b'\n' | 0x0b | 0x0c => {
                if self.modes.feed_returns {
                    self.place.column = 0;
                }
                self.feed();
            }
            b'\r' => self.place.column = 0,
            0x08 => self.place.column = self.cursor().1.saturating_sub(1),
            b'\t' => self.place.column = (self.place.column / TAB * TAB + TAB).min(self.columns - 1),
            b' '..=b'~' => self.put(byte),
            0xc0.. => self.put(b'?'), // the first byte of a longer character; the others are passed over
            _ => {}
        }
    }

    fn put(&mut self, byte: u8) {
        if self.place.column == self.columns {
            if self.modes.wrap {
                self.place.column = 0;
                self.feed();
            } else {
                self.place.column -= 1;
            }
        }
        if self.modes.insert {
            self.insert_cells(1);
        }
        let at = self.start_of(self.place.row) + self.place.column;
        self.cells[at] = Cell { character: byte, colours: self.place.pen.colours() };
        self.place.column += 1;
    }

    /// Goes a row down, or scrolls at the end of the region.
    fn feed(&mut self) {
        if self.place.row + 1 == self.region.end {
            self.scroll_up(self.region.clone(), 1);
        } else if self.place.row + 1 < self.rows {
            self.place.row += 1;
        }
    }

    /// Goes a row up, or scrolls at the start of the region.
    fn feed_back(&mut self) {
        if self.place.row == self.region.start {
            self.scroll_down(self.region.clone(), 1);
        } else {
            self.place.row = self.place.row.saturating_sub(1);
        }
    }

    /// Moves rows up; blank ones come in from below.
    fn scroll_up(&mut self, rows: Range<usize>, count: usize) {
        let count = count.min(rows.len());
        self.order[rows.clone()].rotate_left(count);
        (rows.end - count..rows.end).for_each(|row| self.erase(row, 0, self.columns));
    }

    fn scroll_down(&mut self, rows: Range<usize>, count: usize) {
        let count = count.min(rows.len());
        self.order[rows.clone()].rotate_right(count);
        (rows.start..rows.start + count).for_each(|row| self.erase(row, 0, self.columns));
    }

    /// Makes room for cells at the cursor; what goes over the edge is lost.
    fn insert_cells(&mut self, count: usize) {
        let (row, column) = self.cursor();
        let (start, count) = (self.start_of(row), count.min(self.columns - column));
        self.cells[start + column..start + self.columns].rotate_right(count);
        self.erase(row, column, column + count);
    }

    fn delete_cells(&mut self, count: usize) {
        let (row, column) = self.cursor();
        let (start, count) = (self.start_of(row), count.min(self.columns - column));
        self.cells[start + column..start + self.columns].rotate_left(count);
        self.erase(row, self.columns - count, self.columns);
    }

    fn erase(&mut self, row: usize, from: usize, to: usize) {
        let start = self.start_of(row);
        let blank = Cell { character: b' ', colours: self.place.pen.blank_colours() };
        self.cells[start + from..start + to].fill(blank);
    }

    fn start_of(&self, row: usize) -> usize {
        assert!(row < self.rows, "a row of the screen");
        self.order[row] * self.columns
    }
}
