//! What an argument points at: texts, bytes, lists, structures.

use super::shapes::Argument;
use super::show::{Call, address};
use super::{Caller, Cut, special, structure};
use core::fmt::Write;
use logic::wait_status::WaitStatus;

/// How many bytes of a text or buffer are shown.
const SHOWN: usize = 32;
/// How many things of a list.
const LISTED: u64 = 8;

/// Shows what an argument that is not null points at.
pub(super) fn argument(text: &mut Cut, call: &Call<'_>, argument: Argument, index: usize) {
    let (caller, value, next) = (call.caller, call.value(index), call.value(index + 1));
    let went = call.went().unwrap_or(0);
    match argument {
        Argument::Text | Argument::FilledText => c_text(text, caller, value),
        Argument::Bytes => bytes(text, caller, value, next),
        Argument::Filled => bytes(text, caller, value, went),
        Argument::Texts => texts(text, caller, value),
        Argument::Count => count(text, caller, value),
        Argument::Pair => numbers(text, caller, value, 2),
        Argument::Word(size) | Argument::FilledWord(size) => word(text, caller, value, size),
        Argument::Status => status(text, caller, value, went),
        Argument::Places => places(text, caller, value, next, u64::MAX),
        Argument::FilledPlaces => places(text, caller, value, next, went),
        Argument::Record(record) | Argument::FilledRecord(record) => structure::record(text, caller, record, value),
        Argument::Records(record, count) => structure::list(text, caller, record, value, call.value(count)),
        Argument::FilledRecords(record) => structure::list(text, caller, record, value, went),
        Argument::Numbers(count) => numbers(text, caller, value, call.value(count)),
        Argument::FilledNumbers => numbers(text, caller, value, went),
        Argument::Descriptors => special::descriptors(text, caller, value, call.value(0)),
        Argument::Entries => special::entries(text, caller, value, went),
        Argument::Address => special::socket_address(text, caller, value, next),
        Argument::FilledAddress => special::told_address(text, caller, value, next),
        Argument::Message => special::message(text, caller, value, u64::MAX),
        Argument::FilledMessage => special::message(text, caller, value, went),
        Argument::Time | Argument::FilledTime => structure::time(text, caller, value, 9),
        Argument::OldTime | Argument::FilledOldTime => structure::time(text, caller, value, 6),
        Argument::Signals | Argument::FilledSignals => match caller.words(value) {
            Ok([set]) => structure::signals(text, set),
            Err(_) => address(text, value),
        },
        _ => address(text, value),
    }
}

/// A text that ends with a NUL.
pub(super) fn c_text(text: &mut Cut, caller: &Caller, from: u64) {
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
        return address(text, from);
    }
    quote(text, &bytes[..length], !ended);
}

/// Bytes, of which many are only begun.
pub(super) fn bytes(text: &mut Cut, caller: &Caller, from: u64, length: u64) {
    let mut bytes = [0; SHOWN];
    let shown = bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX));
    match caller.space().read(caller.ctx, from, &mut bytes[..shown]) {
        Ok(()) => quote(text, &bytes[..shown], length > shown as u64),
        Err(_) => address(text, from),
    }
}

/// Bytes in quotes, as C has them.
pub(super) fn quote(text: &mut Cut, bytes: &[u8], more: bool) {
    let _ = write!(text, "\"{}\"{}", bytes.escape_ascii(), if more { "..." } else { "" });
}

/// Things in brackets, as many as are shown of `count`; `show` tells whether it could.
pub(super) fn in_brackets(text: &mut Cut, count: u64, mut show: impl FnMut(&mut Cut, u64) -> bool) {
    text.put_all(b"[");
    for index in 0..count.min(LISTED) {
        text.put_all(if index > 0 { b", " } else { b"" });
        if !show(text, index) {
            text.put_all(b"?");
            break;
        }
    }
    text.put_all(if count > LISTED { b", ...]" } else { b"]" });
}

fn texts(text: &mut Cut, caller: &Caller, from: u64) {
    let is_there = |index: &u64| matches!(caller.words(from + 8 * index), Ok([text]) if text != 0);
    let count = (0..=LISTED).take_while(is_there).count() as u64;
    in_brackets(text, count, |text, index| match caller.words(from + 8 * index) {
        Ok([each]) => {
            c_text(text, caller, each);
            true
        }
        Err(_) => false,
    });
}

fn count(text: &mut Cut, caller: &Caller, from: u64) {
    const MOST: u64 = 1000;
    let texts = (0..MOST).take_while(|index| caller.words(from + 8 * index).is_ok_and(|[text]| text != 0)).count();
    let _ = write!(text, "{from:#x} /* {texts} texts */");
}

fn numbers(text: &mut Cut, caller: &Caller, from: u64, count: u64) {
    in_brackets(text, count, |text, index| match caller.halves(from + 4 * index) {
        Ok([each]) => write!(text, "{}", each.cast_signed()).is_ok(),
        Err(_) => false,
    });
}

/// One number that is pointed at.
pub(super) fn word(text: &mut Cut, caller: &Caller, from: u64, size: usize) {
    let _ = match (size, caller.halves(from), caller.words(from)) {
        (4, Ok([word]), _) => write!(text, "[{}]", word.cast_signed()),
        (8, _, Ok([word])) => write!(text, "[{}]", word.cast_signed()),
        _ => write!(text, "{from:#x}"),
    };
}

fn status(text: &mut Cut, caller: &Caller, from: u64, went: u64) {
    let Ok([status]) = caller.halves(from) else { return address(text, from) };
    let _ = match WaitStatus::decode(status.cast_signed()) {
        // Nobody had news.
        _ if went == 0 => write!(text, "{from:#x}"),
        Some(status) => write!(text, "[{status}]"),
        None => write!(text, "[{status:#x}]"),
    };
}

/// Places of memory, and the bytes there as far as `filled` goes.
pub(super) fn places(text: &mut Cut, caller: &Caller, from: u64, count: u64, filled: u64) {
    let mut rest = filled;
    in_brackets(text, count, |text, index| {
        let Ok([start, length]) = caller.words(from + 16 * index) else { return false };
        text.put_all(b"{");
        bytes(text, caller, start, length.min(rest));
        rest = rest.saturating_sub(length);
        write!(text, ", {length}}}").is_ok()
    });
}
