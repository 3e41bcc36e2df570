//! Moving bytes from file to file without a program in between: splice(2), tee(2), vmsplice(2), sendfile(2), copy_file_range(2).

use super::inode::Kind;
use super::open_file::{OpenFile, OpenFlags};
use super::pipe::{Buffer, Pipe};
use super::writer::Writer;
use crate::memory::{Sink, Source};
use crate::task::{Patience, TaskContext};
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// One side of a transfer.
pub struct Side<'a> {
    /// The file.
    pub file: &'a OpenFile,
    /// Where to begin; `None`: at the file's own position, which moves.
    pub position: Option<u64>,
}

impl Side<'_> {
    fn pipe(&self) -> Option<&Arc<Pipe>> {
        self.file.file().pipe_end().map(|end| end.pipe())
    }

    fn read(&self, ctx: &TaskContext, done: usize, into: &mut [u8]) -> Result<usize> {
        let mut sink = Sink::kernel(into);
        match self.position {
            Some(position) => self.file.read_at(ctx, after(position, done)?, &mut sink),
            None => self.file.read(ctx, &mut sink),
        }
    }

    fn write(&self, ctx: &TaskContext, done: usize, from: &[u8], writer: &Writer) -> Result<usize> {
        let mut source = Source::kernel(from);
        match self.position {
            Some(position) => self.file.write_at(ctx, after(position, done)?, &mut source, writer),
            None => self.file.write(ctx, &mut source, writer),
        }
    }
}

fn after(position: u64, done: usize) -> Result<u64> {
    position.checked_add(done as u64).filter(|&position| position <= i64::MAX as u64).ok_or(Errno::EOVERFLOW)
}

/// A page of the kernel's own for bytes on their way.
fn page() -> Result<Vec<u8>> {
    let mut page = Vec::new();
    page.try_reserve_exact(PAGE_SIZE).map_err(|_| Errno::ENOMEM)?;
    page.resize(PAGE_SIZE, 0);
    Ok(page)
}

/// What was done counts, whatever stopped the rest.
fn so_far(done: usize, stopped: Result<usize>) -> Result<usize> {
    if done > 0 { Ok(done) } else { stopped }
}

/// splice(2): one side at least is a pipe.
pub fn splice(
    ctx: &TaskContext,
    from: &Side<'_>,
    to: &Side<'_>,
    length: usize,
    nonblock: bool,
    writer: &Writer,
) -> Result<usize> {
    from.file.check_readable()?;
    to.file.check_writable()?;
    let waits = |side: &Side<'_>| !nonblock && !side.file.flags().contains(OpenFlags::NONBLOCK);
    match (from.pipe(), to.pipe()) {
        (Some(old), Some(new)) if Arc::ptr_eq(old, new) => Err(Errno::EINVAL),
        (Some(old), Some(new)) => pass_on(ctx, old, new, length, waits(from), waits(to)),
        (Some(pipe), None) => drain(ctx, pipe, to, length, waits(from), writer),
        (None, Some(pipe)) => fill(ctx, from, pipe, length, waits(to)),
        (None, None) => Err(Errno::EINVAL),
    }
}

/// tee(2): the bytes of one pipe appear in another too.
pub fn tee(ctx: &TaskContext, from: &OpenFile, to: &OpenFile, length: usize, nonblock: bool) -> Result<usize> {
    from.check_readable()?;
    to.check_writable()?;
    let (Some(old), Some(new)) = (from.file().pipe_end(), to.file().pipe_end()) else { return Err(Errno::EINVAL) };
    let (old, new) = (old.pipe(), new.pipe());
    if Arc::ptr_eq(old, new) {
        return Err(Errno::EINVAL);
    }
    let waits = |file: &OpenFile| !nonblock && !file.flags().contains(OpenFlags::NONBLOCK);
    wait_for_news(ctx, old, waits(from))?;
    wait_for_room(ctx, new, waits(to))?;
    let mut done = 0;
    let mut index = 0;
    while done < length
        && let Some(buffer) = old.peek(ctx, index)
    {
        let part = buffer.front(length - done);
        let count = part.length();
        if let Err(errno) = new.push(ctx, part) {
            return so_far(done, Err(errno));
        }
        done += count;
        index += 1;
    }
    Ok(done)
}

