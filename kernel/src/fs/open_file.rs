//! An open file: what a descriptor refers to, and what fork(2) and dup(2) share; open(2) calls it the open file description.
//!
//! It has the position, the status flags, and the only place where a file of readiness is waited for.

use super::file::File;
use super::inode::{Inode, Kind};
use super::inotify::{self, Events};
use super::mount::Path;
use super::notice::Notice;
use super::poll::Readiness;
use super::writer::Writer;
use crate::memory::{Sink, Source};
use crate::task::{Instant, Mutex, Patience, TaskContext};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame;
use machine::lock::SpinLock;

pub use super::open_flags::OpenFlags;

/// The most that one read(2) or write(2) moves, as in Linux.
const MAX_TRANSFER: usize = 0x7fff_f000;

/// How many open files there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What the kernel keeps for an open file, about, in bytes; and of all memory, one part in so many may be that (as in Linux).
const SIZE: usize = 1024;
const PART: usize = 10;

/// How many open files there are.
pub fn count() -> usize {
    COUNT.load(Ordering::Relaxed)
}

/// How many there may be: `fs.file-max`.
pub fn most() -> usize {
    frame::total_frames() * (PAGE_SIZE / SIZE) / PART
}

/// `ENFILE` if there are too many.
pub fn check_count() -> Result<()> {
    if count() > most() { Err(Errno::ENFILE) } else { Ok(()) }
}

/// An open file.
pub struct OpenFile {
    file: Arc<dyn File>,
    path: Path,
    /// How it was opened; only `OpenFlags::CHANGEABLE` changes.
    flags: AtomicU32,
    /// Where the next byte is read or written; a directory's cursor. Held while bytes move, so that two who share the file do
    /// not get the same bytes.
    pub(super) position: Mutex<u64>,
    /// Who is told by signals of what becomes of it.
    pub(super) notice: SpinLock<Option<Box<Notice>>>,
}

impl OpenFile {
    /// Something open at a place. With flags that allow writing a regular file, `begin_write` has been called on its inode.
    pub fn new(file: Arc<dyn File>, path: Path, flags: OpenFlags) -> Arc<OpenFile> {
        if flags.writable() && path.dentry.kind() == Kind::Regular {
            path.mount.volume.begin_write();
        }
        COUNT.fetch_add(1, Ordering::Relaxed);
        let flags = AtomicU32::new((flags - OpenFlags::FOR_OPENING).bits());
        let notice = SpinLock::new("open file's notice", None);
        Arc::new(OpenFile { file, path, flags, position: Mutex::new("file position", 0), notice })
    }

    /// What is open.
    pub fn file(&self) -> &Arc<dyn File> {
        &self.file
    }

    /// The place where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is open, if it is of that type: for a layer above that has files of its own.
    pub fn file_as<T: File>(&self) -> Option<&T> {
        let any: &dyn Any = &*self.file;
        any.downcast_ref()
    }

    /// Its inode.
    pub fn inode(&self) -> &Arc<dyn Inode> {
        self.path.dentry.inode()
    }

    /// Whether it is a regular file.
    #[inline]
    pub fn is_regular(&self) -> bool {
        self.path.dentry.kind() == Kind::Regular
    }

    /// The access mode and the status flags.
    pub fn flags(&self) -> OpenFlags {
        OpenFlags::from_bits_retain(self.flags.load(Ordering::Relaxed))
    }

    /// Sets the status flags that may change: `F_SETFL` of fcntl(2); others stay.
    pub fn set_flags(&self, flags: OpenFlags) {
        let kept = self.flags() - OpenFlags::CHANGEABLE;
        self.flags.store((kept | flags & OpenFlags::CHANGEABLE).bits(), Ordering::Relaxed);
        self.file.flags_changed(flags);
    }

    /// Reads from the position on, and moves it; waits for a file of readiness unless it is `O_NONBLOCK`.
    pub fn read(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        self.check_readable()?;
        let asked = into.remaining();
        into.limit(MAX_TRANSFER);
        if self.file.is_stream() {
            return self.read_stream(ctx, into);
        }
        let mut position = self.position.lock(ctx);
        check_span(*position, asked)?;
        let count = self.read_medium(ctx, *position, into)?;
        *position += count as u64;
        Ok(count)
    }

