//! Strings as execve(2) passes them: one after the other, each with a NUL at its end.

use crate::errno::{Errno, Result};
use alloc::vec::Vec;

/// The longest string with its NUL, as in Linux.
pub const STRING_MAX: usize = 131_072;

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
}
