//! Open files by descriptor: read(2), write(2), lseek(2), dup(2), fcntl(2), ioctl(2).

use super::arg::{Buffer, Fd, Pointer, Vector};
use super::caller::Caller;
use crate::fs::inode::{Kind, Listed};
use crate::fs::open_file::{OpenFile, OpenFlags};
use crate::memory::{Sink, Source};
use crate::process::signal::{self, Detail, Info};
use alloc::sync::Arc;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// read(2)
pub(super) fn read(caller: &mut Caller, fd: Fd, into: Buffer) -> Result<usize> {
    caller.file(fd)?.read(caller.ctx, &mut caller.sink(into)?)
}

/// write(2)
pub(super) fn write(caller: &mut Caller, fd: Fd, from: Buffer) -> Result<usize> {
    let file = caller.file(fd)?;
    let written = file.write(caller.ctx, &mut caller.source(from)?);
    broken_pipe(caller, written)
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
    let written = file.write_at(caller.ctx, position, &mut caller.source(from)?);
    broken_pipe(caller, written)
}

/// readv(2)
pub(super) fn readv(caller: &mut Caller, fd: Fd, into: Vector) -> Result<usize> {
    let file = caller.file(fd)?;
    file.read(caller.ctx, &mut Sink::vector(caller.space(), caller.ranges(into)?))
}

/// writev(2)
pub(super) fn writev(caller: &mut Caller, fd: Fd, from: Vector) -> Result<usize> {
    let file = caller.file(fd)?;
    let written = file.write(caller.ctx, &mut Source::vector(caller.space(), caller.ranges(from)?));
    broken_pipe(caller, written)
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
    let written = file.write_at(caller.ctx, position, &mut Source::vector(caller.space(), caller.ranges(from)?));
    broken_pipe(caller, written)
}

/// lseek(2)
pub(super) fn lseek(caller: &mut Caller, fd: Fd, offset: i64, whence: u32) -> Result<u64> {
    caller.file(fd)?.seek(caller.ctx, offset, whence)
}

/// close(2)
pub(super) fn close(caller: &mut Caller, fd: Fd) -> Result<()> {
    close_file(caller, caller.process().files.remove(fd.number()?)?)
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
    let replaced = caller.process().files.set(new.number()?, file, caller.descriptor_limit(), close_on_exec)?;
    if let Some(replaced) = replaced {
        // The number is taken over already; what the file says at its closing is not told (dup2(2), NOTES).
        let _ = close_file(caller, replaced);
    }
    Ok(new)
}

/// fcntl(2)
pub(super) fn fcntl(caller: &mut Caller, fd: Fd, command: u32, argument: u64) -> Result<u64> {
    let files = &caller.process().files;
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
            file.set_flags(OpenFlags::from_bits_truncate(argument as u32));
            Ok(0)
        }
        _ => Err(Errno::EINVAL),
    }
}

/// ioctl(2)
pub(super) fn ioctl(caller: &mut Caller, fd: Fd, request: u32, argument: u64) -> Result<u64> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    match request {
        ioctl::FIOCLEX | ioctl::FIONCLEX => {
            caller.process().files.set_close_on_exec(fd.number()?, request == ioctl::FIOCLEX).map(|()| 0)
        }
        ioctl::FIONBIO => {
            let mut wanted = [0; 4];
            caller.space().read(caller.ctx, argument, &mut wanted)?;
            let kept = file.flags() - OpenFlags::NONBLOCK;
            file.set_flags(if wanted == [0; 4] { kept } else { kept | OpenFlags::NONBLOCK });
            Ok(0)
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
    caller.file(fd)?.truncate(caller.ctx, size)
}

/// getdents64(2)
pub(super) fn getdents64(caller: &mut Caller, fd: Fd, into: Pointer, size: u32) -> Result<usize> {
    let file = caller.file(fd)?;
    let mut sink = caller.sink(Buffer { start: into.0, length: u64::from(size) })?;
    let mut refused = Ok(());
    file.list(caller.ctx, &mut |listed| {
        let shown = show_entry(caller, &mut sink, listed);
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
    let mut entry = [0; LONGEST];
    let length = (NAME + listed.name.len() + 1).next_multiple_of(8);
    let (Some(name), true) = (entry.get_mut(NAME..NAME + listed.name.len()), length <= sink.remaining()) else {
        return Err(Errno::EINVAL);
    };
    name.copy_from_slice(listed.name);
    entry[..8].copy_from_slice(&listed.number.to_le_bytes());
    entry[8..16].copy_from_slice(&listed.next.to_le_bytes());
    entry[16..18].copy_from_slice(&(length as u16).to_le_bytes());
    entry[18] = Kind::directory_type(listed.kind);
    let written = sink.write(caller.ctx, &entry[..length])?;
    if written == length { Ok(()) } else { Err(Errno::EFAULT) }
}

fn not_negative(position: i64) -> Result<u64> {
    u64::try_from(position).map_err(|_| Errno::EINVAL)
}

fn close_file(caller: &Caller, file: Arc<OpenFile>) -> Result<()> {
    file.file().flush(caller.ctx)
}

/// Who writes where nobody reads any more gets SIGPIPE too: pipe(7).
fn broken_pipe(caller: &Caller, written: Result<usize>) -> Result<usize> {
    if written == Err(Errno::EPIPE) {
        let process = caller.process();
        let sender = Detail::Sender { process: process.pid().0, user: process.credentials().user.real };
        let info = Info { signal: Signal::PIPE, code: linux::SI_USER as i32, detail: sender };
        signal::send_to_thread(caller.thread(), info);
    }
    written
}
