//! The inodes of what has a descriptor and no name at all: eventfd(2), timerfd_create(2), epoll(7), socket(2).

use super::credentials::Credentials;
use super::file::File;
use super::inode::{Inode, InodeState, Kind, Permissions};
use super::nameless;
use super::open_file::{OpenFile, OpenFlags};
use alloc::sync::Arc;

/// Such an inode.
struct Anonymous {
    kind: Kind,
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
        Anonymous { kind, state: InodeState::new(nameless::identity(), permissions) }
    }
}

impl Inode for Anonymous {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn state(&self) -> &InodeState {
        &self.state
    }
}
