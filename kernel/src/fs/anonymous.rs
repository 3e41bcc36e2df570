//! The inodes of what has a descriptor and no name at all: eventfd(2), timerfd_create(2), epoll(7).

use super::file::File;
use super::inode::{Inode, InodeId, InodeState, Kind, Metadata, Permissions};
use super::nameless;
use super::open_file::{OpenFile, OpenFlags};
use super::time::now;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::PAGE_SIZE;
use logic::errno::Result;
use logic::time::TimeSpec;

/// Such an inode.
struct Anonymous {
    id: InodeId,
    made: TimeSpec,
    state: InodeState,
}

/// Opens such a file for reading and writing; /proc shows it as `anon_inode:` and what it is.
pub fn open(file: Arc<dyn File>, what: &str, nonblock: bool) -> Arc<OpenFile> {
    let inode = Anonymous { id: nameless::identity(), made: now(), state: InodeState::new() };
    let flags = if nonblock { OpenFlags::NONBLOCK } else { OpenFlags::empty() };
    OpenFile::new(file, nameless::called(Arc::new(inode), what), flags | OpenFlags::READ_WRITE)
}

impl Inode for Anonymous {
    fn kind(&self) -> Kind {
        Kind::Anonymous
    }

    fn id(&self) -> InodeId {
        self.id
    }

    fn permissions(&self) -> Permissions {
        Permissions { mode: 0o600, user: 0, group: 0 }
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn metadata(&self, _ctx: &TaskContext) -> Result<Metadata> {
        Ok(Metadata {
            id: self.id,
            kind: Kind::Anonymous,
            permissions: self.permissions(),
            links: 1,
            size: 0,
            blocks: 0,
            block_size: PAGE_SIZE as u32,
            accessed: self.made,
            modified: self.made,
            changed: self.made,
            created: self.made,
        })
    }
}
