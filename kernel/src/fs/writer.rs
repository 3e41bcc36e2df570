//! Who writes to a regular file, as far as the file cares: RLIMIT_FSIZE of setrlimit(2), and set-id bits.

use super::attributes::strip_set_id;
use super::inode::Inode;
use crate::memory::Source;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};

/// Who writes.
#[derive(Clone, Copy, Debug)]
pub struct Writer {
    /// No byte may be written from here on.
    pub size_limit: u64,
    /// Writing leaves set-id bits as they are.
    pub privileged: bool,
}

impl Writer {
    /// Nothing binds the kernel itself, and nothing matters for what is no regular file.
    pub const FREE: Writer = Writer { size_limit: u64::MAX, privileged: true };

    /// Called before bytes are written at a position of a regular file: `EFBIG` if none may be, and no more than may.
    pub(super) fn begin(
        &self,
        ctx: &TaskContext,
        inode: &dyn Inode,
        position: u64,
        from: &mut Source<'_>,
    ) -> Result<()> {
        if from.remaining() == 0 {
            return Ok(());
        }
        let room = self.size_limit.saturating_sub(position);
        if room == 0 {
            return Err(Errno::EFBIG);
        }
        from.limit(usize::try_from(room).unwrap_or(usize::MAX));
        self.strip(ctx, inode)
    }

    /// Sets a regular file's size; `EFBIG` if it may not grow so far.
    pub(super) fn truncate(&self, ctx: &TaskContext, inode: &dyn Inode, size: u64) -> Result<()> {
        if size > self.size_limit && size > inode.metadata(ctx)?.size {
            return Err(Errno::EFBIG);
        }
        self.strip(ctx, inode)?;
        inode.truncate(ctx, size)
    }

    /// Takes set-id bits away where the writer is nobody special.
    pub(super) fn strip(&self, ctx: &TaskContext, inode: &dyn Inode) -> Result<()> {
        if self.privileged { Ok(()) } else { strip_set_id(ctx, inode) }
    }
}
