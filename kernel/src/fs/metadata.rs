//! What is told of a file: its identity, kind, owner, size and times; stat(2).

use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

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
    /// What has a descriptor and nothing else: epoll(7), eventfd(2).
    Anonymous,
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
            Kind::Anonymous => 0,
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
