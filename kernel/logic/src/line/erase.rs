//! The keys that take something back: ERASE, WERASE and KILL; and REPRINT, which shows what is left.

use super::output::{is_control, is_word};
use super::{Line, Local, Settings};
use core::ops::Range;
use linux_raw_sys::general;

/// What is taken back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Erase {
    /// The last character.
    Character,
    /// The last word.
    Word,
    /// All.
    Line,
}

impl Line {
    /// Shows the line once more.
    pub(super) fn reprint(&mut self, key: u8, settings: &Settings, put: &mut impl FnMut(u8)) {
        self.finish_erasing(settings, put);
        self.cursor.echo(key, settings, put);
        self.cursor.put(b'\n', settings, put);
        for i in 0..self.queue.head().wrapping_sub(self.queue.line_head()) {
            let byte = self.queue.byte(self.queue.line_head().wrapping_add(i));
            self.cursor.echo(byte, settings, put);
        }
    }

    /// Forgets the line.
    pub(super) fn kill(&mut self, settings: &Settings, put: &mut impl FnMut(u8)) {
        let has = |flag| settings.local.contains(flag);
        if self.queue.line_is_empty() {
            return;
        }
        if has(Local::ECHO | Local::ECHOE | Local::ECHOK | Local::ECHOKE) {
            return self.erase(Erase::Line, settings, put);
        }
        self.queue.cut(self.queue.line_head());
        if has(Local::ECHO) {
            self.finish_erasing(settings, put);
            self.cursor.echo(settings.characters[general::VKILL as usize], settings, put);
            if has(Local::ECHOK) {
                self.cursor.put(b'\n', settings, put);
            }
        }
    }

    /// Takes characters from the end of the line.
    pub(super) fn erase(&mut self, erase: Erase, settings: &Settings, put: &mut impl FnMut(u8)) {
        if self.queue.line_is_empty() {
            return;
        }
        let mut in_word = false;
        while let Some(start) = self.last_character(settings) {
            let byte = self.queue.byte(start);
            if erase == Erase::Word {
                if in_word && !is_word(byte) {
                    break;
                }
                in_word |= is_word(byte);
            }
            let end = self.queue.head();
            self.queue.cut(start);
            if settings.local.contains(Local::ECHO) {
                self.show_erased(start..end, erase, settings, put);
            }
            if erase == Erase::Character {
                break;
            }
        }
        if self.queue.line_is_empty() && settings.local.contains(Local::ECHO) {
            self.finish_erasing(settings, put);
        }
    }

    /// Where the last character of the line begins.
    fn last_character(&self, settings: &Settings) -> Option<usize> {
        let mut at = self.queue.head();
        while at != self.queue.line_head() {
            at = at.wrapping_sub(1);
            if !settings.is_continuation(self.queue.byte(at)) {
                return Some(at);
            }
        }
        None
    }

    /// Shows that a character is gone, of which the bytes still are where they were.
    fn show_erased(&mut self, character: Range<usize>, erase: Erase, settings: &Settings, put: &mut impl FnMut(u8)) {
        let has = |flag| settings.local.contains(flag);
        let byte = self.queue.byte(character.start);
        if has(Local::ECHOPRT) {
            if !core::mem::replace(&mut self.erasing, true) {
                self.cursor.put(b'\\', settings, put);
            }
            self.cursor.echo(byte, settings, put);
            for i in 1..character.end.wrapping_sub(character.start) {
                self.cursor.put(self.queue.byte(character.start.wrapping_add(i)), settings, put);
                self.cursor.move_back();
            }
        } else if erase == Erase::Character && !has(Local::ECHOE) {
            self.cursor.echo(settings.characters[general::VERASE as usize], settings, put);
        } else if byte == b'\t' {
            let (columns, after_tab) = self.columns_before(settings);
            self.cursor.erase_tab(columns, after_tab, put);
        } else {
            let columns = match (is_control(byte), has(Local::ECHOCTL)) {
                (false, _) => 1,
                (true, shown) => 2 * usize::from(shown),
            };
            for &byte in b"\x08 \x08".iter().cycle().take(3 * columns) {
                self.cursor.put(byte, settings, put);
            }
        }
    }

    /// How many columns the end of the line takes, back to a tab or the line's start, and whether it is a tab.
    fn columns_before(&self, settings: &Settings) -> (u32, bool) {
        let (mut columns, mut at) = (0, self.queue.head());
        while at != self.queue.line_head() {
            at = at.wrapping_sub(1);
            match self.queue.byte(at) {
                b'\t' => return (columns, true),
                byte if is_control(byte) => columns += 2 * u32::from(settings.local.contains(Local::ECHOCTL)),
                byte => columns += u32::from(!settings.is_continuation(byte)),
            }
        }
        (columns, false)
    }
}
