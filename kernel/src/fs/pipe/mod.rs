//! Pipes: pipe(7).
//!
//! The sleeping mutex `ring` is held while bytes move; the counts that `readiness` needs are atomics beside it.

mod inode;
mod ring;

use super::credentials::Credentials;
use super::file::File;
use super::nameless;
use super::open_file::{OpenFile, OpenFlags};
use super::poll::Readiness;
use crate::memory::{AddressSpace, Parts, Sink, Source};
use crate::task::{Mutex, TaskContext, WaitQueue};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use inode::PipeInode;
use linux_raw_sys::ioctl;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use ring::Ring;

pub use ring::Buffer;

/// The most that anybody may have a pipe hold: fs.pipe-max-size.
pub const LARGEST: usize = 1 << 20;

/// What is between the ends.
pub struct Pipe {
    ring: Mutex<Ring>,
    /// How many bytes are in it; changed with `ring` held.
    used: AtomicUsize,
    /// Whether there is no room for another page of them; likewise.
    full: AtomicBool,
    /// Each write is a packet: `O_DIRECT`.
    packets: AtomicBool,
    pub(super) readers: AtomicUsize,
    pub(super) writers: AtomicUsize,
    /// How often each end was ever opened, for those who wait for the other end of a FIFO.
    pub(super) reader_opens: AtomicUsize,
    pub(super) writer_opens: AtomicUsize,
    /// Woken when bytes came or went, and when an end was opened or closed.
    pub(super) changed: WaitQueue,
}

/// An open end of a pipe, or (a FIFO opened for both) both ends.
pub struct End {
    pipe: Arc<Pipe>,
    reads: bool,
    writes: bool,
}

/// A new pipe: the end to read from, and the end to write to; pipe2(2).
pub fn pipe(credentials: &Credentials, flags: OpenFlags) -> (Arc<OpenFile>, Arc<OpenFile>) {
    let pipe = Pipe::new();
    pipe.packets.store(flags.contains(OpenFlags::DIRECT), Ordering::Relaxed);
    let path = nameless::place(Arc::new(PipeInode::new(&pipe, credentials)), "pipe");
    let flags = flags & OpenFlags::CHANGEABLE;
    let reader = OpenFile::new(Arc::new(End::new(&pipe, true, false)), path.clone(), flags);
    let writer = OpenFile::new(Arc::new(End::new(&pipe, false, true)), path, flags | OpenFlags::WRITE);
    (reader, writer)
}

impl Pipe {
    pub(super) fn new() -> Arc<Pipe> {
        Arc::new(Pipe {
            ring: Mutex::new("pipe", Ring::new()),
            used: AtomicUsize::new(0),
            full: AtomicBool::new(false),
            packets: AtomicBool::new(false),
            readers: AtomicUsize::new(0),
            writers: AtomicUsize::new(0),
            reader_opens: AtomicUsize::new(0),
            writer_opens: AtomicUsize::new(0),
            changed: WaitQueue::new(),
        })
    }

    fn used(&self) -> usize {
        self.used.load(Ordering::Acquire)
    }

    fn has_readers(&self) -> bool {
        self.readers.load(Ordering::Acquire) > 0
    }

    fn has_writers(&self) -> bool {
        self.writers.load(Ordering::Acquire) > 0
    }

    /// Works on the ring; then those are woken who wait for what may have changed.
    fn change<R>(&self, ctx: &TaskContext, work: impl FnOnce(&mut Ring) -> Result<R>) -> Result<R> {
        let mut ring = self.ring.lock(ctx);
        let done = work(&mut ring);
        self.used.store(ring.bytes(), Ordering::Release);
        self.full.store(ring.is_full(), Ordering::Release);
        drop(ring);
        if done.is_ok() {
            self.changed.wake_all();
        }
        done
    }

    /// What a reader who finds nothing is told.
    fn nothing<R>(&self, end: R) -> Result<R> {
        if self.has_writers() { Err(Errno::EAGAIN) } else { Ok(end) }
    }

    fn read(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        if self.used() == 0 {
            // Who writes and closes right now is seen by the second look.
            let nothing = self.nothing(0);
            if self.used() == 0 {
                return nothing;
            }
        }
        self.change(ctx, |ring| if ring.nth(0).is_none() { self.nothing(0) } else { ring.take(ctx, into) })
    }

