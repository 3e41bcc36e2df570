//! /dev/kmsg: the kernel's log, a record a read; what is written becomes a line of it. proc(5), Linux's Documentation/ABI/testing/dev-kmsg.

use super::{Device, character, register};
use crate::fs::file::File;
use crate::fs::kernel_log::{self, LogLine};
use crate::fs::open_file::OpenFlags;
use crate::log::{self, LONGEST_LINE, Place};
use crate::memory::{Sink, Source};
use crate::task::{Mutex, TaskContext};
use alloc::format;
use alloc::sync::Arc;
use core::fmt::{self, Write};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The level of a line that says none.
const USUAL: u8 = 4;

struct Kmsg;

/// The log, open: each who opens it reads all of it.
struct OpenKmsg {
    place: Mutex<Place>,
    now: bool,
}

/// Registers it.
pub(super) fn register_all(ctx: &TaskContext) -> Result<()> {
    register(ctx, "kmsg", character(1, 11), 0o644, Arc::new(Kmsg))
}

impl Device for Kmsg {
    fn open(&self, _ctx: &TaskContext, flags: OpenFlags) -> Result<Arc<dyn File>> {
        let now = flags.contains(OpenFlags::NONBLOCK);
        Ok(Arc::new(OpenKmsg { place: Mutex::new("place in the log", Place::default()), now }))
    }
}

impl File for OpenKmsg {
    /// One record: level, number, microseconds, `-`, the text. `EPIPE` if some were lost meanwhile, `EINVAL` if it does not fit.
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut place = self.place.lock(ctx);
        let (mut line, mut next) = (LogLine::new(), *place);
        kernel_log::next_line(ctx, &mut next, &mut line, self.now)?;
        if next.line != place.line + 1 && place.byte > 0 {
            // The lost ones are told of once; then it goes on with the oldest that is there.
            *place = Place { byte: next.byte - line.len() - 1, line: next.line - 1 };
            return Err(Errno::EPIPE);
        }
        let (level, time, text) = parts(&line);
        let record = format!("{level},{},{time},-;{}\n", next.line - 1, Escaped(text));
        if record.len() > into.remaining() {
            return Err(Errno::EINVAL);
        }
        let count = into.write(ctx, record.as_bytes())?;
        *place = next;
        Ok(count)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        let mut bytes = [0; LONGEST_LINE - 64];
        if from.remaining() > bytes.len() {
            return Err(Errno::EINVAL);
        }
        let count = from.read(ctx, &mut bytes)?;
        let (level, text) = level_of(bytes[..count].trim_ascii_end());
        log::write(level, text);
        Ok(count)
    }

    fn is_stream(&self) -> bool {
        true
    }

    /// To the first record, to the first that dmesg(1) has not cleared, or behind the last.
    fn seek_stream(&self, ctx: &TaskContext, offset: i64, whence: u32) -> Result<u64> {
        if offset != 0 {
            return Err(Errno::ESPIPE);
        }
        *self.place.lock(ctx) = match whence {
            linux::SEEK_SET => Place::default(),
            linux::SEEK_DATA => kernel_log::cleared(),
            linux::SEEK_END => kernel_log::end(),
            _ => return Err(Errno::EINVAL),
        };
        Ok(0)
    }
}

/// A text with all that a terminal would not show, and the backslash, as `\\xNN`.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| match byte {
            b' '..=b'~' if byte != b'\\' => f.write_char(char::from(byte)),
            byte => write!(f, "\\x{byte:02x}"),
        })
    }
}

/// `<N>` before a text: its level (the facility above it is dropped).
fn level_of(text: &[u8]) -> (u8, &[u8]) {
    let parsed = text.strip_prefix(b"<").and_then(|rest| {
        let end = rest.iter().position(|&byte| byte == b'>')?;
        let number: u32 = core::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        Some(((number & 7) as u8, &rest[end + 1..]))
    });
    parsed.unwrap_or((USUAL, text))
}

/// Level, microseconds and text of a line `<6>[    1.234567] text`.
fn parts(line: &[u8]) -> (u8, u64, &[u8]) {
    let (level, rest) = level_of(line);
    let stamped = rest.strip_prefix(b"[").and_then(|rest| {
        let end = rest.iter().position(|&byte| byte == b']')?;
        let (stamp, text) = (&rest[..end], rest.get(end + 2..).unwrap_or_default());
        let digits = stamp.iter().filter(|byte| byte.is_ascii_digit());
        Some((digits.fold(0u64, |time, byte| time.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'))), text))
    });
    stamped.map_or((level, 0, rest), |(time, text)| (level, time, text))
}
