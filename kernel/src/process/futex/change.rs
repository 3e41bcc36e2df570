//! What FUTEX_WAKE_OP does to a word, and asks of what it was: futex(2).

use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// A change of a word, and a question about its old value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    operation: u32,
    argument: u32,
    comparison: u32,
    against: i32,
}

impl Change {
    /// From the number that a program gives: 4 bits each for operation and comparison, 12 each for their signed arguments. `ENOSYS` for
    /// what there is not.
    pub fn decode(code: u32) -> Result<Change> {
        let signed = |bits: u32| (bits << 20).cast_signed() >> 20;
        let (operation, comparison) = (code >> 28 & 7, code >> 24 & 15);
        let number = signed(code >> 12 & 0xfff).cast_unsigned();
        let is_shift = code >> 28 & linux::FUTEX_OP_OPARG_SHIFT != 0;
        let argument = if is_shift { 1 << (number & 31) } else { number };
        if operation > linux::FUTEX_OP_XOR || comparison > linux::FUTEX_OP_CMP_GE {
            return Err(Errno::ENOSYS);
        }
        Ok(Change { operation, argument, comparison, against: signed(code & 0xfff) })
    }

    /// The new value.
    pub(super) fn apply(self, old: u32) -> u32 {
        match self.operation {
            linux::FUTEX_OP_SET => self.argument,
            linux::FUTEX_OP_ADD => old.wrapping_add(self.argument),
            linux::FUTEX_OP_OR => old | self.argument,
            linux::FUTEX_OP_ANDN => old & !self.argument,
            _ => old ^ self.argument,
        }
    }

    /// Whether the old value is as asked for.
    pub(super) fn asks_for(self, old: u32) -> bool {
        let old = old.cast_signed();
        match self.comparison {
            linux::FUTEX_OP_CMP_EQ => old == self.against,
            linux::FUTEX_OP_CMP_NE => old != self.against,
            linux::FUTEX_OP_CMP_LT => old < self.against,
            linux::FUTEX_OP_CMP_LE => old <= self.against,
            linux::FUTEX_OP_CMP_GT => old > self.against,
            _ => old >= self.against,
        }
    }
}