    fn write(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<usize> {
        if !self.has_readers() {
            return Err(Errno::EPIPE);
        }
        if from.remaining() == 0 {
            return Ok(0);
        }
        let packets = self.packets.load(Ordering::Relaxed);
        self.change(ctx, |ring| ring.put(ctx, from, packets))
    }

    /// How many bytes it holds: `F_GETPIPE_SZ`.
    pub fn size(&self, ctx: &TaskContext) -> usize {
        self.ring.lock(ctx).slots() * PAGE_SIZE
    }

    /// Has it hold at least so many bytes, and tells how many: `F_SETPIPE_SZ`. `EPERM` beyond what everybody may have, `EBUSY` if more
    /// is in it.
    pub fn set_size(&self, ctx: &TaskContext, size: u64, privileged: bool) -> Result<usize> {
        if size > 1 << 31 {
            return Err(Errno::EINVAL);
        }
        let size = (size as usize).next_power_of_two().max(PAGE_SIZE);
        if size > LARGEST && !privileged {
            return Err(Errno::EPERM);
        }
        self.change(ctx, |ring| ring.set_slots(size / PAGE_SIZE))?;
        Ok(size)
    }

    /// Takes the oldest bytes out; `None` at the end, `EAGAIN` if there are none for now.
    pub(super) fn pop(&self, ctx: &TaskContext) -> Result<Option<Buffer>> {
        self.change(ctx, |ring| match ring.pop() {
            Some(buffer) => Ok(Some(buffer)),
            None => self.nothing(None),
        })
    }

    /// Puts back what could not be passed on.
    pub(super) fn put_back(&self, ctx: &TaskContext, buffer: Buffer) {
        let _ = self.change(ctx, |ring| {
            ring.push_front(buffer);
            Ok(())
        });
    }

    /// Adds bytes; `EPIPE`, or `EAGAIN` if there is no room.
    pub(super) fn push(&self, ctx: &TaskContext, buffer: Buffer) -> Result<()> {
        if !self.has_readers() {
            return Err(Errno::EPIPE);
        }
        self.change(ctx, |ring| ring.push(buffer))
    }

    /// Adds pieces of frames as far as there is room, and says how many bytes they are; `EPIPE`, or `EAGAIN` if there is no room.
    pub(super) fn push_parts(&self, ctx: &TaskContext, parts: Parts) -> Result<usize> {
        if !self.has_readers() {
            return Err(Errno::EPIPE);
        }
        self.change(ctx, |ring| ring.push_parts(parts))
    }

    /// Whether there is room for a buffer; `EPIPE` if nobody would read it.
    pub(super) fn has_room(&self) -> Result<bool> {
        if self.has_readers() { Ok(!self.full.load(Ordering::Acquire)) } else { Err(Errno::EPIPE) }
    }

    /// Whether a reader would not have to wait.
    pub fn has_news(&self) -> bool {
        self.used() > 0 || !self.has_writers()
    }

    /// A look at the bytes of one buffer, the oldest first; `None` behind the last.
    pub(super) fn peek(&self, ctx: &TaskContext, index: usize) -> Option<Buffer> {
        self.ring.lock(ctx).nth(index).cloned()
    }
}

impl End {
    pub(super) fn new(pipe: &Arc<Pipe>, reads: bool, writes: bool) -> End {
        if reads {
            pipe.readers.fetch_add(1, Ordering::AcqRel);
            pipe.reader_opens.fetch_add(1, Ordering::AcqRel);
        }
        if writes {
            pipe.writers.fetch_add(1, Ordering::AcqRel);
            pipe.writer_opens.fetch_add(1, Ordering::AcqRel);
        }
        pipe.changed.wake_all();
        End { pipe: pipe.clone(), reads, writes }
    }

    /// The pipe.
    pub fn pipe(&self) -> &Arc<Pipe> {
        &self.pipe
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.pipe.readers.fetch_sub(self.reads.into(), Ordering::AcqRel);
        self.pipe.writers.fetch_sub(self.writes.into(), Ordering::AcqRel);
        self.pipe.changed.wake_all();
    }
}

impl File for End {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.pipe.read(ctx, into)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        self.pipe.write(ctx, from)
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let mut ready = Readiness::empty();
        let used = self.pipe.used();
        if self.reads {
            ready.set(Readiness::IN | Readiness::RDNORM, used > 0);
            ready.set(Readiness::HUP, !self.writes && !self.pipe.has_writers());
        }
        if self.writes {
            ready.set(Readiness::OUT | Readiness::WRNORM, !self.pipe.full.load(Ordering::Acquire));
            ready.set(Readiness::ERR, !self.pipe.has_readers());
        }
        ready
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.pipe.changed)
    }

    fn flags_changed(&self, flags: OpenFlags) {
        if self.writes {
            self.pipe.packets.store(flags.contains(OpenFlags::DIRECT), Ordering::Relaxed);
        }
    }

    fn frames(&self) -> usize {
        // Both ends say so; mostly one process has both.
        self.pipe.ring.try_lock().map_or(0, |ring| ring.frames().div_ceil(2))
    }

    fn pipe_end(&self) -> Option<&End> {
        Some(self)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        match request {
            ioctl::FIONREAD => space.write(ctx, argument, &(self.pipe.used() as u32).to_le_bytes())?,
            _ => return Err(Errno::ENOTTY),
        }
        Ok(0)
    }
}
