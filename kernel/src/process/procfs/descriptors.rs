//! The open files of a process: `fd`, a link for each, and `fdinfo`, a text for each.

use super::entries::FIRST_DESCRIPTOR;
use super::{Subject, digits, number};
use crate::fs::OpenFile;
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Listed, Permissions, Target};
use crate::fs::open_file::OpenFlags;
use crate::fs::proc::{self, Contents, Leads, Link, Text, TextFile};
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::fmt::Write;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// One of the two folders.
pub(super) struct Descriptors {
    subject: Subject,
    /// Texts instead of links.
    told: bool,
    state: InodeState,
}

/// One open file, by its number.
struct One {
    subject: Subject,
    descriptor: u32,
}

impl Descriptors {
    pub(super) fn new(subject: Subject, id: InodeId, permissions: Permissions, told: bool) -> Descriptors {
        Descriptors { subject, told, state: proc::state(id, permissions) }
    }

    fn kind_of_entries(&self) -> Kind {
        if self.told { Kind::Regular } else { Kind::Symlink }
    }

    fn id_of(&self, descriptor: u32) -> InodeId {
        self.subject.id(FIRST_DESCRIPTOR + descriptor * 2 + u32::from(self.told))
    }
}

impl Inode for Descriptors {
    fn kind(&self) -> Kind {
        Kind::Directory
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn keeps_name(&self, _name: &[u8]) -> bool {
        false
    }

    fn lookup(&self, _ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        let descriptor = number(name)?;
        let one = One { subject: self.subject.clone(), descriptor };
        let file = one.file()?;
        let id = self.id_of(descriptor);
        if self.told {
            return Ok(Arc::new(TextFile::new(id, self.subject.permissions(0o400), Arc::new(one))));
        }
        let flags = file.flags();
        let bits = if flags.readable() { 0o500 } else { 0 } | if flags.writable() { 0o300 } else { 0 };
        Ok(Arc::new(Link::owned(id, self.subject.permissions(bits), one)))
    }

    fn list(&self, ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        self.subject.check(ctx)?;
        let mut from = u32::try_from(cursor).unwrap_or(u32::MAX);
        let Ok(files) = self.subject.files() else { return Ok(()) };
        while let Some((descriptor, _)) = files.next(from) {
            from = descriptor + 1;
            let number = self.id_of(descriptor).number;
            let name = digits(descriptor);
            let kind = self.kind_of_entries();
            if !show(&Listed { name: name.as_bytes(), number, kind, next: u64::from(from) }) {
                break;
            }
        }
        Ok(())
    }
}

impl One {
    fn file(&self) -> Result<Arc<OpenFile>> {
        self.subject.files()?.get(self.descriptor).map_err(|_| Errno::ENOENT)
    }
}

impl Leads for One {
    fn target(&self, ctx: &TaskContext) -> Result<Target> {
        self.subject.check(ctx)?;
        Ok(Target::Place(self.file()?.path().clone()))
    }
}

impl Contents for One {
    fn show(&self, ctx: &TaskContext, text: &mut Text) -> Result<()> {
        self.subject.check(ctx)?;
        let file = self.file()?;
        let closes = self.subject.files()?.close_on_exec(self.descriptor).unwrap_or(false);
        let flags = file.flags() | if closes { OpenFlags::CLOSE_ON_EXEC } else { OpenFlags::empty() };
        // What has no position is at 0.
        let position = file.seek(ctx, 0, linux::SEEK_CUR).unwrap_or(0);
        let (mount, inode) = (file.path().mount.id, file.inode().id().number);
        let flags = flags.bits();
        writeln!(text, "pos:\t{position}\nflags:\t0{flags:o}\nmnt_id:\t{mount}\nino:\t{inode}")
            .map_err(|_| Errno::ENOMEM)
    }
}
