//! Moving bytes from file to file without a program in between: splice(2), tee(2), vmsplice(2), sendfile(2), copy_file_range(2).
//!
//! What has positions gives its frames themselves (`Parts`), and a pipe holds them as they are: bytes are copied once at most, where they
//! arrive. So who changes the file, or the memory that went into a pipe by vmsplice(2), changes what is on its way.

use super::inode::Kind;
use super::open_file::{OpenFile, OpenFlags};
use super::pipe::{Buffer, Pipe};
use super::writer::Writer;
use crate::memory::{Parts, Sink, Source};
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

    fn start(&self, ctx: &TaskContext) -> u64 {
        self.position.unwrap_or_else(|| *self.file.position.lock(ctx))
    }

    /// Moves the file's own position, if that counts.
    fn move_to(&self, ctx: &TaskContext, position: u64) {
        if self.position.is_none() {
            *self.file.position.lock(ctx) = position;
        }
    }

    fn write(&self, ctx: &TaskContext, done: usize, from: &mut Source<'_>, writer: &Writer) -> Result<usize> {
        match self.position {
            Some(position) => self.file.write_at(ctx, after(position, done)?, from, writer),
            None => self.file.write(ctx, from, writer),
        }
    }

    fn waits(&self) -> bool {
        !self.file.flags().contains(OpenFlags::NONBLOCK)
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
    let waits = |side: &Side<'_>| !nonblock && side.waits();
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

/// vmsplice(2) into a pipe: the program's pages themselves.
pub fn gather(ctx: &TaskContext, file: &OpenFile, from: &mut Source<'_>, nonblock: bool) -> Result<usize> {
    file.check_writable()?;
    let end = file.file().pipe_end().ok_or(Errno::EBADF)?;
    let waits = !nonblock && !file.flags().contains(OpenFlags::NONBLOCK);
    let mut done = 0;
    while from.remaining() > 0 {
        // Once something went, the rest waits for the next call.
        if let Err(errno) = wait_for_room(ctx, end.pipe(), waits && done == 0) {
            return so_far(done, Err(errno));
        }
        let mut parts = Parts::default();
        let taken = from.take_parts(ctx, &mut parts);
        match taken.and_then(|taken| end.pipe().push_parts(ctx, parts).map(|went| (taken, went))) {
            Ok((taken, went)) => {
                done += went;
                if went < taken {
                    break;
                }
            }
            Err(errno) => return so_far(done, Err(errno)),
        }
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
    if let Some(pipe) = to.pipe() {
        return fill(ctx, from, pipe, length, to.waits());
    }
    let start = from.start(ctx);
    let mut done = 0;
    let stopped = loop {
        match send_some(ctx, from, start, to, done, length - done, writer) {
            Ok((0, _)) => break Ok(0),
            Ok((went, all)) => {
                done += went;
                if !all {
                    break Ok(0);
                }
            }
            Err(errno) => break Err(errno),
        }
        if ctx.task().is_interrupted() {
            break Err(Errno::EINTR);
        }
    };
    from.move_to(ctx, start + done as u64);
    so_far(done, stopped)
}

/// Sends some frames; how many bytes went, and whether all did that were read.
fn send_some(
    ctx: &TaskContext,
    from: &Side<'_>,
    start: u64,
    to: &Side<'_>,
    done: usize,
    most: usize,
    writer: &Writer,
) -> Result<(usize, bool)> {
    let mut parts = Parts::default();
    from.file.read_at(ctx, after(start, done)?, &mut Sink::parts(&mut parts, most))?;
    let mut sent = 0;
    for part in parts {
        let mut source = Source::frame(&part.frame, part.offset, part.length);
        match to.write(ctx, done + sent, &mut source, writer) {
            Ok(written) => {
                sent += written;
                if written < part.length {
                    return Ok((sent, false));
                }
            }
            Err(errno) if sent == 0 => return Err(errno),
            Err(_) => return Ok((sent, false)),
        }
    }
    Ok((sent, true))
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
    let (first, second) = (from.start(ctx), to.start(ctx));
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
    let mut done = 0;
    while done < length {
        let mut buffer = match pipe.pop(ctx) {
            Ok(Some(buffer)) => buffer,
            Ok(None) | Err(Errno::EAGAIN) => break,
            Err(errno) => return so_far(done, Err(errno)),
        };
        let count = buffer.length().min(length - done);
        let written = to.write(ctx, done, &mut buffer.source(count), writer);
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
    if from.file.file().is_stream() {
        return fill_from_stream(ctx, from, pipe, length);
    }
    let start = from.start(ctx);
    let mut done = 0;
    let stopped = loop {
        match share_some(ctx, from, after(start, done)?, pipe, length - done) {
            Ok((went, all)) => {
                done += went;
                if went == 0 || !all {
                    break Ok(0);
                }
            }
            Err(errno) => break Err(errno),
        }
        if done == length || !pipe.has_room().unwrap_or(false) {
            break Ok(0);
        }
    };
    from.move_to(ctx, start + done as u64);
    so_far(done, stopped)
}

/// Puts some frames of a file into a pipe; how many bytes went, and whether all did that were read.
fn share_some(ctx: &TaskContext, from: &Side<'_>, position: u64, pipe: &Pipe, most: usize) -> Result<(usize, bool)> {
    let mut parts = Parts::default();
    let read = from.file.read_at(ctx, position, &mut Sink::parts(&mut parts, most))?;
    let went = pipe.push_parts(ctx, parts)?;
    Ok((went, went == read))
}

/// What a stream gives is gone from there, so it is taken as far as there is surely room for it.
fn fill_from_stream(ctx: &TaskContext, from: &Side<'_>, pipe: &Pipe, length: usize) -> Result<usize> {
    let mut page = page()?;
    let mut done = 0;
    while done < length && pipe.has_room()? {
        let wanted = (length - done).min(PAGE_SIZE);
        if done > 0 && !from.file.file().may_read() {
            break;
        }
        let read = match from.file.read(ctx, &mut Sink::kernel(&mut page[..wanted])) {
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
