//! The folder of a process, or of one of its threads.

use super::Subject;
use super::contents::Contents as MemoryFile;
use super::descriptors::Descriptors;
use super::entries::{ENTRIES, Entry, FIRST, FOLDER, What};
use super::links::ToPlace;
use super::tasks::Tasks;
use crate::fs::inode::{Inode, InodeState, Kind, Listed, Permissions};
use crate::fs::proc::{self, Contents, Link, Text, TextFile};
use crate::process::table;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// The folder.
pub(super) struct Folder {
    subject: Subject,
    state: InodeState,
}

/// A text of it.
struct About {
    subject: Subject,
    what: What,
}

impl Folder {
    pub(super) fn new(subject: Subject) -> Folder {
        let state = proc::state(subject.id(FOLDER), subject.permissions(0o555));
        Folder { subject, state }
    }

    /// Which entries it has, by their places in the list: a thread has no threads, and a process's children are its threads'.
    fn entries(&self) -> impl Iterator<Item = (usize, &'static Entry)> {
        let left_out = if self.subject.thread.is_some() { ENTRIES.len() - 2 } else { ENTRIES.len() - 1 };
        ENTRIES.iter().enumerate().filter(move |(index, _)| *index != left_out)
    }

    /// `ENOENT` once the process has been waited for, however long somebody keeps its folder.
    fn check_there(&self) -> Result<()> {
        let there = table::find(self.subject.process.pid()).map_err(|_| Errno::ENOENT)?;
        if Arc::ptr_eq(&there, &self.subject.process) { Ok(()) } else { Err(Errno::ENOENT) }
    }
}

impl Inode for Folder {
    fn kind(&self) -> Kind {
        Kind::Directory
    }

    fn permissions(&self) -> Permissions {
        self.subject.permissions(0o555)
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn keeps_name(&self, _name: &[u8]) -> bool {
        false
    }

    fn lookup(&self, _ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        self.check_there()?;
        let index = self.entries().find(|(_, entry)| entry.name.as_bytes() == name).ok_or(Errno::ENOENT)?.0;
        Ok(inode(&self.subject, index))
    }

    fn list(&self, _ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        self.check_there()?;
        for (index, entry) in self.entries().filter(|(index, _)| *index as u64 >= cursor) {
            let number = self.subject.id(FIRST + index as u32).number;
            let next = index as u64 + 1;
            if !show(&Listed { name: entry.name.as_bytes(), number, kind: entry.what.kind(), next }) {
                break;
            }
        }
        Ok(())
    }
}

impl What {
    fn kind(self) -> Kind {
        match self {
            What::Text(_) | What::Setting(..) | What::Memory => Kind::Regular,
            What::Link(_) => Kind::Symlink,
            What::Descriptors { .. } | What::Tasks => Kind::Directory,
        }
    }
}

fn inode(subject: &Subject, index: usize) -> Arc<dyn Inode> {
    let entry = &ENTRIES[index];
    let subject = subject.clone();
    let id = subject.id(FIRST + index as u32);
    let permissions = subject.permissions(entry.mode);
    match entry.what {
        What::Link(place) => Arc::new(Link::owned(id, permissions, ToPlace { subject, place })),
        What::Descriptors { told } => Arc::new(Descriptors::new(subject, id, permissions, told)),
        What::Memory => Arc::new(MemoryFile::new(subject, id, permissions)),
        What::Tasks => Arc::new(Tasks::new(subject, id, permissions)),
        what => Arc::new(TextFile::new(id, permissions, Arc::new(About { subject, what }))),
    }
}

impl Contents for About {
    fn show(&self, ctx: &TaskContext, text: &mut Text) -> Result<()> {
        match self.what {
            What::Text(show) | What::Setting(show, _) => show(ctx, &self.subject, text),
            _ => Ok(()),
        }
    }

    fn store(&self, ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        match self.what {
            What::Setting(_, store) => store(ctx, &self.subject, bytes),
            _ => Err(Errno::EIO),
        }
    }
}
