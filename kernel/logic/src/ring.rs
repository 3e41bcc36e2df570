//! Bytes on their way: a ring of fixed size that is filled at one end and emptied at the other.
//!
//! Pipes, terminals, UARTs and the kernel log keep their bytes in one.

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// The ring.
pub struct Ring {
    /// Always as long as the ring is large.
    bytes: Vec<u8>,
    /// Where the oldest byte is.
    start: usize,
    length: usize,
}

impl Ring {
    /// An empty ring for `capacity` bytes, or `ENOMEM`.
    pub fn try_new(capacity: usize) -> Result<Ring> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(capacity).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(capacity, 0);
        Ok(Ring { bytes, start: 0, length: 0 })
    }

    /// Puts in as many of the bytes as fit; how many these are.
    pub fn push(&mut self, from: &[u8]) -> usize {
        let (first, second) = self.spare();
        let (a, b) = from.split_at(first.len().min(from.len()));
        let (a_length, b_length) = (a.len(), b.len().min(second.len()));
        first[..a_length].copy_from_slice(a);
        second[..b_length].copy_from_slice(&b[..b_length]);
        self.filled(a_length + b_length);
        a_length + b_length
    }

    /// Takes out the oldest bytes, as many as there are and fit; how many these are.
    pub fn pop(&mut self, into: &mut [u8]) -> usize {
        let (first, second) = self.peek();
        let a = first.len().min(into.len());
        let b = second.len().min(into.len() - a);
        into[..a].copy_from_slice(&first[..a]);
        into[a..a + b].copy_from_slice(&second[..b]);
        self.consume(a + b);
        a + b
    }

    /// All bytes that are in it, oldest first, in two parts.
    pub fn peek(&self) -> (&[u8], &[u8]) {
        let (wrapped, from_start) = self.bytes.split_at(self.start);
        if self.length <= from_start.len() {
            (&from_start[..self.length], &[])
        } else {
            (from_start, &wrapped[..self.length - from_start.len()])
        }
    }

    /// Forgets the `count` oldest bytes, or all if there are fewer.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.length);
        self.length -= count;
        // An empty ring begins anew, so that its room is in one part.
        self.start = if self.length == 0 { 0 } else { (self.start + count) % self.bytes.len() };
    }

    /// The room that is left, in two parts, to be filled in place; [`Ring::filled`] tells how far.
    pub fn spare(&mut self) -> (&mut [u8], &mut [u8]) {
        let end = self.start + self.length;
        match end.checked_sub(self.bytes.len()) {
            Some(end) => (&mut self.bytes[end..self.start], &mut []),
            None => {
                let (wrapped, from_end) = self.bytes.split_at_mut(end);
                (from_end, &mut wrapped[..self.start])
            }
        }
    }

    /// Takes in the first `count` bytes of what [`Ring::spare`] gave.
    pub fn filled(&mut self, count: usize) {
        assert!(count <= self.free(), "a ring was filled with more bytes than it has room for");
        self.length += count;
    }

    /// Forgets all bytes.
    pub fn clear(&mut self) {
        self.consume(self.length);
    }

    /// How many bytes are in it.
    pub fn len(&self) -> usize {
        self.length
    }

    /// How many more bytes fit.
    pub fn free(&self) -> usize {
        self.bytes.len() - self.length
    }

    /// How many bytes fit in all.
    pub fn capacity(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes in it.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether no more bytes fit.
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::collections::VecDeque;

    #[test]
    fn agrees_with_a_queue_of_bytes() {
        let mut random = Random(21);
        for capacity in [0, 1, 2, 7, 64] {
            let mut ring = Ring::try_new(capacity).unwrap();
            let mut model: VecDeque<u8> = VecDeque::new();
            for _ in 0..5000 {
                let mut bytes: Vec<u8> = (0..random.below(capacity as u64 + 3)).map(|_| random.next() as u8).collect();
                match random.below(4) {
                    0 => {
                        let pushed = ring.push(&bytes);
                        assert_eq!(pushed, bytes.len().min(capacity - model.len()));
                        model.extend(&bytes[..pushed]);
                    }
                    1 => {
                        let popped = ring.pop(&mut bytes);
                        assert_eq!(popped, bytes.len().min(model.len()));
                        assert_eq!(bytes[..popped], model.drain(..popped).collect::<Vec<_>>());
                    }
                    2 => {
                        let (first, second) = ring.spare();
                        assert_eq!(first.len() + second.len(), capacity - model.len());
                        let count = random.below((first.len() + second.len()) as u64 + 1) as usize;
                        for byte in first.iter_mut().chain(second).take(count) {
                            *byte = random.next() as u8;
                            model.push_back(*byte);
                        }
                        ring.filled(count);
                    }
                    _ => {
                        ring.consume(bytes.len());
                        model.drain(..bytes.len().min(model.len()));
                    }
                }
                let (first, second) = ring.peek();
                assert!(first.iter().chain(second).eq(model.iter()));
                assert_eq!((ring.len(), ring.free()), (model.len(), capacity - model.len()));
                assert_eq!((ring.is_empty(), ring.is_full()), (model.is_empty(), model.len() == capacity));
            }
            ring.clear();
            assert!(ring.is_empty() && ring.capacity() == capacity);
        }
    }

    #[test]
    fn a_ring_too_large_is_refused() {
        assert_eq!(Ring::try_new(usize::MAX).err(), Some(Errno::ENOMEM));
    }
}
