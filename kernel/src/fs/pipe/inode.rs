//! The inode of a pipe that has no name.

use super::Pipe;
use crate::fs::credentials::Credentials;
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Metadata, Permissions};
use crate::fs::nameless;
use crate::fs::time::now;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::PAGE_SIZE;
use logic::errno::Result;
use logic::time::TimeSpec;

/// The inode of a pipe without a name.
pub(super) struct PipeInode {
    id: InodeId,
    permissions: Permissions,
    made: TimeSpec,
    state: InodeState,
}

impl PipeInode {
    pub(super) fn new(pipe: &Arc<Pipe>, credentials: &Credentials) -> PipeInode {
        let permissions = Permissions { mode: 0o600, user: credentials.user, group: credentials.group };
        let state = InodeState::new();
        *state.pipe.lock() = Arc::downgrade(pipe);
        PipeInode { id: nameless::identity(), permissions, made: now(), state }
    }
}

impl Inode for PipeInode {
    fn kind(&self) -> Kind {
        Kind::Fifo
    }

    fn id(&self) -> InodeId {
        self.id
    }

    fn permissions(&self) -> Permissions {
        self.permissions
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn metadata(&self, _ctx: &TaskContext) -> Result<Metadata> {
        let PipeInode { id, permissions, made, .. } = *self;
        Ok(Metadata {
            id,
            kind: Kind::Fifo,
            permissions,
            links: 1,
            size: 0,
            blocks: 0,
            block_size: PAGE_SIZE as u32,
            accessed: made,
            modified: made,
            changed: made,
            created: made,
        })
    }
}
