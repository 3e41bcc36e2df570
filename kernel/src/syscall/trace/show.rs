//! One argument as text: what a register says by itself. What it points at is shown by `memory`.

use super::flags::{CLONE, Names, OPEN};
use super::shapes::Argument;
use super::{Caller, Cut, memory, special};
use crate::fs::inode::DeviceNumber;
use core::cmp::Reverse;
use core::fmt::Write;
use linux_raw_sys::general as linux;
use logic::errno::Result;
use logic::signal::Signal;

/// A call, as far as its arguments need to know of it.
pub(super) struct Call<'a> {
    pub(super) caller: &'a Caller<'a>,
    pub(super) arguments: &'a [u64; 6],
    /// There once the call is over.
    pub(super) result: Option<&'a Result<u64>>,
}

impl Call<'_> {
    /// The value of an argument.
    pub(super) fn value(&self, index: usize) -> u64 {
        self.arguments.get(index).copied().unwrap_or(0)
    }

    /// Whether an argument means anything: the mode of a new file does only if one is made.
    pub(super) fn counts(&self, argument: Argument, index: usize) -> bool {
        let makes = u64::from(linux::O_CREAT | linux::O_TMPFILE & !linux::O_DIRECTORY);
        argument != Argument::NewMode || self.value(index - 1) & makes != 0
    }

    /// What the call returned, if it went well.
    pub(super) fn went(&self) -> Option<u64> {
        self.result.and_then(|result| result.ok())
    }
}

/// Shows an argument.
pub(super) fn argument(text: &mut Cut, call: &Call<'_>, argument: Argument, index: usize) {
    let value = call.value(index);
    match argument {
        // What was to be filled has not been, but what was there still is.
        _ if argument.is_filled() && !argument.is_changed() && call.went().is_none() => address(text, value),
        Argument::Number | Argument::Descriptor => number(text, i64::from(value as i32)),
        Argument::Long => number(text, value.cast_signed()),
        Argument::Size => _ = write!(text, "{value}"),
        Argument::Hex if value == 0 => text.put_all(b"0"),
        Argument::Hex => _ = write!(text, "{value:#x}"),
        Argument::Mode | Argument::NewMode => mode(text, value as u32),
        Argument::Device => {
            let DeviceNumber { major, minor } = DeviceNumber::decode(value);
            let _ = write!(text, "makedev({major:#x}, {minor:#x})");
        }
        Argument::Id => number(text, if value as u32 == u32::MAX { -1 } else { i64::from(value as u32) }),
        Argument::Directory if value as i32 == linux::AT_FDCWD => text.put_all(b"AT_FDCWD"),
        Argument::Directory => number(text, i64::from(value as i32)),
        Argument::Signal => signal(text, value),
        Argument::One(names) => one(text, names, value & u64::from(u32::MAX)),
        Argument::Flags(names) => flags(text, names, value & u64::from(u32::MAX), ""),
        Argument::OneAndFlags(names, more) => {
            one(text, names, value & 0xff);
            if value as u32 & !0xff != 0 {
                text.put_all(b"|");
                flags(text, more, u64::from(value as u32 & !0xff), "");
            }
        }
        Argument::CloneFlags => {
            // The lowest byte is the signal that the parent gets.
            flags(text, CLONE, value & !0xff, "");
            if let Ok(signal) = Signal::new(value & 0xff) {
                let _ = write!(text, "|{}", signal.name());
            }
        }
        Argument::Open => open(text, value),
        Argument::Request => special::request(text, call, index),
        Argument::Control => special::control(text, call, index),
        _ if value == 0 => text.put_all(b"NULL"),
        _ => memory::argument(text, call, argument, index),
    }
}

fn number(text: &mut Cut, value: i64) {
    let _ = write!(text, "{value}");
}

/// A pointer that is not followed.
pub(super) fn address(text: &mut Cut, value: u64) {
    let _ = if value == 0 { write!(text, "NULL") } else { write!(text, "{value:#x}") };
}

pub(super) fn signal(text: &mut Cut, value: u64) {
    let _ = match Signal::new(value) {
        Ok(signal) => write!(text, "{}", signal.name()),
        Err(_) => write!(text, "{}", value as i32),
    };
}

/// A file's kind, if it has one, and its mode.
pub(super) fn mode(text: &mut Cut, value: u32) {
    const KINDS: [(u32, &str); 7] = [
        (linux::S_IFREG, "S_IFREG"),
        (linux::S_IFDIR, "S_IFDIR"),
        (linux::S_IFLNK, "S_IFLNK"),
        (linux::S_IFCHR, "S_IFCHR"),
        (linux::S_IFBLK, "S_IFBLK"),
        (linux::S_IFIFO, "S_IFIFO"),
        (linux::S_IFSOCK, "S_IFSOCK"),
    ];
    let kind = KINDS.iter().find(|(kind, _)| value & linux::S_IFMT == *kind);
    let _ = match kind {
        Some((kind, name)) => write!(text, "{name}|0{:o}", value & !kind),
        None if value == 0 => write!(text, "0"),
        None => write!(text, "0{value:o}"),
    };
}

/// The flags of open(2).
pub(super) fn open(text: &mut Cut, value: u64) {
    let access = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][(value & 3) as usize];
    flags(text, OPEN, u64::from(value as u32 & !3), access);
}

/// A number by its name.
pub(super) fn one(text: &mut Cut, names: Names, value: u64) {
    let _ = match names.iter().find(|(number, _)| *number as u32 == value as u32) {
        Some((_, name)) => write!(text, "{name}"),
        None => write!(text, "{value:#x}"),
    };
}

/// Flags by name, the widest names first, and what has none as a number.
pub(super) fn flags(text: &mut Cut, names: Names, value: u64, before: &str) {
    let mut rest = value;
    let mut separator = "";
    if !before.is_empty() {
        text.put_all(before.as_bytes());
        separator = "|";
    }
    while let Some((flag, name)) = names
        .iter()
        .filter(|(flag, _)| *flag != 0 && rest & flag == *flag)
        .max_by_key(|(flag, _)| (flag.count_ones(), Reverse(*flag)))
    {
        let _ = write!(text, "{separator}{name}");
        rest &= !flag;
        separator = "|";
    }
    let _ = match rest {
        0 if separator.is_empty() => write!(text, "0"),
        0 => Ok(()),
        rest => write!(text, "{separator}{rest:#x}"),
    };
}
