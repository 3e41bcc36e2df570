//! The inodes of what has a descriptor and no name at all: eventfd(2), timerfd_create(2), epoll(7), socket(2).

use super::credentials::Credentials;
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
    kind: Kind,
    permissions: Permissions,
    made: TimeSpec,
    state: InodeState,
}

/// Opens such a file for reading and writing; /proc shows it as `anon_inode:` and what it is.
pub fn open(file: Arc<dyn File>, what: &str, nonblock: bool) -> Arc<OpenFile> {
    open_with(file, what, both_ways(nonblock))
}

/// Opens such a file as the flags say.
pub fn open_with(file: Arc<dyn File>, what: &str, flags: OpenFlags) -> Arc<OpenFile> {
    let inode = Anonymous::new(Kind::Anonymous, Permissions { mode: 0o600, user: 0, group: 0 });
    OpenFile::new(file, nameless::called(Arc::new(inode), what), flags)
}

/// Opens a socket, which is its maker's; /proc shows it as `socket:[NUMBER]`.
pub fn open_socket(file: Arc<dyn File>, owner: &Credentials, nonblock: bool) -> Arc<OpenFile> {
    let permissions = Permissions { mode: 0o777, user: owner.user, group: owner.group };
    let inode = Anonymous::new(Kind::Socket, permissions);
    OpenFile::new(file, nameless::place(Arc::new(inode), "socket"), both_ways(nonblock))
}

fn both_ways(nonblock: bool) -> OpenFlags {
    OpenFlags::READ_WRITE | if nonblock { OpenFlags::NONBLOCK } else { OpenFlags::empty() }
}

impl Anonymous {
    fn new(kind: Kind, permissions: Permissions) -> Anonymous {
        Anonymous { id: nameless::identity(), kind, permissions, made: now(), state: InodeState::new() }
    }
}

impl Inode for Anonymous {
    fn kind(&self) -> Kind {
        self.kind
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
        Ok(Metadata {
            id: self.id,
            kind: self.kind,
            permissions: self.permissions,
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
