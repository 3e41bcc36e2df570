//! `mem`: a process's memory as a file, whose positions are addresses.

use super::Subject;
use crate::fs::file::File;
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Permissions};
use crate::fs::open_file::OpenFlags;
use crate::fs::proc;
use crate::memory::{AddressSpace, Sink, Source};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// How many bytes are moved at once.
const PIECE: usize = 256;

/// The inode.
pub(super) struct Contents {
    subject: Subject,
    state: InodeState,
}

/// The memory, open: that which the process had then, whatever it runs meanwhile.
struct Open(Arc<AddressSpace>);

impl Contents {
    pub(super) fn new(subject: Subject, id: InodeId, permissions: Permissions) -> Contents {
        Contents { subject, state: proc::state(id, permissions) }
    }
}

impl Inode for Contents {
    fn kind(&self) -> Kind {
        Kind::Regular
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn truncate(&self, _ctx: &TaskContext, _size: u64) -> Result<()> {
        Ok(())
    }

    fn open(self: Arc<Self>, ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        self.subject.check(ctx)?;
        Ok(Arc::new(Open(self.subject.process.space()?)))
    }
}

impl File for Open {
    /// `EIO` where nothing is mapped.
    fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut done = 0;
        while into.remaining() > 0 {
            let mut piece = [0; PIECE];
            let place = position.checked_add(done as u64).ok_or(Errno::EIO)?;
            // Pieces end where pages do, so that what can be read is.
            let length = into.remaining().min(PIECE - (place % PIECE as u64) as usize);
            let read = self.0.read(ctx, place, &mut piece[..length]).map_err(|_| Errno::EIO);
            match read.and_then(|()| into.write(ctx, &piece[..length])) {
                Ok(written) if written == length => done += written,
                Ok(written) => return Ok(done + written),
                Err(error) => return if done > 0 { Ok(done) } else { Err(error) },
            }
        }
        Ok(done)
    }

    fn write(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>) -> Result<usize> {
        let mut done = 0;
        while from.remaining() > 0 {
            let mut piece = [0; PIECE];
            let place = position.checked_add(done as u64).ok_or(Errno::EIO)?;
            let length = from.remaining().min(PIECE - (place % PIECE as u64) as usize);
            let taken = from.read(ctx, &mut piece[..length]);
            let moved = taken
                .and_then(|count| self.0.write(ctx, place, &piece[..count]).map(|()| count).map_err(|_| Errno::EIO));
            match moved {
                Ok(count) if count == length => done += count,
                Ok(count) => return Ok(done + count),
                Err(error) => return if done > 0 { Ok(done) } else { Err(error) },
            }
        }
        Ok(done)
    }
}
