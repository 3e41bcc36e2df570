//! What a file system's files can do: inode(7).
//!
//! A file system implements [`Inode`]; `dentry`, `lookup` and `open_file` call it. They promise a directory that the calls which
//! change it come one at a time (under its dentry's `children` lock), and that names are neither empty, `.`, `..`, longer than
//! `NAME_MAX` nor contain `/` or NUL. They check permissions; an inode does not.

use super::{file::File, kept_attributes::Attributes, mount::Path, open_file::OpenFlags};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

pub use super::inode_state::InodeState;
pub use super::metadata::{DeviceNumber, InodeId, Kind, Metadata, Permissions};

/// A file, a directory, a link, a device node: whatever has a number in a file system.
///
/// Every method may sleep unless it says otherwise. The defaults are the answers of a file that cannot do the thing.
pub trait Inode: Any + Send + Sync {
    /// What kind of file it is; never changes, never sleeps.
    fn kind(&self) -> Kind;

    /// What the kernel keeps beside every inode; see [`InodeState`].
    fn state(&self) -> &InodeState;

    /// Which inode it is; never changes, never sleeps.
    fn id(&self) -> InodeId {
        self.state().id
    }

    /// Who may do what with it; never sleeps, for it is asked at every step of a path.
    fn permissions(&self) -> Permissions {
        self.state().permissions
    }

    /// How many names it has.
    fn links(&self) -> u32 {
        if self.kind().is_directory() { 2 } else { 1 }
    }

    /// All that stat(2) tells.
    fn metadata(&self, _ctx: &TaskContext) -> Result<Metadata> {
        let InodeState { made, block_size, .. } = *self.state();
        let attributes = Attributes::made_at(self.permissions(), self.links(), made);
        Ok(attributes.metadata(self.id(), self.kind(), block_size))
    }

    /// Changes what chmod(2), chown(2) and utimensat(2) change.
    fn change(&self, _ctx: &TaskContext, _change: &Change) -> Result<()> {
        Err(Errno::EPERM)
    }

    /// Sets a regular file's size: truncate(2).
    fn truncate(&self, _ctx: &TaskContext, _size: u64) -> Result<()> {
        Err(Errno::EINVAL)
    }

    /// The file as something to read and write. Called for regular files, and for the special files of file systems that make
    /// their own; device nodes and FIFOs are opened by [`Kind`] without asking.
    fn open(self: Arc<Self>, _ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        Err(Errno::ENXIO)
    }

    /// Notes that it was read just now; `seldom` if only the first time after a change, or in a day, matters. Never sleeps.
    fn note_read(&self, _seldom: bool) {}

    /// Notes that it is being written through a mapping. Never sleeps.
    fn note_write(&self) {}

    /// Where a symbolic link leads.
    fn readlink(&self, _ctx: &TaskContext) -> Result<Target> {
        Err(Errno::EINVAL)
    }

    /// The inode of a name in this directory, or `ENOENT`.
    fn lookup(&self, _ctx: &TaskContext, _name: &[u8]) -> Result<Arc<dyn Inode>> {
        Err(Errno::ENOTDIR)
    }

    /// Whether a name found here stays what it is until it is changed through this kernel; false for those that come and go by
    /// themselves, such as the numbers in /proc. Nothing can be mounted there.
    fn keeps_name(&self, _name: &[u8]) -> bool {
        true
    }

    /// Makes a new file under a name that is free: open(2) with `O_CREAT`, mkdir(2), mknod(2), symlink(2).
    fn create(&self, _ctx: &TaskContext, _name: &[u8], _new: &NewInode<'_>) -> Result<Arc<dyn Inode>> {
        Err(Errno::EPERM)
    }

    /// Makes a new regular file without a name: `O_TMPFILE`.
    fn create_nameless(&self, _ctx: &TaskContext, _new: &NewInode<'_>) -> Result<Arc<dyn Inode>> {
        Err(Errno::EOPNOTSUPP)
    }

    /// Gives an inode of the same file system, which is not a directory, one more name: link(2).
    fn link(&self, _ctx: &TaskContext, _name: &[u8], _inode: &Arc<dyn Inode>) -> Result<()> {
        Err(Errno::EPERM)
    }

    /// Takes away the name of what is not a directory.
    fn unlink(&self, _ctx: &TaskContext, _name: &[u8]) -> Result<()> {
        Err(Errno::EPERM)
    }

    /// Takes away a directory, or says `ENOTEMPTY`.
    fn rmdir(&self, _ctx: &TaskContext, _name: &[u8]) -> Result<()> {
        Err(Errno::EPERM)
    }

    /// Moves `name` to `new_name` in `into`, a directory of the same file system (perhaps this one). What has the new name already
    /// is replaced (`ENOTEMPTY` if it is a directory with content), or changes places with it if `exchange`. The caller has
    /// checked that the kinds fit and that no directory goes into itself.
    fn rename(
        &self,
        _ctx: &TaskContext,
        _name: &[u8],
        _into: &Arc<dyn Inode>,
        _new_name: &[u8],
        _exchange: bool,
    ) -> Result<()> {
        Err(Errno::EPERM)
    }

    /// Shows the directory's entries from `cursor` on (0: all; else the `next` of an entry shown before), without `.` and `..`,
    /// until `show` says that it has enough; an entry that `show` refuses by returning false counts as not shown.
    /// An entry that stays is shown once, whatever comes and goes meanwhile. `show` may sleep: no spin lock is held.
    fn list(&self, _ctx: &TaskContext, _cursor: u64, _show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        Err(Errno::ENOTDIR)
    }
}

/// What to change of an inode; `None` stays. The time of the change (`changed`) is set in any case.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// The lower twelve bits of the mode.
    pub mode: Option<u16>,
    /// The owner.
    pub user: Option<u32>,
    /// The owning group.
    pub group: Option<u32>,
    /// When it was last read.
    pub accessed: Option<TimeSpec>,
    /// When its content last changed.
    pub modified: Option<TimeSpec>,
}

/// What a new file is to be.
#[derive(Clone, Copy, Debug)]
pub struct NewInode<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Who may; the umask is already off it.
    pub permissions: Permissions,
    /// A symbolic link's path; else empty.
    pub target: &'a [u8],
}

/// Where a symbolic link leads.
pub enum Target {
    /// To this path, from the directory that the link is in.
    Path(Box<[u8]>),
    /// Right to this place, whatever its name is: the links in /proc/PID.
    Place(Path),
}

/// An entry of a directory, as [`Inode::list`] shows it.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its inode's number.
    pub number: u64,
    /// Its kind.
    pub kind: Kind,
    /// The cursor for what comes after it; not 0, and below 2^62.
    pub next: u64,
}
