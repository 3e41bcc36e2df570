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
use crate::memory::{AddressSpace, Sink, Source};
use crate::task::{Mutex, TaskContext, WaitQueue};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};
use inode::PipeInode;
use linux_raw_sys::ioctl;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use ring::{CAPACITY, Ring};

/// The most that a pipe can be made to hold: fs.pipe-max-size.
pub const LARGEST: usize = CAPACITY;

/// A write of so many bytes or fewer goes in whole or not at all: `PIPE_BUF`.
const ATOMIC: usize = PAGE_SIZE;

/// What is between the ends.
pub struct Pipe {
    ring: Mutex<Ring>,
    /// How many bytes are in it; changed with `ring` held.
    used: AtomicUsize,
    pub(super) readers: AtomicUsize,
    pub(super) writers: AtomicUsize,
    /// How often each end was ever opened, for those who wait for the other end of a FIFO.
    pub(super) reader_opens: AtomicUsize,
    pub(super) writer_opens: AtomicUsize,
    /// Woken when bytes came or went, and when an end was opened or closed.
    pub(super) changed: WaitQueue,
}

/// An open end of a pipe, or (a FIFO opened for both) both ends.
pub(super) struct End {
    pipe: Arc<Pipe>,
    reads: bool,
    writes: bool,
}

/// A new pipe: the end to read from, and the end to write to; pipe2(2).
pub fn pipe(credentials: &Credentials, flags: OpenFlags) -> (Arc<OpenFile>, Arc<OpenFile>) {
    let pipe = Pipe::new();
    let path = nameless::place(Arc::new(PipeInode::new(&pipe, credentials)), "pipe");
    let flags = flags & OpenFlags::CHANGEABLE;
    let reader = OpenFile::new(Arc::new(End::new(&pipe, true, false)), path.clone(), flags);
    let writer = OpenFile::new(Arc::new(End::new(&pipe, false, true)), path, flags | OpenFlags::WRITE);
    (reader, writer)
}

impl Pipe {
    pub(super) fn new() -> Arc<Pipe> {
        Arc::new(Pipe {
            ring: Mutex::new(Ring::new()),
            used: AtomicUsize::new(0),
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

    fn read(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        let mut ring = self.ring.lock(ctx);
        let used = self.used();
        if used == 0 {
            return if self.has_writers() { Err(Errno::EAGAIN) } else { Ok(0) };
        }
        let taken = ring.take(ctx, used, into);
        if let Ok(count) = taken {
            self.used.store(used - count, Ordering::Release);
            if count == used {
                ring.reset();
            }
        }
        drop(ring);
        self.changed.wake_all();
        taken
    }

    fn write(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<usize> {
        if !self.has_readers() {
            return Err(Errno::EPIPE);
        }
        let mut ring = self.ring.lock(ctx);
        let used = self.used();
        let room = CAPACITY - used;
        let wanted = from.remaining();
        if wanted > 0 && room < wanted.min(ATOMIC) && (room == 0 || wanted <= ATOMIC) {
            return Err(Errno::EAGAIN);
        }
        let put = ring.put(ctx, used, room, from);
        if let Ok(count) = put {
            self.used.store(used + count, Ordering::Release);
        }
        drop(ring);
        self.changed.wake_all();
        put
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
            ready.set(Readiness::OUT | Readiness::WRNORM, CAPACITY - used >= ATOMIC);
            ready.set(Readiness::ERR, !self.pipe.has_readers());
        }
        ready
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.pipe.changed)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        match request {
            ioctl::FIONREAD => space.write(ctx, argument, &(self.pipe.used() as u32).to_le_bytes())?,
            _ => return Err(Errno::ENOTTY),
        }
        Ok(0)
    }
}
