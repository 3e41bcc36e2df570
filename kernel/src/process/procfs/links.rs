//! The places that a process keeps, as links: its program, its root and working directory.

use super::Subject;
use crate::fs::inode::Target;
use crate::fs::proc::Leads;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};

/// Which place.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Cwd,
    Program,
    Root,
}

/// A link there.
pub(super) struct ToPlace {
    pub(super) subject: Subject,
    pub(super) place: Place,
}

impl Leads for ToPlace {
    fn target(&self, ctx: &TaskContext) -> Result<Target> {
        self.subject.check(ctx)?;
        Ok(Target::Place(match self.place {
            Place::Cwd => self.subject.lookup()?.cwd.clone(),
            Place::Root => self.subject.lookup()?.root.clone(),
            Place::Program => self.subject.process.program().map_err(|_| Errno::ENOENT)?.file.path().clone(),
        }))
    }
}
