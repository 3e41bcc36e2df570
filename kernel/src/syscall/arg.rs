//! Typed arguments: what the registers of a call mean.
//!
//! A handler's signature is its ABI: each parameter's type says how many registers it takes and which values it refuses.

use crate::process::Pid;
use bitflags::Flags;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// The arguments of a call, from the first that was not taken yet.
pub(super) struct Registers<'a> {
    values: &'a [u64; 6],
    next: usize,
}

/// Something that a call takes.
pub(super) trait Argument: Sized {
    /// Takes it out of the next register, or registers.
    fn take(registers: &mut Registers) -> Result<Self>;
}

/// What a call returns in a register.
pub(super) trait Returned {
    /// As the register shows it.
    fn to_register(self) -> u64;
}

/// A descriptor; only looking it up tells whether there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fd(pub(super) i32);

/// Where the NUL-terminated path is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct UserPath(pub(super) u64);

/// An address in the program, perhaps null and perhaps bad.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pointer(pub(super) u64);

/// A user or group, or -1 for none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Id(pub(super) Option<u32>);

/// A place and its length in bytes, in two registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Buffer {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// A list of places and its length in entries: readv(2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Vector {
    pub(super) start: u64,
    pub(super) count: u64,
}

/// Flags of which unknown ones are refused with `EINVAL`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Known<F>(pub(super) F);

impl<'a> Registers<'a> {
    pub(super) fn new(values: &'a [u64; 6]) -> Registers<'a> {
        Registers { values, next: 0 }
    }

    #[inline]
    fn word(&mut self) -> u64 {
        let word = self.values.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        word
    }
}

impl Pointer {
    /// The address, unless it is null.
    pub(super) fn non_null(self) -> Option<u64> {
        (self.0 != 0).then_some(self.0)
    }
}

/// Types that are a register's value, or its lower part, as it is.
macro_rules! plain {
    ($($type:ty = $make:expr;)*) => {
        $(impl Argument for $type {
            #[inline]
            fn take(registers: &mut Registers) -> Result<Self> {
                Ok($make(registers.word()))
            }
        })*
    };
}

plain! {
    u64 = |word| word;
    i64 = |word| word as i64;
    u32 = |word| word as u32;
    i32 = |word| word as i32;
    u16 = |word| word as u16;
    Fd = |word| Fd(word as i32);
    UserPath = UserPath;
    Pointer = Pointer;
    Pid = |word| Pid(word as u32);
    Id = |word| Id(Some(word as u32).filter(|&id| id != u32::MAX));
}

impl Argument for Buffer {
    #[inline]
    fn take(registers: &mut Registers) -> Result<Self> {
        Ok(Buffer { start: registers.word(), length: registers.word() })
    }
}

impl Argument for Vector {
    fn take(registers: &mut Registers) -> Result<Self> {
        Ok(Vector { start: registers.word(), count: registers.word() })
    }
}

impl Argument for Signal {
    fn take(registers: &mut Registers) -> Result<Self> {
        Signal::new(u64::from(registers.word() as u32))
    }
}

/// A signal, or 0: only whether one could be sent is asked.
impl Argument for Option<Signal> {
    fn take(registers: &mut Registers) -> Result<Self> {
        match registers.word() as u32 {
            0 => Ok(None),
            number => Signal::new(u64::from(number)).map(Some),
        }
    }
}

impl<F: Flags<Bits = u32>> Argument for Known<F> {
    fn take(registers: &mut Registers) -> Result<Self> {
        F::from_bits(registers.word() as u32).map(Known).ok_or(Errno::EINVAL)
    }
}

/// Types that a register shows by widening.
macro_rules! returned {
    ($($type:ty = $show:expr;)*) => {
        $(impl Returned for $type {
            #[inline]
            fn to_register(self) -> u64 {
                $show(self)
            }
        })*
    };
}

returned! {
    () = |()| 0;
    u64 = |value| value;
    u32 = u64::from;
    usize = |value| value as u64;
    Pid = |pid: Pid| u64::from(pid.0);
    Fd = |fd: Fd| fd.0 as u64;
}
