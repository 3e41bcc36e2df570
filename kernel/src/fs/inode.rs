//! What a file system's files can do: inode(7).
//!
//! A file system implements [`Inode`]; `dentry`, `lookup` and `open_file` call it. They promise a directory that the calls which
//! change it come one at a time (under its dentry's `children` lock), and that names are neither empty, `.`, `..`, longer than
//! `NAME_MAX` nor contain `/` or NUL. They check permissions; an inode does not.

use super::{file::File, mount::Path, open_file::OpenFlags, pipe::Pipe};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use core::any::Any;
use core::sync::atomic::{AtomicI32, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::lock::SpinLock;

/// A file, a directory, a link, a device node: whatever has a number in a file system.
///
/// Every method may sleep unless it says otherwise. The defaults are the answers of a file that cannot do the thing.
pub trait Inode: Any + Send + Sync {
    /// What kind of file it is; never changes, never sleeps.
    fn kind(&self) -> Kind;

    /// Which inode it is; never changes, never sleeps.
    fn id(&self) -> InodeId;

    /// Who may do what with it; never sleeps, for it is asked at every step of a path.
    fn permissions(&self) -> Permissions;

    /// What the kernel keeps beside every inode; see [`InodeState`].
    fn state(&self) -> &InodeState;

    /// All that stat(2) tells.
    fn metadata(&self, ctx: &TaskContext) -> Result<Metadata>;

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

    /// Where a symbolic link leads.
    fn readlink(&self, _ctx: &TaskContext) -> Result<Target> {
        Err(Errno::EINVAL)
    }

    /// The inode of a name in this directory, or `ENOENT`.
    fn lookup(&self, _ctx: &TaskContext, _name: &[u8]) -> Result<Arc<dyn Inode>> {
        Err(Errno::ENOTDIR)
    }

    /// Whether names found here stay what they are until they are changed through this kernel; false for directories whose
    /// content comes and goes by itself, such as /proc.
    fn keeps_names(&self) -> bool {
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

/// An inode among all that the system has: `st_dev` and `st_ino`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct InodeId {
    /// The file system's number.
    pub device: DeviceNumber,
    /// The inode's number in it.
    pub number: u64,
}

/// A device's number: major and minor, makedev(3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct DeviceNumber {
    /// The driver.
    pub major: u32,
    /// The device among the driver's.
    pub minor: u32,
}

impl DeviceNumber {
    /// A number of these parts.
    pub const fn new(major: u32, minor: u32) -> DeviceNumber {
        DeviceNumber { major, minor }
    }

    /// As programs see it in `st_dev` and `st_rdev`.
    pub const fn encode(self) -> u64 {
        let (major, minor) = (self.major as u64, self.minor as u64);
        (minor & 0xff) | (major & 0xfff) << 8 | (minor & !0xff) << 12 | (major & !0xfff) << 32
    }

    /// From what a program hands to mknod(2).
    pub const fn decode(number: u64) -> DeviceNumber {
        let major = (number >> 8 & 0xfff) | (number >> 32 & 0xffff_f000);
        let minor = (number & 0xff) | (number >> 12 & 0xffff_ff00);
        DeviceNumber { major: major as u32, minor: minor as u32 }
    }
}

/// The kinds of files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Bytes.
    Regular,
    /// Names.
    Directory,
    /// A path to follow.
    Symlink,
    /// A device that is a stream.
    CharacterDevice(DeviceNumber),
    /// A device with sectors.
    BlockDevice(DeviceNumber),
    /// A pipe with a name.
    Fifo,
    /// A name for unix(7) sockets.
    Socket,
}

impl Kind {
    /// The kind's part of `st_mode`.
    pub const fn bits(self) -> u32 {
        match self {
            Kind::Regular => linux::S_IFREG,
            Kind::Directory => linux::S_IFDIR,
            Kind::Symlink => linux::S_IFLNK,
            Kind::CharacterDevice(_) => linux::S_IFCHR,
            Kind::BlockDevice(_) => linux::S_IFBLK,
            Kind::Fifo => linux::S_IFIFO,
            Kind::Socket => linux::S_IFSOCK,
        }
    }

