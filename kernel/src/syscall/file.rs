//! Open files by descriptor: read(2), write(2), lseek(2), dup(2), fcntl(2), ioctl(2).

use super::arg::{Buffer, Fd, Pointer, Vector};
use super::caller::Caller;
use super::{locks, notices};
use crate::fs::inode::{Kind, Listed};
use crate::fs::open_file::{OpenFile, OpenFlags};
use crate::fs::pipe::Pipe;
use crate::fs::tmpfs::Node;
use crate::fs::tmpfs::seals::Seals;
use crate::memory::{Sink, Source};
use crate::process::signal;
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};

/// Flags of close_range(2), which linux-raw-sys does not have.
const CLOSE_RANGE_UNSHARE: u32 = 2;
const CLOSE_RANGE_CLOEXEC: u32 = 4;

/// read(2)
pub(super) fn read(caller: &mut Caller, fd: Fd, into: Buffer) -> Result<usize> {
    caller.file(fd)?.read(caller.ctx, &mut caller.sink(into)?)
}

/// write(2)
pub(super) fn write(caller: &mut Caller, fd: Fd, from: Buffer) -> Result<usize> {
    let file = caller.file(fd)?;
    let written = file.write(caller.ctx, &mut caller.source(from)?, &caller.writer(&file)?);
    caller.written(written)
}

/// pread(2)
pub(super) fn pread64(caller: &mut Caller, fd: Fd, into: Buffer, position: i64) -> Result<usize> {
    let position = not_negative(position)?;
    caller.file(fd)?.read_at(caller.ctx, position, &mut caller.sink(into)?)
}

/// pwrite(2)
pub(super) fn pwrite64(caller: &mut Caller, fd: Fd, from: Buffer, position: i64) -> Result<usize> {
    let position = not_negative(position)?;
    let file = caller.file(fd)?;
    let written = file.write_at(caller.ctx, position, &mut caller.source(from)?, &caller.writer(&file)?);
    caller.written(written)
}

/// readv(2)
pub(super) fn readv(caller: &mut Caller, fd: Fd, into: Vector) -> Result<usize> {
    let file = caller.file(fd)?;
    file.read(caller.ctx, &mut Sink::vector(caller.space(), caller.ranges(into)?))
}

/// writev(2)
pub(super) fn writev(caller: &mut Caller, fd: Fd, from: Vector) -> Result<usize> {
    let file = caller.file(fd)?;
    let mut source = Source::vector(caller.space(), caller.ranges(from)?);
    let written = file.write(caller.ctx, &mut source, &caller.writer(&file)?);
    caller.written(written)
}

/// preadv(2)
pub(super) fn preadv(caller: &mut Caller, fd: Fd, into: Vector, position: i64) -> Result<usize> {
    let position = not_negative(position)?;
    let file = caller.file(fd)?;
    file.read_at(caller.ctx, position, &mut Sink::vector(caller.space(), caller.ranges(into)?))
}

/// pwritev(2)
pub(super) fn pwritev(caller: &mut Caller, fd: Fd, from: Vector, position: i64) -> Result<usize> {
    let position = not_negative(position)?;
    let file = caller.file(fd)?;
    let mut source = Source::vector(caller.space(), caller.ranges(from)?);
    let written = file.write_at(caller.ctx, position, &mut source, &caller.writer(&file)?);
    caller.written(written)
}

/// preadv2(2); the upper half of the position is in the lower one's register already
pub(super) fn preadv2(
    caller: &mut Caller,
    fd: Fd,
    into: Vector,
    position: i64,
    _upper: u64,
    flags: u32,
) -> Result<usize> {
    check_transfer(flags)?;
    if position == -1 { readv(caller, fd, into) } else { preadv(caller, fd, into, position) }
}

/// pwritev2(2)
pub(super) fn pwritev2(
    caller: &mut Caller,
    fd: Fd,
    from: Vector,
    position: i64,
    _upper: u64,
    flags: u32,
) -> Result<usize> {
    check_transfer(flags)?;
    if flags & linux::RWF_APPEND == 0 {
        return if position == -1 { writev(caller, fd, from) } else { pwritev(caller, fd, from, position) };
    }
    if position != -1 {
        not_negative(position)?;
    }
    let file = caller.file(fd)?;
    let mut source = Source::vector(caller.space(), caller.ranges(from)?);
    let written = file.append(caller.ctx, &mut source, &caller.writer(&file)?).map(|(count, _)| count);
    caller.written(written)
}

