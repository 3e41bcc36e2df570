//! What becomes of bytes on their way to a terminal, and in which column they leave its cursor.

use super::settings::{Local, Output, Settings};

/// How many bytes may become of one: a tab's blanks.
pub const GROWTH: usize = 8;

/// Where the cursor is, as far as can be told.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Cursor {
    column: u32,
    /// The column in which the line that is being edited begins.
    line_column: u32,
}

impl Cursor {
    /// Puts out a byte that a program wrote, or a byte of the echo.
    pub(super) fn put(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        let has = |flag| settings.output.contains(flag);
        if !has(Output::OPOST) {
            return put(byte);
        }
        match byte {
            b'\n' => {
                if has(Output::ONLRET) || has(Output::ONLCR) {
                    self.column = 0;
                }
                self.line_column = self.column;
                if has(Output::ONLCR) {
                    put(b'\r');
                }
                put(b'\n');
            }
            b'\r' if has(Output::ONOCR) && self.column == 0 => {}
            b'\r' => {
                let stays = has(Output::OCRNL) && !has(Output::ONLRET);
                if !stays {
                    (self.column, self.line_column) = (0, 0);
                }
                put(if has(Output::OCRNL) { b'\n' } else { b'\r' });
            }
            b'\t' => {
                let blanks = 8 - (self.column & 7);
                self.column = self.column.wrapping_add(blanks);
                if has(Output::XTABS) { (0..blanks).for_each(|_| put(b' ')) } else { put(b'\t') }
            }
            b'\x08' => {
                self.column = self.column.saturating_sub(1);
                put(byte);
            }
            _ => {
                let byte = if has(Output::OLCUC) && is_lower(byte) { byte - 0x20 } else { byte };
                if !is_control(byte) && !settings.is_continuation(byte) {
                    self.column = self.column.wrapping_add(1);
                }
                put(byte);
            }
        }
    }

    /// Shows a byte that was typed.
    pub(super) fn echo(&mut self, byte: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        if settings.local.contains(Local::ECHOCTL) && is_control(byte) && byte != b'\t' {
            put(b'^');
            put(byte ^ 0x40);
            self.column = self.column.wrapping_add(2);
        } else if byte == 0xff {
            // Linux, which marks things in its echo by this byte, does not process the byte itself.
            put(byte);
            self.column = self.column.wrapping_add(1);
        } else {
            self.put(byte, settings, put);
        }
    }

    /// Goes back over a tab that is erased. Before it stand `columns` columns, from the tab before or, if there is none, from the
    /// start of the line.
    pub(super) fn erase_tab(&mut self, columns: u32, after_tab: bool, put: &mut impl FnMut(u8)) {
        let from = if after_tab { columns } else { columns.wrapping_add(self.line_column) };
        for _ in 0..8 - (from & 7) {
            put(b'\x08');
            self.column = self.column.saturating_sub(1);
        }
    }

    /// Notes that the line begins here.
    pub(super) fn begin_line(&mut self) {
        self.line_column = self.column;
    }

    /// Notes that the byte that was put out took no column.
    pub(super) fn move_back(&mut self) {
        self.column = self.column.saturating_sub(1);
    }
}

/// Whether a byte is a control character.
pub(super) fn is_control(byte: u8) -> bool {
    byte.is_ascii_control()
}

/// Whether a byte is a small letter; as in Linux, in Latin-1.
fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || (byte >= 0xdf && byte != 0xf7)
}

/// Whether a byte is a capital letter; as in Linux, in Latin-1.
pub(super) fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || ((0xc0..=0xde).contains(&byte) && byte != 0xd7)
}

/// Whether a byte belongs to a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_' || is_lower(byte) || is_upper(byte)
}
