//! The inodes of what has a descriptor and no name at all: eventfd(2), timerfd_create(2), epoll(7).

use super::file::File;
use super::inode::{Inode, InodeState, Kind, Permissions};
use super::nameless;
use super::open_file::{OpenFile, OpenFlags};
use alloc::sync::Arc;

/// Such an inode.
struct Anonymous(InodeState);

/// Opens such a file for reading and writing; /proc shows it as `anon_inode:` and what it is.
pub fn open(file: Arc<dyn File>, what: &str, nonblock: bool) -> Arc<OpenFile> {
    let permissions = Permissions { mode: 0o600, user: 0, group: 0 };
    let inode = Anonymous(InodeState::new(nameless::identity(), permissions));
    let flags = if nonblock { OpenFlags::NONBLOCK } else { OpenFlags::empty() };
    OpenFile::new(file, nameless::called(Arc::new(inode), what), flags | OpenFlags::READ_WRITE)
}

impl Inode for Anonymous {
    fn kind(&self) -> Kind {
        Kind::Anonymous
    }

    fn state(&self) -> &InodeState {
        &self.0
    }
}