/// Nothing is written late, so that it need not be hurried; but whether a file would wait is not known beforehand.
fn check_transfer(flags: u32) -> Result<()> {
    let known = linux::RWF_HIPRI | linux::RWF_DSYNC | linux::RWF_SYNC | linux::RWF_APPEND;
    if flags & !known == 0 { Ok(()) } else { Err(Errno::EOPNOTSUPP) }
}

/// lseek(2)
pub(super) fn lseek(caller: &mut Caller, fd: Fd, offset: i64, whence: u32) -> Result<u64> {
    caller.file(fd)?.seek(caller.ctx, offset, whence)
}

/// close(2)
pub(super) fn close(caller: &mut Caller, fd: Fd) -> Result<()> {
    close_file(caller, caller.files().remove(fd.number()?)?)
}

/// close_range(2)
pub(super) fn close_range(caller: &mut Caller, first: u32, last: u32, flags: u32) -> Result<()> {
    if flags & !(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) != 0 || first > last {
        return Err(Errno::EINVAL);
    }
    if flags & CLOSE_RANGE_UNSHARE != 0 {
        caller.running.own_files(caller.ctx)?;
    }
    let files = caller.files().clone();
    if flags & CLOSE_RANGE_CLOEXEC != 0 {
        files.close_on_exec_all(first, last);
        return Ok(());
    }
    while let Some((found, _)) = files.next(first).filter(|(found, _)| *found <= last) {
        // Somebody else may close it first; what a file says at its closing is not told here.
        if let Ok(file) = files.remove(found) {
            let _ = files.close(caller.ctx, &file);
        }
    }
    Ok(())
}

/// dup(2)
pub(super) fn dup(caller: &mut Caller, fd: Fd) -> Result<Fd> {
    caller.add_file(caller.file(fd)?, 0, false)
}

/// dup2(2)
pub(super) fn dup2(caller: &mut Caller, old: Fd, new: Fd) -> Result<Fd> {
    if old == new { caller.file(old).map(|_| new) } else { dup3(caller, old, new, 0) }
}

/// dup3(2)
pub(super) fn dup3(caller: &mut Caller, old: Fd, new: Fd, flags: u32) -> Result<Fd> {
    if flags & !linux::O_CLOEXEC != 0 || old == new {
        return Err(Errno::EINVAL);
    }
    let file = caller.file(old)?;
    let close_on_exec = flags & linux::O_CLOEXEC != 0;
    let replaced = caller.files().set(new.number()?, file, caller.descriptor_limit(), close_on_exec)?;
    if let Some(replaced) = replaced {
        // The number is taken over already; what the file says at its closing is not told (dup2(2), NOTES).
        let _ = close_file(caller, replaced);
    }
    Ok(new)
}

/// fcntl(2)
/// Differs: no leases, no notes of changes (F_NOTIFY), no seals and no hints about lifetimes: `EINVAL`.
pub(super) fn fcntl(caller: &mut Caller, fd: Fd, command: u32, argument: u64) -> Result<u64> {
    let files = caller.files();
    let file = caller.file(fd)?;
    match command {
        linux::F_DUPFD | linux::F_DUPFD_CLOEXEC => {
            let lowest = u32::try_from(argument).ok().filter(|&lowest| lowest < caller.descriptor_limit());
            let lowest = lowest.ok_or(Errno::EINVAL)?;
            caller.add_file(file, lowest, command == linux::F_DUPFD_CLOEXEC).map(|fd| fd.0 as u64)
        }
        linux::F_GETFD => files.close_on_exec(fd.number()?).map(u64::from),
        linux::F_SETFD => {
            let close = argument & u64::from(linux::FD_CLOEXEC) != 0;
            files.set_close_on_exec(fd.number()?, close).map(|()| 0)
        }
        linux::F_GETFL => Ok(u64::from(file.flags().bits())),
        linux::F_SETFL => {
            file.check_opened()?;
            set_flags(caller, fd, &file, OpenFlags::from_bits_truncate(argument as u32)).map(|()| 0)
        }
        linux::F_GETLK | linux::F_OFD_GETLK => {
            file.check_opened()?;
            locks::test(caller, &file, command == linux::F_OFD_GETLK, Pointer(argument)).map(|()| 0)
        }
        linux::F_SETLK | linux::F_SETLKW | linux::F_OFD_SETLK | linux::F_OFD_SETLKW => {
            file.check_opened()?;
            locks::set(caller, &file, command, Pointer(argument)).map(|()| 0)
        }
        linux::F_SETPIPE_SZ => {
            let privileged = caller.lookup()?.credentials.is_root();
            let pipe = pipe_of(&file)?;
            pipe.set_size(caller.ctx, u64::from(argument as u32), privileged).map(|size| size as u64)
        }
        linux::F_ADD_SEALS => add_seals(caller, &file, argument).map(|()| 0),
        linux::F_GET_SEALS => sealed(&file).map(|node| u64::from(node.seals().bits())),
        linux::F_GETPIPE_SZ => Ok(pipe_of(&file)?.size(caller.ctx) as u64),
        _ => notices::command(caller, &file, command, argument).unwrap_or(Err(Errno::EINVAL)),
    }
}

