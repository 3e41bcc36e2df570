//! Locks on files: flock(2), and those of fcntl_locking(2).

use super::arg::{Fd, Pointer};
use super::caller::Caller;
use super::record::record;
use crate::fs::inode::Kind;
use crate::fs::locks::{Owner, RangeLock};
use crate::fs::open_file::OpenFile;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The last byte that a lock can reach; a lock without end reaches it.
const LAST: u64 = i64::MAX as u64;

/// What a `struct flock` asks for.
struct Request {
    lock: RangeLock,
    unlock: bool,
}

/// flock(2)
pub(super) fn flock(caller: &mut Caller, fd: Fd, operation: u32) -> Result<()> {
    let wait = operation & linux::LOCK_NB == 0;
    let kind = operation & !linux::LOCK_NB;
    // What share modes there once were; as on Linux, nothing is done about them any more.
    if operation & linux::LOCK_MAND != 0 {
        return Ok(());
    }
    if !matches!(kind, linux::LOCK_SH | linux::LOCK_EX | linux::LOCK_UN) {
        return Err(Errno::EINVAL);
    }
    let file = caller.file(fd)?;
    file.check_opened()?;
    match kind {
        linux::LOCK_SH => file.lock_whole(caller.ctx, false, wait),
        linux::LOCK_EX => file.lock_whole(caller.ctx, true, wait),
        _ => {
            file.unlock_whole();
            Ok(())
        }
    }
}

/// F_GETLK, F_OFD_GETLK of fcntl(2)
pub(super) fn test(caller: &Caller, file: &OpenFile, by_file: bool, place: Pointer) -> Result<()> {
    let Request { lock, unlock } = read(caller, file, by_file, place)?;
    if unlock && !by_file {
        return Err(Errno::EINVAL);
    }
    let kind = |exclusive| if exclusive { linux::F_WRLCK } else { linux::F_RDLCK };
    let Some(other) = file.range_conflict(&lock) else {
        return caller.write(place.0, &(linux::F_UNLCK as u16).to_le_bytes());
    };
    let length = if other.last == LAST { 0 } else { other.last - other.first + 1 };
    let told = record!(linux::flock {
        l_type: kind(other.exclusive) as u16 as i16,
        l_whence: linux::SEEK_SET as i16,
        l_start: other.first as i64,
        l_len: length as i64,
        l_pid: other.owner.pid,
    });
    caller.write(place.0, &told)
}

/// F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW of fcntl(2)
pub(super) fn set(caller: &Caller, file: &OpenFile, command: u32, place: Pointer) -> Result<()> {
    let by_file = matches!(command, linux::F_OFD_SETLK | linux::F_OFD_SETLKW);
    let wait = matches!(command, linux::F_SETLKW | linux::F_OFD_SETLKW);
    let Request { lock, unlock } = read(caller, file, by_file, place)?;
    if unlock {
        return file.unlock_range(lock.owner, lock.first, lock.last);
    }
    let flags = file.flags();
    if if lock.exclusive { !flags.writable() } else { !flags.readable() } {
        return Err(Errno::EBADF);
    }
    file.lock_range(caller.ctx, lock, wait)
}

fn read(caller: &Caller, file: &OpenFile, by_file: bool, place: Pointer) -> Result<Request> {
    let bytes: [u8; size_of::<linux::flock>()] = caller.read(place.0)?;
    let short = |at: usize| i16::from_le_bytes([bytes[at], bytes[at + 1]]) as u32;
    let word = |at: usize| bytes[at..at + 8].iter().rev().fold(0u64, |word, &byte| word << 8 | u64::from(byte)) as i64;
    let base = match short(2) {
        linux::SEEK_SET => 0,
        linux::SEEK_CUR => file.seek(caller.ctx, 0, linux::SEEK_CUR).unwrap_or(0),
        linux::SEEK_END => match file.inode().kind() {
            Kind::Regular => file.file().size(caller.ctx)?,
            _ => 0,
        },
        _ => return Err(Errno::EINVAL),
    };
    let (first, last) = range(base, word(8), word(16))?;
    let exclusive = match short(0) {
        linux::F_RDLCK | linux::F_UNLCK => false,
        linux::F_WRLCK => true,
        _ => return Err(Errno::EINVAL),
    };
    let owner = owner(caller, file, by_file, word(24) as i32)?;
    Ok(Request { lock: RangeLock { first, last, exclusive, owner }, unlock: short(0) == linux::F_UNLCK })
}

/// A negative length reaches backwards; none reaches to the end of all files.
fn range(base: u64, start: i64, length: i64) -> Result<(u64, u64)> {
    let start = i64::try_from(base).ok().and_then(|base| base.checked_add(start)).ok_or(Errno::EOVERFLOW)?;
    let (first, last) = match length {
        0 => (start, i64::MAX),
        1.. => (start, start.checked_add(length - 1).ok_or(Errno::EOVERFLOW)?),
        _ => (start.checked_add(length).ok_or(Errno::EINVAL)?, start - 1),
    };
    let first = u64::try_from(first).map_err(|_| Errno::EINVAL)?;
    Ok((first, last as u64))
}

fn owner(caller: &Caller, file: &OpenFile, by_file: bool, pid: i32) -> Result<Owner> {
    match (by_file, pid) {
        (true, 0) => Ok(file.lock_owner()),
        (true, _) => Err(Errno::EINVAL),
        (false, _) => Ok(caller.files().lock_owner(caller.process().pid().0)),
    }
}
