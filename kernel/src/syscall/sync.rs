//! Space on file systems and the way to them: fallocate(2), sync(2), posix_fadvise(2), readahead(2).

use super::arg::Fd;
use super::caller::Caller;
use super::file::not_negative;
use crate::fs::inode::Kind;
use crate::fs::mount;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// fallocate(2)
pub(super) fn fallocate(caller: &mut Caller, fd: Fd, mode: u32, offset: i64, length: i64) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    let (offset, length) = (not_negative(offset)?, not_negative(length)?);
    if length == 0 {
        return Err(Errno::EINVAL);
    }
    let known = linux::FALLOC_FL_KEEP_SIZE
        | linux::FALLOC_FL_PUNCH_HOLE
        | linux::FALLOC_FL_COLLAPSE_RANGE
        | linux::FALLOC_FL_ZERO_RANGE
        | linux::FALLOC_FL_INSERT_RANGE
        | linux::FALLOC_FL_UNSHARE_RANGE;
    if mode & !known != 0 {
        return Err(Errno::EOPNOTSUPP);
    }
    check_mode(mode)?;
    let allocated = file.allocate(caller.ctx, mode, offset, length, &caller.writer(&file)?);
    caller.written(allocated)
}

/// What no file system is asked for: a hole that changes the size or is to be zeros, and what goes with nothing else.
fn check_mode(mode: u32) -> Result<()> {
    let (hole, zeros) = (mode & linux::FALLOC_FL_PUNCH_HOLE != 0, mode & linux::FALLOC_FL_ZERO_RANGE != 0);
    if hole && (zeros || mode & linux::FALLOC_FL_KEEP_SIZE == 0) {
        return Err(Errno::EOPNOTSUPP);
    }
    let alone = |bit: u32, with: u32| mode & bit == 0 || mode & !(bit | with) == 0;
    let apart = alone(linux::FALLOC_FL_COLLAPSE_RANGE, 0)
        && alone(linux::FALLOC_FL_INSERT_RANGE, 0)
        && alone(linux::FALLOC_FL_UNSHARE_RANGE, linux::FALLOC_FL_KEEP_SIZE);
    if apart { Ok(()) } else { Err(Errno::EINVAL) }
}

/// sync(2)
pub(super) fn sync(caller: &mut Caller) -> Result<()> {
    mount::for_each(|mount| {
        // There is nobody to tell of what goes wrong.
        let _ = mount.volume.system.sync(caller.ctx);
    });
    Ok(())
}

/// syncfs(2)
pub(super) fn syncfs(caller: &mut Caller, fd: Fd) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    file.path().mount.volume.system.sync(caller.ctx)
}

/// sync_file_range(2)
pub(super) fn sync_file_range(caller: &mut Caller, fd: Fd, offset: i64, length: i64, flags: u32) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    let (offset, length) = (not_negative(offset)?, not_negative(length)?);
    offset.checked_add(length).filter(|&end| end <= i64::MAX as u64).ok_or(Errno::EINVAL)?;
    let known = linux::SYNC_FILE_RANGE_WAIT_BEFORE | linux::SYNC_FILE_RANGE_WRITE | linux::SYNC_FILE_RANGE_WAIT_AFTER;
    if flags & !known != 0 {
        return Err(Errno::EINVAL);
    }
    match file.inode().kind() {
        Kind::Regular => file.file().sync(caller.ctx),
        Kind::BlockDevice(_) => file.file().sync(caller.ctx),
        Kind::Directory | Kind::Symlink => Ok(()),
        _ => Err(Errno::ESPIPE),
    }
}

/// fadvise64(2): all advice is heard, and none is needed where files are in memory
pub(super) fn fadvise64(caller: &mut Caller, fd: Fd, _offset: i64, length: i64, advice: u32) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    if file.inode().kind() == Kind::Fifo {
        return Err(Errno::ESPIPE);
    }
    if length < 0 || advice > linux::POSIX_FADV_NOREUSE {
        return Err(Errno::EINVAL);
    }
    Ok(())
}

/// readahead(2)
pub(super) fn readahead(caller: &mut Caller, fd: Fd, _offset: i64, _count: u64) -> Result<()> {
    let file = caller.file(fd)?;
    if !file.flags().readable() {
        return Err(Errno::EBADF);
    }
    match file.inode().kind() {
        Kind::Regular | Kind::BlockDevice(_) => Ok(()),
        _ => Err(Errno::EINVAL),
    }
}
