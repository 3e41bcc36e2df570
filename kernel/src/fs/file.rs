//! What can be read and written: what an open file, whatever it is, must be able to do.

use super::epoll::Watcher;
use super::event::Alarm;
use super::open_flags::OpenFlags;
use super::pipe::End;
use super::poll::Readiness;
use crate::memory::{AddressSpace, Pager, Sink, Source};
use crate::task::{Instant, TaskContext, WaitQueue};
use alloc::sync::Arc;
use core::any::Any;
use logic::errno::{Errno, Result};

/// Something open: a regular file, a device, an end of a pipe, a terminal, a socket.
///
/// A file of a *medium* (memory, disk) sleeps inside its methods until it is done. A file of *readiness* (pipe, terminal, socket)
/// never waits for its other side: it answers `EAGAIN`, and [`OpenFile`](super::open_file::OpenFile) alone waits, on `queue`, until
/// `readiness` says that trying again makes sense. So `O_NONBLOCK`, `EINTR` and poll(2) are written once.
///
/// Nothing is checked here of how the file was opened: `OpenFile` does.
pub trait File: Any + Send + Sync {
    /// Reads from a position on until the sink is full, the file ends, or there is no more for now: 0 is the end. Once some
    /// bytes went, what stops the rest is no error.
    fn read(&self, _ctx: &TaskContext, _position: u64, _into: &mut Sink<'_>) -> Result<usize> {
        Err(Errno::EINVAL)
    }

    /// Writes at a position. Less than all was taken if there is no more room for now. Once some bytes went, what stops the rest
    /// is no error.
    fn write(&self, _ctx: &TaskContext, _position: u64, _from: &mut Source<'_>) -> Result<usize> {
        Err(Errno::EINVAL)
    }

    /// Writes at the end, wherever that is by now (`O_APPEND`); tells how many bytes went, and the position behind them.
    fn append(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<(usize, u64)> {
        self.write(ctx, 0, from).map(|count| (count, 0))
    }

    /// Whether the file has no positions: bytes come in their order and are gone when read, lseek(2) is `ESPIPE`, and a
    /// write that blocks goes on until all is written.
    fn is_stream(&self) -> bool {
        false
    }

    /// Moves to another place of a stream that has such, by its own rules: lseek(2).
    fn seek_stream(&self, _ctx: &TaskContext, _offset: i64, _whence: u32) -> Result<u64> {
        Err(Errno::ESPIPE)
    }

    /// Where the file ends, for `SEEK_END`.
    fn size(&self, _ctx: &TaskContext) -> Result<u64> {
        Ok(0)
    }

    /// From `from` on, which lies in the file: where the next bytes begin that are stored (`SEEK_DATA`, `ENXIO` if none), or
    /// where the next hole begins (`SEEK_HOLE`; the end counts as a hole).
    fn seek_stored(&self, ctx: &TaskContext, from: u64, hole: bool) -> Result<u64> {
        if hole { self.size(ctx) } else { Ok(from) }
    }

    /// What can be done without waiting. Never sleeps; may be asked with a spin lock held.
    fn readiness(&self) -> Readiness {
        Readiness::IN | Readiness::OUT
    }

    /// What is woken when `readiness` may have grown; `None` for a file that is always ready.
    fn queue(&self) -> Option<&WaitQueue> {
        None
    }

    /// Whether a read would find enough, for a file that is readable by other rules than poll(2)'s.
    fn may_read(&self) -> bool {
        self.readiness().intersects(Readiness::READ)
    }

    /// Until when a read that found too little is to wait; asked after each `EAGAIN`.
    fn read_deadline(&self) -> Option<Instant> {
        None
    }

    /// Until when a write that found no room is to wait; asked after each `EAGAIN`.
    fn write_deadline(&self) -> Option<Instant> {
        None
    }

    /// Where a write may find no room though `readiness` says that there is some: how often more room was made.
    fn room_made(&self) -> Option<u64> {
        None
    }

    /// Reads once that time is over.
    fn read_late(&self, _ctx: &TaskContext, _into: &mut Sink<'_>) -> Result<usize> {
        Err(Errno::EAGAIN)
    }

    /// A request to the device: ioctl(2). `argument` is a number or an address in `space`.
    fn ioctl(&self, _ctx: &TaskContext, _request: u32, _argument: u64, _space: &AddressSpace) -> Result<u64> {
        Err(Errno::ENOTTY)
    }

    /// Whether a mapping of it is memory that begins with zeros, as of /dev/zero.
    fn shows_zeros(&self) -> bool {
        false
    }

    /// The file's pages, to be mapped.
    fn pager(&self) -> Result<Arc<dyn Pager>> {
        Err(Errno::ENODEV)
    }

    /// Asked before a file that was opened for writing is mapped shared; `writes`: at once to be written. Whether it may be written later.
    fn admit_mapping(&self, _writes: bool) -> Result<bool> {
        Ok(true)
    }

    /// Returns when all that was written is where it survives a power cut: fsync(2).
    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Err(Errno::EINVAL)
    }

    /// fallocate(2) with Linux's mode bits.
    fn allocate(&self, _ctx: &TaskContext, _mode: u32, _position: u64, _length: u64) -> Result<()> {
        Err(if self.is_stream() { Errno::ESPIPE } else { Errno::ENODEV })
    }

    /// Told when `F_SETFL` of fcntl(2) has changed the flags.
    fn flags_changed(&self, _flags: OpenFlags) {}

    /// Whether it can be read and written past the page cache (`O_DIRECT`).
    fn may_be_direct(&self) -> bool {
        false
    }

    /// Reads like `read`, but past the page cache, straight into the program's frames.
    fn read_direct(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.read(ctx, position, into)
    }

    /// How many frames it holds that are free when it is closed, about: asked when no memory is left.
    fn frames(&self) -> usize {
        0
    }

    /// The end of a pipe that this is, if it is one.
    fn pipe_end(&self) -> Option<&End> {
        None
    }

    /// The set of watched files that this is, if it is one: epoll(7).
    fn watcher(&self) -> Option<&Arc<Watcher>> {
        None
    }

    /// The counter of expirations that this is, if it is one: timerfd_settime(2).
    fn alarm(&self) -> Option<&Alarm> {
        None
    }

    /// Called at every close(2) of a descriptor, before the last of which the file lives on.
    fn flush(&self, _ctx: &TaskContext) -> Result<()> {
        Ok(())
    }
}