/// vmsplice(2) into a pipe: as writev(2), but a page of the program's is never shared.
pub fn gather(ctx: &TaskContext, file: &OpenFile, from: &mut Source<'_>, nonblock: bool) -> Result<usize> {
    file.check_writable()?;
    let end = file.file().pipe_end().ok_or(Errno::EBADF)?;
    let waits = !nonblock && !file.flags().contains(OpenFlags::NONBLOCK);
    let mut page = page()?;
    let mut done = 0;
    while from.remaining() > 0 {
        // Once something went, the rest waits for the next call.
        if let Err(errno) = wait_for_room(ctx, end.pipe(), waits && done == 0) {
            return so_far(done, Err(errno));
        }
        let taken = match from.read(ctx, &mut page) {
            Ok(taken) => taken,
            Err(errno) => return so_far(done, Err(errno)),
        };
        if let Err(errno) = push(ctx, end.pipe(), &page[..taken]) {
            return so_far(done, Err(errno));
        }
        done += taken;
    }
    Ok(done)
}

/// sendfile(2), and copy_file_range(2) once it has checked its files: from what can be read at any position to anything.
pub fn send(ctx: &TaskContext, from: &Side<'_>, to: &Side<'_>, length: usize, writer: &Writer) -> Result<usize> {
    from.file.check_readable()?;
    to.file.check_writable()?;
    if !matches!(from.file.inode().kind(), Kind::Regular | Kind::BlockDevice(_)) {
        return Err(Errno::EINVAL);
    }
    let mut position = match from.position {
        Some(position) => position,
        None => *from.file.position.lock(ctx),
    };
    let mut page = page()?;
    let mut done = 0;
    let stopped = loop {
        let wanted = (length - done).min(PAGE_SIZE);
        let read = from.file.read_at(ctx, position, &mut Sink::kernel(&mut page[..wanted]));
        let read = match read {
            Ok(0) => break Ok(0),
            Ok(read) => read,
            Err(errno) => break Err(errno),
        };
        match to.write(ctx, done, &page[..read], writer) {
            Ok(written) => {
                done += written;
                position += written as u64;
                if written < read {
                    break Ok(0);
                }
            }
            Err(errno) => break Err(errno),
        }
        if ctx.task().is_interrupted() {
            break Err(Errno::EINTR);
        }
    };
    if from.position.is_none() {
        *from.file.position.lock(ctx) = position;
    }
    so_far(done, stopped)
}

/// copy_file_range(2): between regular files of one file system.
pub fn copy_range(ctx: &TaskContext, from: &Side<'_>, to: &Side<'_>, length: usize, writer: &Writer) -> Result<usize> {
    from.file.check_readable()?;
    to.file.check_writable()?;
    if to.file.flags().contains(OpenFlags::APPEND) {
        return Err(Errno::EBADF);
    }
    let (old, new) = (from.file.inode(), to.file.inode());
    match (old.kind(), new.kind()) {
        (Kind::Regular, Kind::Regular) => {}
        (Kind::Directory, _) | (_, Kind::Directory) => return Err(Errno::EISDIR),
        _ => return Err(Errno::EINVAL),
    }
    if old.id().device != new.id().device {
        return Err(Errno::EXDEV);
    }
    let start = |side: &Side<'_>| side.position.unwrap_or_else(|| *side.file.position.lock(ctx));
    let (first, second) = (start(from), start(to));
    let end = |start| after(start, length);
    let (first_end, second_end) = (end(first)?, end(second)?);
    if old.id() == new.id() && first < second_end && second < first_end {
        return Err(Errno::EINVAL);
    }
    send(ctx, from, to, length, writer)
}

