//! /proc: what the kernel knows, as files that are written when they are read; proc(5).
//!
//! The tree is fixed in its outlines: each layer registers its files here by path, with something that produces the text. A
//! folder may also ask somebody for names that come and go ([`Dynamic`]): the numbers of processes.

mod folder;
mod link;
mod mounts;
mod settings;
mod system;
mod text_file;

use super::file_system::{FileSystem, Statistics, Volume, nameless_device};
use super::inode::{DeviceNumber, Inode, InodeId, InodeState, Permissions};
use super::mount::{self, MountFlags, Path};
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

pub use folder::{Dynamic, Folder};
pub use link::{Leads, Link};
pub use mounts::{show_mount_info, show_mount_statistics, show_mounts};
pub use text_file::{Contents, Fixed, Text, TextFile};

/// The root folder, made when it is first needed: files may be registered before anything is mounted.
static ROOT: SpinLock<Option<Arc<Folder>>> = SpinLock::new("/proc", None);

static VOLUME: SpinLock<Option<Arc<Volume>>> = SpinLock::new("/proc as a file system", None);

/// The one file system of its kind.
struct Proc;

/// Adds a file that everybody may read, at a path without a slash in front; its folders are made.
pub fn register(path: &str, contents: impl Contents + 'static) -> Result<()> {
    add(path, Arc::new(TextFile::new(new_identity(), READ_ONLY, Arc::new(contents))))
}

/// Adds anything: a file with another mode, a link.
pub fn add(path: &str, inode: Arc<dyn Inode>) -> Result<()> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    folder_at(folder)?.add(name, inode)
}

/// Has names that are not registered in a folder looked up elsewhere.
pub fn add_dynamic(path: &str, dynamic: Arc<dyn Dynamic>) -> Result<()> {
    folder_at(path)?.set_dynamic(dynamic);
    Ok(())
}

/// A new number for a file of /proc.
pub fn new_identity() -> InodeId {
    new_identity_on(device())
}

/// A new number for a file of the same making in another file system.
pub fn new_identity_on(device: DeviceNumber) -> InodeId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    InodeId { device, number: NEXT.fetch_add(1, Ordering::Relaxed) }
}

/// A number for a file of /proc that is made anew whenever it is looked up: `number` is the caller's own choice.
pub fn chosen_identity(number: u64) -> InodeId {
    const CHOSEN: u64 = 1 << 24;
    InodeId { device: device(), number: CHOSEN + number }
}

/// The state of an inode of /proc.
pub fn state(id: InodeId, permissions: Permissions) -> InodeState {
    InodeState::new(id, permissions).in_blocks_of(1024)
}

/// What a file has that everybody may read.
pub const READ_ONLY: Permissions = Permissions { mode: 0o444, user: 0, group: 0 };

/// Mounts it on /proc, which is made if need be.
pub fn mount(ctx: &TaskContext, root: &Path) -> Result<()> {
    system::register_all()?;
    settings::register_all()?;
    let flags = MountFlags::NO_SET_ID | MountFlags::NO_DEVICES | MountFlags::NO_RUN;
    mount::mount_at(ctx, root, b"proc", volume(), flags, "proc").map(|_| ())
}

/// The one file system of its kind, in use.
pub fn volume() -> Arc<Volume> {
    let fresh = Volume::new(Arc::new(Proc));
    VOLUME.lock().get_or_insert(fresh).clone()
}

impl FileSystem for Proc {
    fn type_name(&self) -> &'static str {
        "proc"
    }

    fn root(&self) -> Arc<dyn Inode> {
        root()
    }

    fn statistics(&self) -> Statistics {
        Statistics { magic: linux::PROC_SUPER_MAGIC.into(), block_size: 4096, ..Statistics::default() }
    }
}

fn root() -> Arc<Folder> {
    ROOT.lock().get_or_insert_with(|| Arc::new(Folder::new(new_identity()))).clone()
}

fn folder_at(path: &str) -> Result<Arc<Folder>> {
    let mut folder = root();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        folder = folder.folder(name)?;
    }
    Ok(folder)
}

fn device() -> DeviceNumber {
    static DEVICE: SpinLock<Option<DeviceNumber>> = SpinLock::new("/proc's device", None);
    *DEVICE.lock().get_or_insert_with(nameless_device)
}

/// `ENOMEM` for a collection that cannot grow.
fn no_memory<T>(_: T) -> Errno {
    Errno::ENOMEM
}
