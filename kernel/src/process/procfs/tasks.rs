//! The threads of a process: a folder for each in `task`.

use super::folder::Folder;
use super::{Subject, digits, entries, number};
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Listed, Permissions};
use crate::fs::proc;
use crate::process::Pid;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// The folder of them all.
pub(super) struct Tasks {
    subject: Subject,
    state: InodeState,
}

impl Tasks {
    pub(super) fn new(subject: Subject, id: InodeId, permissions: Permissions) -> Tasks {
        Tasks { subject, state: proc::state(id, permissions) }
    }
}

impl Inode for Tasks {
    fn kind(&self) -> Kind {
        Kind::Directory
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn links(&self) -> u32 {
        2 + self.subject.threads() as u32
    }

    fn keeps_name(&self, _name: &[u8]) -> bool {
        false
    }

    fn lookup(&self, _ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        let thread = self.subject.process.thread(Pid(number(name)?)).ok_or(Errno::ENOENT)?;
        Ok(Arc::new(Folder::new(Subject { thread: Some(thread), ..self.subject.clone() })))
    }

    fn list(&self, _ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        let mut last = cursor;
        loop {
            let mut next: Option<Pid> = None;
            self.subject.process.for_each_thread(|thread| {
                let id = thread.id();
                if u64::from(id.0) > last && next.is_none_or(|next| id < next) {
                    next = Some(id);
                }
            });
            let Some(Pid(id)) = next else { return Ok(()) };
            last = u64::from(id);
            let thread = self.subject.process.thread(Pid(id));
            let number = Subject { thread, ..self.subject.clone() }.id(entries::FOLDER).number;
            if !show(&Listed { name: digits(id).as_bytes(), number, kind: Kind::Directory, next: last }) {
                return Ok(());
            }
        }
    }
}