    /// Writes at the position (with `O_APPEND`: at the end), and moves it; waits as `read` does.
    pub fn write(&self, ctx: &TaskContext, from: &mut Source<'_>, writer: &Writer) -> Result<usize> {
        self.check_writable()?;
        let asked = from.remaining();
        from.limit(MAX_TRANSFER);
        if self.file.is_stream() {
            return self.write_stream(ctx, from);
        }
        let mut position = self.position.lock(ctx);
        if self.flags().contains(OpenFlags::APPEND) {
            let (count, end) = self.append(ctx, from, writer)?;
            *position = end;
            return Ok(count);
        }
        check_span(*position, asked)?;
        self.begin_write(ctx, *position, from, writer)?;
        let count = self.file.write(ctx, *position, from)?;
        inotify::tell(&self.path.dentry, Events::MODIFY);
        *position += count as u64;
        Ok(count)
    }

    /// Reads at a position of the caller's; pread(2).
    pub fn read_at(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.check_positioned()?;
        self.check_readable()?;
        check_span(position, into.remaining())?;
        into.limit(MAX_TRANSFER);
        self.read_medium(ctx, position, into)
    }

    fn read_medium(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let is_direct = self.flags().contains(OpenFlags::DIRECT);
        let read =
            if is_direct { self.file.read_direct(ctx, position, into) } else { self.file.read(ctx, position, into) };
        self.note_read(read?);
        read
    }

    /// Writes at a position of the caller's; pwrite(2). With `O_APPEND` at the end all the same, as Linux does.
    pub fn write_at(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>, writer: &Writer) -> Result<usize> {
        self.check_positioned()?;
        self.check_writable()?;
        check_span(position, from.remaining())?;
        from.limit(MAX_TRANSFER);
        if self.flags().contains(OpenFlags::APPEND) {
            return self.append(ctx, from, writer).map(|(count, _)| count);
        }
        self.begin_write(ctx, position, from, writer)?;
        let written = self.file.write(ctx, position, from);
        inotify::tell(&self.path.dentry, Events::MODIFY);
        written
    }

    /// Writes at the end, whatever the flags say: `RWF_APPEND`. Tells how many bytes went, and where they end.
    pub fn append(&self, ctx: &TaskContext, from: &mut Source<'_>, writer: &Writer) -> Result<(usize, u64)> {
        self.check_writable()?;
        from.limit(MAX_TRANSFER);
        self.begin_write(ctx, self.file.size(ctx)?, from, writer)?;
        let written = self.file.append(ctx, from);
        inotify::tell(&self.path.dentry, Events::MODIFY);
        written
    }

    fn begin_write(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>, writer: &Writer) -> Result<()> {
        if self.is_regular() { writer.begin(ctx, &**self.inode(), position, from) } else { Ok(()) }
    }

    /// Sets the size: ftruncate(2).
    pub fn truncate(&self, ctx: &TaskContext, size: u64, writer: &Writer) -> Result<()> {
        self.check_opened()?;
        if !self.flags().writable() || !self.is_regular() {
            return Err(Errno::EINVAL);
        }
        writer.truncate(ctx, &**self.inode(), size)?;
        inotify::tell(&self.path.dentry, Events::MODIFY);
        Ok(())
    }

    /// Makes room or holes: fallocate(2), with its mode bits.
    pub fn allocate(&self, ctx: &TaskContext, mode: u32, position: u64, length: u64, writer: &Writer) -> Result<()> {
        self.check_writable()?;
        match self.inode().kind() {
            Kind::Regular => {}
            Kind::Fifo => return Err(Errno::ESPIPE),
            Kind::Directory => return Err(Errno::EISDIR),
            _ => return Err(Errno::ENODEV),
        }
        let end = position.checked_add(length).filter(|&end| end <= i64::MAX as u64).ok_or(Errno::EFBIG)?;
        if mode & linux::FALLOC_FL_KEEP_SIZE == 0 && end > writer.size_limit && end > self.file.size(ctx)? {
            return Err(Errno::EFBIG);
        }
        writer.strip(ctx, &**self.inode())?;
        self.file.allocate(ctx, mode, position, length)
    }

    /// What can be done without waiting.
    pub fn readiness(&self) -> Readiness {
        self.file.readiness()
    }

