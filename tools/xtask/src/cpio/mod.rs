//! newc archives: cpio(5)'s "new ASCII format", as Cor and Linux take for their first root.
//!
//! The writer is our own because it lays files out for the kernel: the data of every regular file of a page or more begins at
//! a multiple of 4096, so that the archive's frames can serve as the page cache. It gets there by NUL bytes behind the name
//! (they count as part of it), which every reader that takes the name as a C string overlooks.

pub mod folder;
pub mod list;
pub mod read;
pub mod write;

/// Where data of large files begins: at multiples of this.
pub const PAGE: u64 = 4096;
/// The bytes of an entry's header, before its name.
pub const HEADER: usize = 110;
/// What every entry begins with.
pub const MAGIC: &[u8; 6] = b"070701";
/// The name that ends an archive.
pub const TRAILER: &[u8] = b"TRAILER!!!";

/// The bits of a mode that tell what kind of file it is.
pub const KIND: u32 = 0o170000;
/// A folder.
pub const FOLDER: u32 = 0o040000;
/// A regular file.
pub const FILE: u32 = 0o100000;
/// A symbolic link; its data is where it points.
pub const LINK: u32 = 0o120000;

/// One entry, as the header tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The path, without a leading slash and without padding.
    pub name: Vec<u8>,
    /// Kind and permissions, as in stat(2).
    pub mode: u32,
    /// Equal numbers within an archive are hard links to one file.
    pub inode: u32,
    /// How many names the file has.
    pub links: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// When it was last changed, in seconds since 1970.
    pub time: u32,
    /// Bytes of data that follow.
    pub size: u32,
    /// For a device file: its major and minor number.
    pub device: (u32, u32),
}

impl Entry {
    /// A folder of the usual permissions.
    pub fn folder(name: &str) -> Entry {
        Entry { name: name.into(), mode: FOLDER | 0o755, links: 2, ..Entry::default() }
    }

    /// A regular file of `size` bytes.
    pub fn file(name: &str, mode: u32, size: u32) -> Entry {
        Entry { name: name.into(), mode: FILE | mode, links: 1, size, ..Entry::default() }
    }

    /// Whether it is a file of this kind ([`FOLDER`], [`FILE`], [`LINK`]).
    pub fn is(&self, kind: u32) -> bool {
        self.mode & KIND == kind
    }
}

/// `size` rounded up to a multiple of `unit`.
pub const fn round_up(size: u64, unit: u64) -> u64 {
    size.div_ceil(unit) * unit
}
