//! Opening a pipe by name: fifo(7).

use super::file::File;
use super::inode::Inode;
use super::nameless;
use super::open_file::OpenFlags;
use super::pipe::{End, Pipe};
use crate::task::{Patience, TaskContext};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};
use logic::errno::{Errno, Result};

/// Opens an end (or with `O_RDWR` both), and waits until the other end is open too, unless it is not to wait. Nobody waits for the
/// other end of a pipe that has no name and is opened by way of /proc.
pub(super) fn open(ctx: &TaskContext, inode: &dyn Inode, flags: OpenFlags) -> Result<Arc<dyn File>> {
    let pipe = pipe_of(inode);
    let (reads, writes) = (flags.readable(), flags.writable());
    let has_name = !nameless::made(inode.id());
    let wait = has_name && !flags.contains(OpenFlags::NONBLOCK);
    if has_name && writes && !reads && !wait && pipe.readers.load(Ordering::Acquire) == 0 {
        return Err(Errno::ENXIO);
    }
    // Who opens and closes the other end meanwhile counts: so it is the openings that are watched.
    let (readers, writers) = (pipe.reader_opens.load(Ordering::Acquire), pipe.writer_opens.load(Ordering::Acquire));
    let end = Arc::new(End::new(&pipe, reads, writes));
    if wait && reads && !writes {
        wait_for(ctx, &pipe, &pipe.writers, &pipe.writer_opens, writers)?;
    }
    if wait && writes && !reads {
        wait_for(ctx, &pipe, &pipe.readers, &pipe.reader_opens, readers)?;
    }
    Ok(end)
}

/// The pipe that belongs to an inode, made if nobody has it open.
fn pipe_of(inode: &dyn Inode) -> Arc<Pipe> {
    let fresh = Pipe::new();
    let mut known = inode.state().pipe.lock();
    if let Some(pipe) = known.upgrade() {
        return pipe;
    }
    *known = Arc::downgrade(&fresh);
    fresh
}

fn wait_for(ctx: &TaskContext, pipe: &Pipe, open: &AtomicUsize, openings: &AtomicUsize, before: usize) -> Result<()> {
    let patience = Patience { interruptible: true, deadline: None };
    let came = || open.load(Ordering::Acquire) > 0 || openings.load(Ordering::Acquire) != before;
    pipe.changed.wait(ctx, patience, || came().then_some(()))
}
