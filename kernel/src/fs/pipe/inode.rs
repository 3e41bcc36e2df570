//! The inode of a pipe that has no name.

use super::Pipe;
use crate::fs::credentials::Credentials;
use crate::fs::inode::{Inode, InodeState, Kind, Permissions};
use crate::fs::nameless;
use alloc::sync::Arc;

/// The inode of a pipe without a name.
pub(super) struct PipeInode(InodeState);

impl PipeInode {
    pub(super) fn new(pipe: &Arc<Pipe>, credentials: &Credentials) -> PipeInode {
        let permissions = Permissions { mode: 0o600, user: credentials.user, group: credentials.group };
        let state = InodeState::new(nameless::identity(), permissions);
        *state.pipe.lock() = Arc::downgrade(pipe);
        PipeInode(state)
    }
}

impl Inode for PipeInode {
    fn kind(&self) -> Kind {
        Kind::Fifo
    }

    fn state(&self) -> &InodeState {
        &self.0
    }
}
