//! A symbolic link of /proc, whose target may depend on who looks.

use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Metadata, Permissions, Target};
use crate::fs::time::now;
use crate::task::TaskContext;
use logic::errno::Result;

/// Where a link leads for the task that looks. Any function that gives a [`Target`] is one.
pub trait Leads: Send + Sync {
    /// The target.
    fn target(&self, ctx: &TaskContext) -> Result<Target>;
}

/// The link.
pub struct Link<L> {
    id: InodeId,
    permissions: Permissions,
    leads: L,
    state: InodeState,
}

impl<L: Leads> Link<L> {
    /// A link that leads there.
    pub fn new(id: InodeId, leads: L) -> Link<L> {
        Link::owned(id, Permissions { mode: 0o777, user: 0, group: 0 }, leads)
    }

    /// One that belongs to somebody.
    pub fn owned(id: InodeId, permissions: Permissions, leads: L) -> Link<L> {
        Link { id, permissions, leads, state: InodeState::new() }
    }
}

impl<F: Fn(&TaskContext) -> Result<Target> + Send + Sync> Leads for F {
    fn target(&self, ctx: &TaskContext) -> Result<Target> {
        self(ctx)
    }
}

impl<L: Leads + 'static> Inode for Link<L> {
    fn kind(&self) -> Kind {
        Kind::Symlink
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
        Ok(super::text_file::metadata(self, 1, now()))
    }

    fn readlink(&self, ctx: &TaskContext) -> Result<Target> {
        self.leads.target(ctx)
    }
}