    /// `EBADF` for a place that was opened with `O_PATH`.
    pub fn check_opened(&self) -> Result<()> {
        if self.flags().contains(OpenFlags::PATH) { Err(Errno::EBADF) } else { Ok(()) }
    }

    pub(super) fn note_read(&self, count: usize) {
        if count > 0 {
            inotify::tell(&self.path.dentry, Events::ACCESS);
        }
        if count > 0 && !self.flags().contains(OpenFlags::NO_ACCESS_TIME) {
            self.path.mount.note_read(&**self.inode());
        }
    }

    pub(super) fn check_readable(&self) -> Result<()> {
        if self.flags().readable() { Ok(()) } else { Err(Errno::EBADF) }
    }

    pub(super) fn check_writable(&self) -> Result<()> {
        if self.flags().writable() { Ok(()) } else { Err(Errno::EBADF) }
    }

    fn check_positioned(&self) -> Result<()> {
        if self.file.is_stream() { Err(Errno::ESPIPE) } else { Ok(()) }
    }

    fn read_stream(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        if into.remaining() == 0 {
            return Ok(0);
        }
        loop {
            match self.file.read(ctx, 0, into) {
                Err(Errno::EAGAIN) => {}
                done => return done,
            }
            match self.wait(ctx, self.file.read_deadline(), false, || self.file.may_read()) {
                Err(Errno::ETIMEDOUT) => return self.file.read_late(ctx, into),
                // Who cannot wait for more gets what there is.
                Err(errno) => {
                    return match self.file.read_late(ctx, into) {
                        Ok(0) | Err(Errno::EAGAIN) => Err(errno),
                        there => there,
                    };
                }
                Ok(()) => {}
            }
        }
    }

    /// Writes all, however often it has to wait; what was written before an error counts.
    fn write_stream(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<usize> {
        let has_room = || self.file.readiness().intersects(Readiness::WRITE);
        let may_write = |refused: Option<u64>| has_room() && (refused.is_none() || self.file.room_made() != refused);
        let (mut written, mut refused) = (0, None);
        loop {
            let step = match self.file.write(ctx, 0, from) {
                Ok(count) => {
                    written += count;
                    if from.remaining() == 0 {
                        return Ok(written);
                    }
                    self.wait(ctx, self.file.write_deadline(), false, has_room)
                }
                // Room that was made since it was asked is for whoever tries again.
                Err(Errno::EAGAIN) if self.file.room_made() != refused => {
                    refused = self.file.room_made();
                    continue;
                }
                Err(Errno::EAGAIN) => self.wait(ctx, self.file.write_deadline(), false, || may_write(refused)),
                Err(errno) => Err(errno),
            };
            match step {
                Err(_) if written > 0 => return Ok(written),
                Err(Errno::ETIMEDOUT) => return Err(Errno::EAGAIN),
                step => step?,
            }
        }
    }

    /// The one wait for readiness: `EAGAIN` if the file is not to be waited for, `EINTR` if a signal came, `ETIMEDOUT`.
    pub fn wait(
        &self,
        ctx: &TaskContext,
        deadline: Option<Instant>,
        at_once: bool,
        ready: impl Fn() -> bool,
    ) -> Result<()> {
        let patient = !at_once && !self.flags().contains(OpenFlags::NONBLOCK);
        let queue = self.file.queue().filter(|_| patient).ok_or(Errno::EAGAIN)?;
        queue.wait(ctx, Patience { interruptible: true, deadline }, || ready().then_some(()))
    }
}

/// `EINVAL` for bytes behind all positions.
fn check_span(position: u64, length: usize) -> Result<()> {
    let end = position.checked_add(length as u64).filter(|&end| end <= i64::MAX as u64);
    end.map(drop).ok_or(Errno::EINVAL)
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        self.drop_notice();
        self.drop_lease();
        COUNT.fetch_sub(1, Ordering::Relaxed);
        self.drop_locks();
        if !self.flags().contains(OpenFlags::PATH) {
            let written = self.flags().writable();
            inotify::tell_close(&self.path.dentry, if written { Events::CLOSE_WRITE } else { Events::CLOSE_NO_WRITE });
        }
        if self.flags().writable() && self.is_regular() {
            self.inode().state().end_write();
            self.path.mount.volume.end_write();
        }
    }
}