/// Sets the status flags. Only the owner may have readings not noted (`EPERM`); a file past the page cache must be one that can be
/// (`EINVAL`), but for a pipe the flag means packets.
fn set_flags(caller: &Caller, fd: Fd, file: &Arc<OpenFile>, flags: OpenFlags) -> Result<()> {
    let added = flags - file.flags();
    let credentials = &caller.lookup()?.credentials;
    if added.contains(OpenFlags::NO_ACCESS_TIME) && !credentials.owns(&file.inode().permissions()) {
        return Err(Errno::EPERM);
    }
    let direct = file.file().may_be_direct() || file.file().pipe_end().is_some();
    if flags.contains(OpenFlags::DIRECT) && !direct {
        return Err(Errno::EINVAL);
    }
    let (before, wanted) = (file.flags(), flags.contains(OpenFlags::ASYNC));
    file.set_flags(flags);
    if before.contains(OpenFlags::ASYNC) != wanted {
        signal::set_notices(file, fd.number()?, wanted);
    }
    Ok(())
}

fn add_seals(caller: &Caller, file: &OpenFile, seals: u64) -> Result<()> {
    file.check_opened()?;
    if !file.flags().writable() {
        return Err(Errno::EPERM);
    }
    let seals = u32::try_from(seals).ok().and_then(Seals::from_bits).ok_or(Errno::EINVAL)?;
    sealed(file)?.add_seals(caller.ctx, seals)
}

/// The file as one that can have seals; `EINVAL`.
fn sealed(file: &OpenFile) -> Result<&Node> {
    file.check_opened()?;
    file.file_as().ok_or(Errno::EINVAL)
}

fn pipe_of(file: &OpenFile) -> Result<Arc<Pipe>> {
    file.check_opened()?;
    file.file().pipe_end().map(|end| end.pipe().clone()).ok_or(Errno::EBADF)
}

/// ioctl(2)
pub(super) fn ioctl(caller: &mut Caller, fd: Fd, request: u32, argument: u64) -> Result<u64> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    match request {
        ioctl::FIOCLEX | ioctl::FIONCLEX => {
            caller.files().set_close_on_exec(fd.number()?, request == ioctl::FIOCLEX).map(|()| 0)
        }
        ioctl::FIONBIO => {
            let mut wanted = [0; 4];
            caller.space().read(caller.ctx, argument, &mut wanted)?;
            let kept = file.flags() - OpenFlags::NONBLOCK;
            file.set_flags(if wanted == [0; 4] { kept } else { kept | OpenFlags::NONBLOCK });
            Ok(0)
        }
        ioctl::FIOASYNC => {
            let mut wanted = [0; 4];
            caller.space().read(caller.ctx, argument, &mut wanted)?;
            let kept = file.flags() - OpenFlags::ASYNC;
            let flags = if wanted == [0; 4] { kept } else { kept | OpenFlags::ASYNC };
            set_flags(caller, fd, &file, flags).map(|()| 0)
        }
        _ => file.file().ioctl(caller.ctx, request, argument, caller.space()),
    }
}

