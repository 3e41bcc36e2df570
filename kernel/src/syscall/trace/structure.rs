//! Structures as text, field by field, as `records` describes them.

use super::memory::{in_brackets, quote};
use super::records::{Field, Record, Show};
use super::show::{address, flags, mode, one, open, signal};
use super::{Caller, Cut};
use core::fmt::Write;
use logic::signal::Signal;

/// The largest structure.
const LARGEST: usize = 512;

/// `{field=value, …}`
pub(super) fn record(text: &mut Cut, caller: &Caller, record: &Record, from: u64) {
    let mut bytes = [0; LARGEST];
    let Some(bytes) = bytes.get_mut(..record.size) else { return address(text, from) };
    if caller.space().read(caller.ctx, from, bytes).is_err() {
        return address(text, from);
    }
    for (index, field) in record.fields.iter().enumerate() {
        let _ = write!(text, "{}{}=", if index == 0 { "{" } else { ", " }, field.name);
        show(text, field, bytes.get(field.offset..field.offset + field.size).unwrap_or_default());
    }
    text.put_all(b"}");
}

/// Several, in brackets.
pub(super) fn list(text: &mut Cut, caller: &Caller, each: &Record, from: u64, count: u64) {
    in_brackets(text, count, |text, index| {
        record(text, caller, each, from.wrapping_add(index * each.size as u64));
        true
    });
}

fn show(text: &mut Cut, field: &Field, bytes: &[u8]) {
    let mut word = [0; 8];
    let length = bytes.len().min(word.len());
    word[..length].copy_from_slice(&bytes[..length]);
    let value = u64::from_le_bytes(word);
    let unused = 64 - 8 * length as u32;
    let _ = match field.show {
        Show::Signed => write!(text, "{}", value.cast_signed() << unused >> unused),
        Show::Unsigned => write!(text, "{value}"),
        Show::Hex => write!(text, "{value:#x}"),
        Show::Limit if value == u64::MAX => write!(text, "RLIM64_INFINITY"),
        Show::Limit => write!(text, "{value}"),
        Show::Mode => return mode(text, value as u32),
        Show::Text => {
            let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
            return quote(text, &bytes[..end], false);
        }
        Show::Time(digits) => {
            let rest = bytes.get(8..16).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
            return put_time(text, value, rest, digits);
        }
        Show::Signal => return signal(text, value),
        Show::Handler => match value {
            0 => write!(text, "SIG_DFL"),
            1 => write!(text, "SIG_IGN"),
            handler => write!(text, "{handler:#x}"),
        },
        Show::Signals => return signals(text, value),
        Show::One(names) => return one(text, names, value),
        Show::Flags(names) => return flags(text, names, value, ""),
        Show::Open => return open(text, value),
    };
}

/// Seconds and a fraction of them, of so many digits.
pub(super) fn time(text: &mut Cut, caller: &Caller, from: u64, digits: usize) {
    match caller.words(from) {
        Ok([seconds, rest]) => put_time(text, seconds, rest, digits),
        Err(_) => address(text, from),
    }
}

fn put_time(text: &mut Cut, seconds: u64, rest: u64, digits: usize) {
    let _ = write!(text, "{{{}.{rest:0digits$}}}", seconds.cast_signed());
}

/// A set of signals by name.
pub(super) fn signals(text: &mut Cut, bits: u64) {
    text.put_all(b"[");
    let named = (1..=64u64).filter(|number| bits >> (number - 1) & 1 != 0);
    for (index, signal) in named.filter_map(|number| Signal::new(number).ok()).enumerate() {
        let _ = write!(text, "{}{}", if index > 0 { " " } else { "" }, signal.name());
    }
    text.put_all(b"]");
}
