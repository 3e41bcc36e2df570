//! Moving bytes between files: sendfile(2), copy_file_range(2), splice(2), tee(2), vmsplice(2).

use super::arg::{Fd, Pointer, Vector};
use super::caller::Caller;
use crate::fs::open_file::{OpenFile, OpenFlags};
use crate::fs::splice::{self, Side};
use crate::memory::{Sink, Source};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The most that is moved at once.
const MOST: u64 = 0x7fff_f000;

const KNOWN: u32 = linux::SPLICE_F_MOVE | linux::SPLICE_F_NONBLOCK | linux::SPLICE_F_MORE | linux::SPLICE_F_GIFT;

/// sendfile(2)
pub(super) fn sendfile(caller: &mut Caller, to: Fd, from: Fd, offset: Pointer, count: u64) -> Result<usize> {
    let (from, to) = (caller.file(from)?, caller.file(to)?);
    let position = position(caller, &from, offset)?;
    if to.flags().contains(OpenFlags::APPEND) {
        return Err(Errno::EINVAL);
    }
    let from = Side { file: &from, position };
    let to = Side { file: &to, position: None };
    let sent = splice::send(caller.ctx, &from, &to, count.min(MOST) as usize, &caller.writer(to.file)?);
    let sent = caller.written(sent)?;
    advance(caller, &from, offset, sent)?;
    Ok(sent)
}

/// copy_file_range(2)
pub(super) fn copy_file_range(
    caller: &mut Caller,
    from: Fd,
    from_offset: Pointer,
    to: Fd,
    to_offset: Pointer,
    length: u64,
    flags: u32,
) -> Result<usize> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    let (from, to) = (caller.file(from)?, caller.file(to)?);
    let from = Side { file: &from, position: position(caller, &from, from_offset)? };
    let to = Side { file: &to, position: position(caller, &to, to_offset)? };
    let length = length.min(MOST) as usize;
    let copied = splice::copy_range(caller.ctx, &from, &to, length, &caller.writer(to.file)?);
    let copied = caller.written(copied)?;
    advance(caller, &from, from_offset, copied)?;
    advance(caller, &to, to_offset, copied)?;
    Ok(copied)
}

/// splice(2)
pub(super) fn splice(
    caller: &mut Caller,
    from: Fd,
    from_offset: Pointer,
    to: Fd,
    to_offset: Pointer,
    length: u64,
    flags: u32,
) -> Result<usize> {
    if flags & !KNOWN != 0 {
        return Err(Errno::EINVAL);
    }
    if length == 0 {
        return Ok(0);
    }
    let (from, to) = (caller.file(from)?, caller.file(to)?);
    from.check_opened()?;
    to.check_opened()?;
    let from = Side { file: &from, position: position(caller, &from, from_offset)? };
    let to = Side { file: &to, position: position(caller, &to, to_offset)? };
    let nonblock = flags & linux::SPLICE_F_NONBLOCK != 0;
    let length = length.min(MOST) as usize;
    let moved = splice::splice(caller.ctx, &from, &to, length, nonblock, &caller.writer(to.file)?);
    let moved = caller.written(moved)?;
    advance(caller, &from, from_offset, moved)?;
    advance(caller, &to, to_offset, moved)?;
    Ok(moved)
}

/// tee(2)
pub(super) fn tee(caller: &mut Caller, from: Fd, to: Fd, length: u64, flags: u32) -> Result<usize> {
    if flags & !KNOWN != 0 {
        return Err(Errno::EINVAL);
    }
    if length == 0 {
        return Ok(0);
    }
    let (from, to) = (caller.file(from)?, caller.file(to)?);
    let nonblock = flags & linux::SPLICE_F_NONBLOCK != 0;
    let seen = splice::tee(caller.ctx, &from, &to, length.min(MOST) as usize, nonblock);
    caller.written(seen)
}

/// vmsplice(2)
pub(super) fn vmsplice(caller: &mut Caller, fd: Fd, vector: Vector, flags: u32) -> Result<usize> {
    if flags & !KNOWN != 0 {
        return Err(Errno::EINVAL);
    }
    let file = caller.file(fd)?;
    let end = file.file().pipe_end().ok_or(Errno::EBADF)?;
    let ranges = caller.ranges(vector)?;
    if file.flags().writable() {
        let mut source = Source::vector(caller.space(), ranges);
        let nonblock = flags & linux::SPLICE_F_NONBLOCK != 0;
        let moved = splice::gather(caller.ctx, &file, &mut source, nonblock);
        return caller.written(moved);
    }
    if flags & linux::SPLICE_F_NONBLOCK != 0 && !end.pipe().has_news() {
        return Err(Errno::EAGAIN);
    }
    file.read(caller.ctx, &mut Sink::vector(caller.space(), ranges))
}

/// The position that a program points at; `ESPIPE` for a file that has none.
fn position(caller: &Caller, file: &OpenFile, offset: Pointer) -> Result<Option<u64>> {
    let Some(from) = offset.non_null() else { return Ok(None) };
    if file.file().is_stream() {
        return Err(Errno::ESPIPE);
    }
    let [position] = caller.words(from)?;
    if position > i64::MAX as u64 {
        return Err(Errno::EINVAL);
    }
    Ok(Some(position))
}

/// Tells the program where the next byte is.
fn advance(caller: &Caller, side: &Side, offset: Pointer, done: usize) -> Result<()> {
    match (side.position, offset.non_null()) {
        (Some(position), Some(to)) => caller.write_words(to, [position.saturating_add(done as u64)]),
        _ => Ok(()),
    }
}
