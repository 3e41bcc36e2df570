//! Strings as execve(2) passes them: one after the other, each with a NUL at its end.

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// The longest string with its NUL, as in Linux.
pub const STRING_MAX: usize = 131_072;

/// Where the first NUL is. Eight bytes at a time: a byte is zero if taking one from it borrows, and it had no high bit itself.
pub fn find_nul(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zeros = word.wrapping_sub(ONES) & !word & HIGH_BITS;
        if zeros != 0 {
            // The lowest one is right; borrowing may have marked others above it.
            return Some(index * 8 + zeros.trailing_zeros() as usize / 8);
        }
    }
    let place = rest.iter().position(|&byte| byte == 0)?;
    Some(words.len() * 8 + place)
}

/// A list of strings without NULs inside.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Strings {
    bytes: Vec<u8>,
    count: usize,
}

impl Strings {
    /// An empty list.
    pub const fn new() -> Strings {
        Strings { bytes: Vec::new(), count: 0 }
    }

    /// Adds a string, of which only what stands before a NUL counts: `E2BIG` if it is too long, `ENOMEM`.
    pub fn push(&mut self, string: &[u8]) -> Result<()> {
        let string = string.split(|&byte| byte == 0).next().unwrap_or_default();
        if string.len() >= STRING_MAX {
            return Err(Errno::E2BIG);
        }
        self.bytes.try_reserve(string.len() + 1).map_err(|_| Errno::ENOMEM)?;
        self.bytes.extend_from_slice(string);
        self.bytes.push(0);
        self.count += 1;
        Ok(())
    }

    /// All of them, each with its NUL.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Each of them, without its NUL.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split_inclusive(|&byte| byte == 0).map(|string| &string[..string.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn strings_are_kept_in_order() {
        let mut strings = Strings::new();
        assert!(strings.is_empty() && strings.iter().next().is_none());
        for string in [&b"one"[..], b"", b"two\0three"] {
            strings.push(string).unwrap();
        }
        assert_eq!(strings.bytes(), b"one\0\0two\0");
        assert_eq!(strings.len(), 3);
        assert_eq!(strings.iter().collect::<Vec<_>>(), [&b"one"[..], b"", b"two"]);
    }

    #[test]
    fn a_string_may_be_only_so_long() {
        let long = vec![b'x'; STRING_MAX];
        assert_eq!(Strings::new().push(&long), Err(Errno::E2BIG));
        assert_eq!(Strings::new().push(&long[1..]), Ok(()));
    }

    #[test]
    fn the_first_nul_is_found() {
        let mut random = crate::random::Random(7);
        for _ in 0..2000 {
            let length = random.below(40) as usize;
            let bytes: Vec<u8> =
                (0..length).map(|_| [0, 1, 0x7f, 0x80, 0x81, 0xff][random.below(6) as usize]).collect();
            let from = random.below(length as u64 + 1) as usize;
            assert_eq!(find_nul(&bytes[from..]), bytes[from..].iter().position(|&byte| byte == 0), "{bytes:?} {from}");
        }
        assert_eq!(find_nul(b"0123456789abcdef"), None);
    }
}