/// From pipe to pipe, buffer by buffer.
fn pass_on(ctx: &TaskContext, old: &Pipe, new: &Pipe, length: usize, wait: bool, wait_room: bool) -> Result<usize> {
    wait_for_news(ctx, old, wait)?;
    wait_for_room(ctx, new, wait_room)?;
    let mut done = 0;
    while done < length && new.has_room()? {
        let mut buffer = match old.pop(ctx) {
            Ok(Some(buffer)) => buffer,
            Ok(None) => break,
            Err(errno) => return so_far(done, Err(errno)),
        };
        let part = buffer.front(length - done);
        let count = part.length();
        let pushed = new.push(ctx, part);
        if pushed.is_ok() {
            buffer.skip(count);
            done += count;
        }
        if buffer.length() > 0 {
            old.put_back(ctx, buffer);
        }
        if let Err(errno) = pushed {
            return so_far(done, Err(errno));
        }
    }
    Ok(done)
}

/// From a pipe to something else.
fn drain(ctx: &TaskContext, pipe: &Pipe, to: &Side<'_>, length: usize, wait: bool, writer: &Writer) -> Result<usize> {
    if to.file.flags().contains(OpenFlags::APPEND) {
        return Err(Errno::EINVAL);
    }
    wait_for_news(ctx, pipe, wait)?;
    let mut page = page()?;
    let mut done = 0;
    while done < length {
        let mut buffer = match pipe.pop(ctx) {
            Ok(Some(buffer)) => buffer,
            Ok(None) | Err(Errno::EAGAIN) => break,
            Err(errno) => return so_far(done, Err(errno)),
        };
        let count = buffer.length().min(length - done);
        buffer.copy_out(&mut page[..count]);
        let written = to.write(ctx, done, &page[..count], writer);
        let went = *written.as_ref().unwrap_or(&0);
        buffer.skip(went);
        done += went;
        if buffer.length() > 0 {
            pipe.put_back(ctx, buffer);
        }
        match written {
            Ok(went) if went == count => {}
            stopped => return so_far(done, stopped),
        }
    }
    Ok(done)
}

/// From something else into a pipe.
fn fill(ctx: &TaskContext, from: &Side<'_>, pipe: &Pipe, length: usize, wait: bool) -> Result<usize> {
    wait_for_room(ctx, pipe, wait)?;
    let mut page = page()?;
    let mut done = 0;
    while done < length && pipe.has_room()? {
        let wanted = (length - done).min(PAGE_SIZE);
        if done > 0 && from.file.file().is_stream() && !from.file.file().may_read() {
            break;
        }
        let read = match from.read(ctx, done, &mut page[..wanted]) {
            Ok(0) => break,
            Ok(read) => read,
            Err(errno) => return so_far(done, Err(errno)),
        };
        if let Err(errno) = push(ctx, pipe, &page[..read]) {
            return so_far(done, Err(errno));
        }
        done += read;
    }
    Ok(done)
}

fn push(ctx: &TaskContext, pipe: &Pipe, bytes: &[u8]) -> Result<()> {
    let frame = Frame::new()?;
    frame.copy_in(0, bytes);
    pipe.push(ctx, Buffer::new(frame, bytes.len()))
}

fn wait_for_room(ctx: &TaskContext, pipe: &Pipe, wait: bool) -> Result<()> {
    let ready = || match pipe.has_room() {
        Ok(false) => None,
        Ok(true) => Some(Ok(())),
        Err(errno) => Some(Err(errno)),
    };
    wait_until(ctx, pipe, wait, ready)?
}

fn wait_for_news(ctx: &TaskContext, pipe: &Pipe, wait: bool) -> Result<()> {
    wait_until(ctx, pipe, wait, || pipe.has_news().then_some(()))
}

fn wait_until<T>(ctx: &TaskContext, pipe: &Pipe, wait: bool, mut ready: impl FnMut() -> Option<T>) -> Result<T> {
    if !wait {
        return ready().ok_or(Errno::EAGAIN);
    }
    pipe.changed.wait(ctx, Patience { interruptible: true, deadline: None }, ready)
}
