//! A file system in memory: tmpfs(5).
//!
//! [`Node`] is any of its files; `directory` and `regular` say what directories and regular files do. Locks: a directory's
//! `names`, then a node's `attributes`.

mod directory;
mod limits;
mod node;
pub mod options;
mod regular;
pub mod seals;

use super::file_system::{FileSystem, Statistics, nameless_device};
use super::inode::{DeviceNumber, Inode, Kind, NewInode, Permissions};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use limits::Limits;
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::Result;

pub use limits::pages;
pub use node::Node;
pub use options::Options;

/// A file system in memory.
pub struct Tmpfs {
    type_name: &'static str,
    system: Arc<System>,
    root: Arc<Node>,
}

/// What all nodes of one file system share.
struct System {
    device: DeviceNumber,
    next_number: AtomicU64,
    limits: Arc<Limits>,
}

impl Tmpfs {
    /// An empty one, whose root directory has this mode and whose files may have so many pages together (`None`: half of the memory).
    pub fn new(mode: u16, pages: Option<u64>) -> Arc<Tmpfs> {
        Tmpfs::of_type("tmpfs", mode, pages)
    }

    /// One made by mount(2) with options.
    pub fn with_options(type_name: &'static str, options: &Options) -> Arc<Tmpfs> {
        let limits = Limits::new(options.pages, options.inodes);
        let tmpfs = Tmpfs::limited(type_name, options.mode, limits);
        let mut attributes = tmpfs.root.attributes.lock();
        attributes.permissions.user = options.user;
        attributes.permissions.group = options.group;
        drop(attributes);
        tmpfs
    }

    /// One that goes by another name.
    pub fn of_type(type_name: &'static str, mode: u16, pages: Option<u64>) -> Arc<Tmpfs> {
        Tmpfs::limited(type_name, mode, Limits::new(pages, None))
    }

    fn limited(type_name: &'static str, mode: u16, limits: Limits) -> Arc<Tmpfs> {
        let limits = Arc::new(limits);
        let system = Arc::new(System { device: nameless_device(), next_number: AtomicU64::new(1), limits });
        let permissions = Permissions { mode, user: 0, group: 0 };
        system.limits.add_inode();
        let root = Node::counted(&system, &NewInode { kind: Kind::Directory, permissions, target: b"" });
        Arc::new(Tmpfs { type_name, system, root })
    }
}

impl FileSystem for Tmpfs {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn root(&self) -> Arc<dyn Inode> {
        self.root.clone()
    }

    fn remount(&self, options: &[u8]) -> Result<()> {
        let options = Options::parse(options)?;
        self.system.limits.set(options.pages, options.inodes)
    }

    fn statistics(&self) -> Statistics {
        let (blocks, free) = self.system.limits.pages();
        let (inodes, free_inodes) = self.system.limits.inodes();
        let magic = u64::from(linux::TMPFS_MAGIC);
        Statistics { magic, block_size: PAGE_SIZE as u64, blocks, free, inodes, free_inodes }
    }
}

impl System {
    fn number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }
}
