//! How a file is opened: the flags of open(2).

use super::credentials::Want;
use bitflags::bitflags;
use linux_raw_sys::general as linux;

bitflags! {
    /// The access mode (two bits that are a number: 0 read, 1 write, 2 both, 3 neither) and the flags of open(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct OpenFlags: u32 {
        /// Access mode 1.
        const WRITE = linux::O_WRONLY;
        /// Access mode 2.
        const READ_WRITE = linux::O_RDWR;
        /// Make it if it is not there.
        const CREATE = linux::O_CREAT;
        /// With `CREATE`: fail if it is there.
        const EXCLUSIVE = linux::O_EXCL;
        /// A terminal does not become the controlling one.
        const NO_CONTROL = linux::O_NOCTTY;
        /// Empty it.
        const TRUNCATE = linux::O_TRUNC;
        /// Write at the end.
        const APPEND = linux::O_APPEND;
        /// Do not wait.
        const NONBLOCK = linux::O_NONBLOCK;
        /// A write returns when its bytes are safe.
        const DATA_SYNC = linux::O_DSYNC;
        /// Signal readiness.
        const ASYNC = linux::FASYNC;
        /// Past the page cache.
        const DIRECT = linux::O_DIRECT;
        /// Sizes beyond 2 GiB; always so.
        const LARGE = linux::O_LARGEFILE;
        /// Only a directory.
        const DIRECTORY = linux::O_DIRECTORY;
        /// No symbolic link at the end.
        const NO_FOLLOW = linux::O_NOFOLLOW;
        /// Reading does not set the time of the last reading.
        const NO_ACCESS_TIME = linux::O_NOATIME;
        /// Closed when a program is started.
        const CLOSE_ON_EXEC = linux::O_CLOEXEC;
        /// With `DATA_SYNC`: a write returns when bytes and times are safe.
        const SYNC = linux::__O_SYNC;
        /// The place only.
        const PATH = linux::O_PATH;
        /// A new file without a name, in this directory.
        const NAMELESS = linux::__O_TMPFILE;
    }
}

impl OpenFlags {
    /// What `F_SETFL` can change.
    pub const CHANGEABLE: OpenFlags = OpenFlags::APPEND
        .union(OpenFlags::NONBLOCK)
        .union(OpenFlags::ASYNC)
        .union(OpenFlags::DIRECT)
        .union(OpenFlags::NO_ACCESS_TIME);

    /// What matters only while opening, or belongs to the descriptor.
    pub const FOR_OPENING: OpenFlags = OpenFlags::CREATE
        .union(OpenFlags::EXCLUSIVE)
        .union(OpenFlags::NO_CONTROL)
        .union(OpenFlags::TRUNCATE)
        .union(OpenFlags::CLOSE_ON_EXEC);

    /// Whether it may be read.
    pub fn readable(self) -> bool {
        !self.contains(OpenFlags::PATH) && matches!(self.bits() & linux::O_ACCMODE, linux::O_RDONLY | linux::O_RDWR)
    }

    /// Whether it may be written.
    pub fn writable(self) -> bool {
        !self.contains(OpenFlags::PATH) && matches!(self.bits() & linux::O_ACCMODE, linux::O_WRONLY | linux::O_RDWR)
    }

    /// Whether opening it needs the right to change it.
    pub fn changes(self) -> bool {
        self.bits() & linux::O_ACCMODE != linux::O_RDONLY || self.contains(OpenFlags::TRUNCATE)
    }

    /// The permissions that opening needs.
    pub fn wants(self) -> Want {
        let read = if self.bits() & linux::O_ACCMODE != linux::O_WRONLY { Want::READ } else { Want::empty() };
        let write = if self.changes() { Want::WRITE } else { Want::empty() };
        read | write
    }
}
