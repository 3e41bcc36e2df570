//! Arguments that are like no others: what ioctl(2) and fcntl(2) get, sets of descriptors, entries of a directory, sockets' addresses
//! and messages.

use super::flags::{FAMILY, IOCTL};
use super::memory::{places, quote, word};
use super::records::{FLOCK, TERMINAL, WINDOW};
use super::show::{Call, address, one, open};
use super::structure::record;
use super::{Caller, Cut};
use core::fmt::Write;
use linux_raw_sys::{general as linux, ioctl, net};

/// The longest address of a socket that is looked at.
const LONGEST_ADDRESS: usize = 112;

/// The third argument of ioctl(2), whose second is the one before.
pub(super) fn request(text: &mut Cut, call: &Call<'_>, index: usize) {
    let (value, caller) = (call.value(index), call.caller);
    match call.value(index - 1) as u32 {
        ioctl::TCGETS | ioctl::TIOCGWINSZ | ioctl::TIOCGPGRP | ioctl::FIONREAD if call.went().is_none() => {
            address(text, value)
        }
        ioctl::TCGETS | ioctl::TCSETS | ioctl::TCSETSW | ioctl::TCSETSF => record(text, caller, &TERMINAL, value),
        ioctl::TIOCGWINSZ | ioctl::TIOCSWINSZ => record(text, caller, &WINDOW, value),
        ioctl::TIOCGPGRP
        | ioctl::TIOCSPGRP
        | ioctl::FIONREAD
        | ioctl::FIONBIO
        | ioctl::TIOCGSID
        | ioctl::TIOCGPTN
        | ioctl::TIOCSPTLCK => word(text, caller, value, 4),
        request if IOCTL.iter().any(|(known, _)| *known == u64::from(request)) => _ = write!(text, "{value}"),
        _ => _ = write!(text, "{value:#x}"),
    }
}

/// The third argument of fcntl(2).
pub(super) fn control(text: &mut Cut, call: &Call<'_>, index: usize) {
    let value = call.value(index);
    match call.value(index - 1) as u32 {
        linux::F_SETFD if value == u64::from(linux::FD_CLOEXEC) => text.put_all(b"FD_CLOEXEC"),
        linux::F_SETFL => open(text, value),
        linux::F_GETLK
        | linux::F_SETLK
        | linux::F_SETLKW
        | linux::F_OFD_GETLK
        | linux::F_OFD_SETLK
        | linux::F_OFD_SETLKW => {
            record(text, call.caller, &FLOCK, value);
        }
        _ => _ = write!(text, "{}", value.cast_signed()),
    }
}

/// The descriptors of a set for select(2), of which `count` matter.
pub(super) fn descriptors(text: &mut Cut, caller: &Caller, from: u64, count: u64) {
    const MOST: u64 = 1024;
    text.put_all(b"[");
    let mut separator = "";
    for index in 0..count.min(MOST) {
        let Ok([bits]) = caller.words(from + index / 64 * 8) else { break };
        if bits >> (index % 64) & 1 != 0 {
            let _ = write!(text, "{separator}{index}");
            separator = " ";
        }
    }
    text.put_all(b"]");
}

/// How many entries of a directory there are in so many bytes.
pub(super) fn entries(text: &mut Cut, caller: &Caller, from: u64, length: u64) {
    const LENGTH_AT: u64 = 16;
    let (mut at, mut count) = (0, 0);
    while at < length {
        let Ok([low]) = caller.halves(from + at + LENGTH_AT) else { break };
        let step = u64::from(low as u16);
        if step == 0 {
            break;
        }
        at += step;
        count += 1;
    }
    let _ = write!(text, "{from:#x} /* {count} entries */");
}

/// An address that the call was told the length of where `length_at` points.
pub(super) fn told_address(text: &mut Cut, caller: &Caller, from: u64, length_at: u64) {
    match caller.halves(length_at) {
        Ok([length]) => socket_address(text, caller, from, length.into()),
        Err(_) => address(text, from),
    }
}

/// `{sa_family=AF_UNIX, sun_path="…"}`
pub(super) fn socket_address(text: &mut Cut, caller: &Caller, from: u64, length: u64) {
    let mut bytes = [0; LONGEST_ADDRESS];
    let length = bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX));
    if length < 2 || caller.space().read(caller.ctx, from, &mut bytes[..length]).is_err() {
        return address(text, from);
    }
    let family = u64::from(u16::from_le_bytes([bytes[0], bytes[1]]));
    text.put_all(b"{sa_family=");
    one(text, FAMILY, family);
    let rest = &bytes[2..length];
    if family == u64::from(net::AF_UNIX) && !rest.is_empty() {
        text.put_all(b", sun_path=");
        // A name that begins with a NUL is in no file system, and all of it counts.
        let path = match rest.split_first() {
            Some((0, name)) => {
                text.put_all(b"@");
                name
            }
            _ => rest.split(|&byte| byte == 0).next().unwrap_or_default(),
        };
        quote(text, path, false);
    } else if let (true, [high, low, a, b, c, d, ..]) = (family == u64::from(net::AF_INET), rest) {
        let port = u16::from_be_bytes([*high, *low]);
        let _ = write!(text, ", sin_port=htons({port}), sin_addr=inet_addr(\"{a}.{b}.{c}.{d}\")");
    }
    text.put_all(b"}");
}

/// `struct msghdr`: whom to, the places of the bytes, and how many bytes of control come along.
pub(super) fn message(text: &mut Cut, caller: &Caller, from: u64, filled: u64) {
    let Ok([name, name_length, list, count, _, control, _]) = caller.words(from) else { return address(text, from) };
    text.put_all(b"{msg_name=");
    match name {
        0 => text.put_all(b"NULL"),
        _ => socket_address(text, caller, name, u64::from(name_length as u32)),
    }
    text.put_all(b", msg_iov=");
    places(text, caller, list, count, filled);
    let _ = write!(text, ", msg_iovlen={count}, msg_controllen={control}}}");
}
