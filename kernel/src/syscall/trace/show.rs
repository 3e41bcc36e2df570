//! One argument as text.

use super::flags::{CLONE, OPEN};
use super::shapes::Argument;
use super::{Caller, Cut};
use core::cmp::Reverse;
use core::fmt::Write;
use linux_raw_sys::general as linux;
use logic::errno::Result;
use logic::signal::Signal;

/// How many bytes of a text or buffer are shown.
const SHOWN: usize = 32;
/// How many texts of a list.
const LISTED: u64 = 8;

/// Shows an argument. `result` is there once the call is over.
pub(super) fn argument(
    text: &mut Cut,
    caller: &Caller,
    argument: Argument,
    arguments: &[u64; 6],
    index: usize,
    result: Option<&Result<u64>>,
) {
    let value = arguments.get(index).copied().unwrap_or(0);
    let next = arguments.get(index + 1).copied().unwrap_or(0);
    let went = result.and_then(|result| result.ok());
    let _ = match argument {
        Argument::Number | Argument::Descriptor => write!(text, "{}", value as i32),
        Argument::Size => write!(text, "{value}"),
        Argument::Hex if value == 0 => write!(text, "0"),
        Argument::Hex => write!(text, "{value:#x}"),
        Argument::Mode => write!(text, "0{:o}", value as u32),
        Argument::Directory if value as i32 == linux::AT_FDCWD => write!(text, "AT_FDCWD"),
        Argument::Directory => write!(text, "{}", value as i32),
        Argument::Text => return c_text(text, caller, value),
        Argument::Bytes => return bytes(text, caller, value, next),
        Argument::Filled => match went {
            Some(count) => return bytes(text, caller, value, count),
            None => write!(text, "{value:#x}"),
        },
        Argument::FilledText => match went {
            Some(_) => return c_text(text, caller, value),
            None => write!(text, "{value:#x}"),
        },
        Argument::Texts => return list(text, caller, value),
        Argument::Count => return count(text, caller, value),
        Argument::Pair => match went.and_then(|_| caller.words::<1>(value).ok()) {
            Some([both]) => write!(text, "[{}, {}]", both as i32, both >> 32),
            None => write!(text, "{value:#x}"),
        },
        Argument::Status => return status(text, caller, value, went),
        Argument::Places => return places(text, caller, value, next),
        Argument::Time => match caller.words::<2>(value) {
            Ok([seconds, nanoseconds]) => write!(text, "{{{}.{nanoseconds:09}}}", seconds.cast_signed()),
            Err(_) => write!(text, "{value:#x}"),
        },
        Argument::Signals => return signals(text, caller, value),
        Argument::Signal => match Signal::new(value) {
            Ok(signal) => write!(text, "{}", signal.name()),
            Err(_) => write!(text, "{}", value as i32),
        },
        Argument::One(names) => match names.iter().find(|(number, _)| *number == value) {
            Some((_, name)) => write!(text, "{name}"),
            None => write!(text, "{value:#x}"),
        },
        Argument::Flags(names) => return flags(text, names, value, ""),
        Argument::CloneFlags => {
            // The lowest byte is the signal that the parent gets.
            flags(text, CLONE, value & !0xff, "");
            match Signal::new(value & 0xff) {
                Ok(signal) => write!(text, "|{}", signal.name()),
                Err(_) => Ok(()),
            }
        }
        Argument::Open => {
            let access = ["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][(value & 3) as usize];
            return flags(text, OPEN, value & !3, access);
        }
    };
}

/// Flags by name, the widest names first, and what has none as a number.
fn flags(text: &mut Cut, names: &[(u64, &str)], value: u64, before: &str) {
    let mut rest = value & 0xffff_ffff;
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

fn c_text(text: &mut Cut, caller: &Caller, from: u64) {
    if from == 0 {
        return text.put_all(b"NULL");
    }
    let mut bytes = [0; SHOWN * 2];
    let (mut length, mut ended) = (0, false);
    while length < bytes.len() && !ended {
        if caller.space().read(caller.ctx, from + length as u64, &mut bytes[length..=length]).is_err() {
            break;
        }
        ended = bytes[length] == 0;
        length += usize::from(!ended);
    }
    if length == 0 && !ended {
        let _ = write!(text, "{from:#x}");
        return;
    }
    quote(text, &bytes[..length], !ended);
}

fn bytes(text: &mut Cut, caller: &Caller, from: u64, length: u64) {
    let mut bytes = [0; SHOWN];
    let shown = bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX));
    match caller.space().read(caller.ctx, from, &mut bytes[..shown]) {
        Ok(()) => quote(text, &bytes[..shown], length > shown as u64),
        Err(_) => _ = write!(text, "{from:#x}"),
    }
}

fn quote(text: &mut Cut, bytes: &[u8], more: bool) {
    let _ = write!(text, "\"{}\"{}", bytes.escape_ascii(), if more { "..." } else { "" });
}

fn list(text: &mut Cut, caller: &Caller, from: u64) {
    text.put_all(b"[");
    for index in 0..=LISTED {
        match caller.words::<1>(from + 8 * index) {
            Ok([0]) | Err(_) => break,
            Ok(_) if index == LISTED => text.put_all(b", ..."),
            Ok([each]) => {
                text.put_all(if index > 0 { b", " } else { b"" });
                c_text(text, caller, each);
            }
        }
    }
    text.put_all(b"]");
}

fn count(text: &mut Cut, caller: &Caller, from: u64) {
    const MOST: u64 = 1000;
    let texts = (0..MOST).take_while(|index| caller.words::<1>(from + 8 * index).is_ok_and(|[text]| text != 0)).count();
    let _ = if from == 0 { write!(text, "NULL") } else { write!(text, "{from:#x} /* {texts} texts */") };
}

fn status(text: &mut Cut, caller: &Caller, from: u64, went: Option<u64>) {
    let mut bytes = [0; 4];
    let told = from != 0 && went.is_some_and(|pid| pid != 0);
    if !told || caller.space().read(caller.ctx, from, &mut bytes).is_err() {
        let _ = if from == 0 { write!(text, "NULL") } else { write!(text, "{from:#x}") };
        return;
    }
    let status = i32::from_le_bytes(bytes);
    let _ = match logic::wait_status::WaitStatus::decode(status) {
        Some(status) => write!(text, "[{status:?}]"),
        None => write!(text, "[{status:#x}]"),
    };
}

fn places(text: &mut Cut, caller: &Caller, from: u64, count: u64) {
    text.put_all(b"[");
    for index in 0..count.min(LISTED) {
        let Ok([start, length]) = caller.words::<2>(from + 16 * index) else { break };
        text.put_all(if index > 0 { b", " } else { b"" });
        bytes(text, caller, start, length);
        let _ = write!(text, "; {length}");
    }
    text.put_all(if count > LISTED { b", ...]" } else { b"]" });
}

fn signals(text: &mut Cut, caller: &Caller, from: u64) {
    let Some([bits]) = (from != 0).then(|| caller.words::<1>(from).ok()).flatten() else {
        let _ = if from == 0 { write!(text, "NULL") } else { write!(text, "{from:#x}") };
        return;
    };
    text.put_all(b"[");
    let named = (1..=64u64).filter(|number| bits >> (number - 1) & 1 != 0);
    for (index, signal) in named.filter_map(|number| Signal::new(number).ok()).enumerate() {
        let _ = write!(text, "{}{}", if index > 0 { " " } else { "" }, signal.name());
    }
    text.put_all(b"]");
}