    /// `d_type` of getdents64(2).
    pub const fn directory_type(self) -> u8 {
        (self.bits() >> 12) as u8
    }

    /// The kind that the type bits of a mode tell, with a device's number, or `EINVAL`.
    pub const fn from_mode(mode: u32, device: DeviceNumber) -> Result<Kind> {
        Ok(match mode & linux::S_IFMT {
            linux::S_IFREG => Kind::Regular,
            linux::S_IFDIR => Kind::Directory,
            linux::S_IFLNK => Kind::Symlink,
            linux::S_IFCHR => Kind::CharacterDevice(device),
            linux::S_IFBLK => Kind::BlockDevice(device),
            linux::S_IFIFO => Kind::Fifo,
            linux::S_IFSOCK => Kind::Socket,
            _ => return Err(Errno::EINVAL),
        })
    }

    /// A device node's number.
    pub const fn device(self) -> DeviceNumber {
        match self {
            Kind::CharacterDevice(number) | Kind::BlockDevice(number) => number,
            _ => DeviceNumber::new(0, 0),
        }
    }

    /// Whether it is a directory.
    pub const fn is_directory(self) -> bool {
        matches!(self, Kind::Directory)
    }
}

/// Who may do what with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permissions {
    /// The lower twelve bits of `st_mode`: set-id, sticky, read, write and execute.
    pub mode: u16,
    /// The owner.
    pub user: u32,
    /// The owning group.
    pub group: u32,
}

/// What stat(2) and statx(2) tell.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    /// Which inode.
    pub id: InodeId,
    /// What kind.
    pub kind: Kind,
    /// Who may.
    pub permissions: Permissions,
    /// How many names it has.
    pub links: u32,
    /// Its size in bytes; a symbolic link's: the length of its path.
    pub size: u64,
    /// What it occupies, in units of 512 bytes.
    pub blocks: u64,
    /// The size that is good to read and write in.
    pub block_size: u32,
    /// When it was last read.
    pub accessed: TimeSpec,
    /// When its content last changed.
    pub modified: TimeSpec,
    /// When any of this last changed.
    pub changed: TimeSpec,
    /// When it was made.
    pub created: TimeSpec,
}

impl Metadata {
    /// `st_mode`: kind and permissions in one.
    pub const fn mode(&self) -> u32 {
        self.kind.bits() | self.permissions.mode as u32
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

/// What the kernel keeps beside every inode, whichever file system it belongs to.
pub struct InodeState {
    /// Above zero: how many open files may write it. Below: how many programs run from it.
    writers: AtomicI32,
    /// What goes through a FIFO while somebody has it open.
    pub(super) pipe: SpinLock<Weak<Pipe>>,
}

impl InodeState {
    /// Nobody writes, nobody runs it.
    pub const fn new() -> InodeState {
        InodeState { writers: AtomicI32::new(0), pipe: SpinLock::new("inode's pipe", Weak::new()) }
    }

    /// Notes one more who may write; `ETXTBSY` while a program runs from it.
    pub fn begin_write(&self) -> Result<()> {
        self.step(|writers| (writers >= 0).then_some(writers + 1))
    }

    /// One less may write.
    pub fn end_write(&self) {
        self.writers.fetch_sub(1, Ordering::Release);
    }

    /// Notes one more program that runs from it; `ETXTBSY` while somebody may write.
    pub fn begin_run(&self) -> Result<()> {
        self.step(|writers| (writers <= 0).then_some(writers - 1))
    }

    /// One program less runs from it.
    pub fn end_run(&self) {
        self.writers.fetch_add(1, Ordering::Release);
    }

    fn step(&self, next: impl FnMut(i32) -> Option<i32>) -> Result<()> {
        let changed = self.writers.fetch_update(Ordering::Acquire, Ordering::Relaxed, next);
        changed.map(|_| ()).map_err(|_| Errno::ETXTBSY)
    }
}

impl Default for InodeState {
    fn default() -> InodeState {
        InodeState::new()
    }
}