/// fsync(2), fdatasync(2)
pub(super) fn fsync(caller: &mut Caller, fd: Fd) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    file.file().sync(caller.ctx)
}

/// ftruncate(2)
pub(super) fn ftruncate(caller: &mut Caller, fd: Fd, size: i64) -> Result<()> {
    let size = not_negative(size)?;
    let file = caller.file(fd)?;
    let truncated = file.truncate(caller.ctx, size, &caller.writer(&file)?);
    caller.written(truncated)
}

/// getdents(2), with the old structure
pub(super) fn getdents(caller: &mut Caller, fd: Fd, into: Pointer, size: u32) -> Result<usize> {
    list(caller, fd, into, size, show_old_entry)
}

/// getdents64(2)
pub(super) fn getdents64(caller: &mut Caller, fd: Fd, into: Pointer, size: u32) -> Result<usize> {
    list(caller, fd, into, size, show_entry)
}

type Show = fn(&Caller, &mut Sink, &Listed) -> Result<()>;

fn list(caller: &Caller, fd: Fd, into: Pointer, size: u32, show: Show) -> Result<usize> {
    let file = caller.file(fd)?;
    let mut sink = caller.sink(Buffer { start: into.0, length: u64::from(size) })?;
    let mut refused = Ok(());
    file.list(caller.ctx, &mut |listed| {
        let shown = show(caller, &mut sink, listed);
        refused = shown;
        shown.is_ok()
    })?;
    match refused {
        Err(error) if sink.written() == 0 => Err(error),
        _ => Ok(sink.written()),
    }
}

/// Writes one entry, or says `EINVAL` if there is no room for it.
fn show_entry(caller: &Caller, sink: &mut Sink, listed: &Listed) -> Result<()> {
    const NAME: usize = core::mem::offset_of!(linux::linux_dirent64, d_name);
    const LONGEST: usize = (NAME + logic::path::NAME_MAX + 1).next_multiple_of(8);
    let length = (NAME + listed.name.len() + 1).next_multiple_of(8);
    if length > LONGEST.min(sink.remaining()) {
        return Err(Errno::EINVAL);
    }
    let mut head = [0; NAME];
    head[..8].copy_from_slice(&listed.number.to_le_bytes());
    head[8..16].copy_from_slice(&listed.next.to_le_bytes());
    head[16..18].copy_from_slice(&(length as u16).to_le_bytes());
    head[18] = Kind::directory_type(listed.kind);
    // Not zeroed first: most names are a fraction of the longest.
    let mut entry = ArrayVec::<u8, LONGEST>::new();
    for part in [&head[..], listed.name, &[0; 8][..length - NAME - listed.name.len()]] {
        entry.try_extend_from_slice(part).map_err(|_| Errno::EINVAL)?;
    }
    let written = sink.write(caller.ctx, &entry)?;
    if written == length { Ok(()) } else { Err(Errno::EFAULT) }
}

/// The same in the old structure: the kind stands in the last byte.
fn show_old_entry(caller: &Caller, sink: &mut Sink, listed: &Listed) -> Result<()> {
    // `struct linux_dirent`: number, cursor and length, then the name.
    const NAME: usize = 18;
    const LONGEST: usize = (NAME + logic::path::NAME_MAX + 2).next_multiple_of(8);
    let mut entry = [0; LONGEST];
    let length = (NAME + listed.name.len() + 2).next_multiple_of(8);
    let (Some(name), true) = (entry.get_mut(NAME..NAME + listed.name.len()), length <= sink.remaining()) else {
        return Err(Errno::EINVAL);
    };
    name.copy_from_slice(listed.name);
    entry[..8].copy_from_slice(&listed.number.to_le_bytes());
    entry[8..16].copy_from_slice(&listed.next.to_le_bytes());
    entry[16..18].copy_from_slice(&(length as u16).to_le_bytes());
    entry[length - 1] = Kind::directory_type(listed.kind);
    let written = sink.write(caller.ctx, &entry[..length])?;
    if written == length { Ok(()) } else { Err(Errno::EFAULT) }
}

pub(super) fn not_negative(position: i64) -> Result<u64> {
    u64::try_from(position).map_err(|_| Errno::EINVAL)
}

fn close_file(caller: &Caller, file: Arc<OpenFile>) -> Result<()> {
    caller.files().close(caller.ctx, &file)
}
