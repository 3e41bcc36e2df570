//! A symbolic link of /proc, whose target may depend on who looks.

use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Permissions, Target};
use crate::task::TaskContext;
use logic::errno::Result;

/// Where a link leads for the task that looks. Any function that gives a [`Target`] is one.
pub trait Leads: Send + Sync {
    /// The target.
    fn target(&self, ctx: &TaskContext) -> Result<Target>;
}

/// The link.
pub struct Link<L> {
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
        Link { leads, state: super::state(id, permissions) }
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

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn readlink(&self, ctx: &TaskContext) -> Result<Target> {
        self.leads.target(ctx)
    }
}
