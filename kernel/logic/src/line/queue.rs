//! What was typed and not read yet: a ring in which some bytes end a line.

use super::Read;
use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// How many bytes of input are kept, and the length of the longest line with its newline.
pub const CAPACITY: usize = 4096;

/// The bytes. Positions in it are counts of all bytes so far, which may wrap.
pub(super) struct Queue {
    /// A ring, indexed by the counters below.
    bytes: Vec<u8>,
    /// Which bytes end a line; a NUL that does is an end of file.
    ends: [u64; CAPACITY / 64],
    /// How many bytes were typed, read, and typed in whole lines, so far.
    head: usize,
    tail: usize,
    line_head: usize,
}

impl Queue {
    /// Nothing yet, or `ENOMEM`.
    pub(super) fn try_new() -> Result<Queue> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(CAPACITY).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(CAPACITY, 0);
        Ok(Queue { bytes, ends: [0; CAPACITY / 64], head: 0, tail: 0, line_head: 0 })
    }

    /// Where the last byte ends.
    pub(super) fn head(&self) -> usize {
        self.head
    }

    /// Where the last whole line ends, and the one that is being edited begins.
    pub(super) fn line_head(&self) -> usize {
        self.line_head
    }

    /// Whether there is nothing of the line that is being edited.
    pub(super) fn line_is_empty(&self) -> bool {
        self.head == self.line_head
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.head.wrapping_sub(self.tail)
    }

    /// How many bytes there are in whole lines; ends of file count.
    pub(super) fn lines_len(&self) -> usize {
        self.line_head.wrapping_sub(self.tail)
    }

    /// How many bytes of whole lines a program can read.
    pub(super) fn readable_in_lines(&self) -> usize {
        (0..self.lines_len()).filter(|&i| !self.is_end_of_file(self.tail.wrapping_add(i))).count()
    }

    /// The byte at a position.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes[at % CAPACITY]
    }

    /// Adds a byte, unless the ring is full.
    pub(super) fn push(&mut self, byte: u8) {
        if self.len() < CAPACITY {
            self.bytes[self.head % CAPACITY] = byte;
            self.head = self.head.wrapping_add(1);
        }
    }

    /// Forgets what comes after a position in the line that is being edited.
    pub(super) fn cut(&mut self, head: usize) {
        self.head = head;
    }

    /// Makes everything a line, of which the last byte is the end.
    pub(super) fn end_line(&mut self) {
        let at = self.head.wrapping_sub(1) % CAPACITY;
        self.ends[at / 64] |= 1 << (at % 64);
        self.line_head = self.head;
    }

    /// Forgets where lines ended: all is one that is being edited.
    pub(super) fn join_lines(&mut self) {
        self.ends = [0; CAPACITY / 64];
        self.line_head = self.tail;
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        (self.head, self.tail, self.line_head) = (0, 0, 0);
        self.ends = [0; CAPACITY / 64];
    }

    /// Takes out what fits, up to the end of a line if they count.
    pub(super) fn read(&mut self, into: &mut [u8], by_lines: bool) -> Read {
        let mut length = 0;
        while !into.is_empty() && self.tail != if by_lines { self.line_head } else { self.head } {
            let ends = by_lines && self.ends_line(self.tail);
            if ends && self.is_end_of_file(self.tail) {
                self.take();
                return Read { length, ended: true };
            }
            let Some(place) = into.get_mut(length) else { break };
            *place = self.take();
            length += 1;
            if ends {
                return Read { length, ended: true };
            }
        }
        Read { length, ended: false }
    }

    /// Takes out the oldest byte, and the mark that a line ends there.
    fn take(&mut self) -> u8 {
        let (byte, at) = (self.byte(self.tail), self.tail % CAPACITY);
        self.ends[at / 64] &= !(1 << (at % 64));
        // In other modes, lines are counted as well.
        if self.line_head == self.tail {
            self.line_head = self.line_head.wrapping_add(1);
        }
        self.tail = self.tail.wrapping_add(1);
        byte
    }

    fn ends_line(&self, at: usize) -> bool {
        let at = at % CAPACITY;
        self.ends[at / 64] & 1 << (at % 64) != 0
    }

    fn is_end_of_file(&self, at: usize) -> bool {
        self.ends_line(at) && self.byte(at) == 0
    }
}
