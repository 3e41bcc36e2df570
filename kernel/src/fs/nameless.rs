//! Places for what is in no directory: pipes, and later sockets and the like.
//!
//! They get a dentry and a mount as everything else, so that an open file always has a path; the mount is not in the table, and
//! shows an empty directory that nobody can reach.

use super::dentry::{Dentry, Name};
use super::file_system::{Volume, nameless_device};
use super::inode::{DeviceNumber, Inode, InodeId};
use super::mount::{Mount, MountFlags, Path};
use super::tmpfs::Tmpfs;
use alloc::format;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use machine::lock::SpinLock;

static MOUNT: SpinLock<Option<Arc<Mount>>> = SpinLock::new("nameless mount", None);

/// A place for an inode; /proc shows it as `kind:[number]`.
pub(super) fn place(inode: Arc<dyn Inode>, kind: &str) -> Path {
    let name = format!("{kind}:[{}]", inode.id().number);
    called(inode, &name)
}

/// A place for an inode that /proc shows by this name.
pub(super) fn called(inode: Arc<dyn Inode>, name: &str) -> Path {
    Path { mount: mount(), dentry: Dentry::nameless(inode, Name::from(name.as_bytes())) }
}

/// An identity for an inode that is in no file system.
pub(super) fn identity() -> InodeId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    InodeId { device: device(), number: NEXT.fetch_add(1, Ordering::Relaxed) }
}

/// Whether an identity is one of these.
pub(super) fn made(id: InodeId) -> bool {
    id.device == device()
}

fn device() -> DeviceNumber {
    static DEVICE: SpinLock<Option<DeviceNumber>> = SpinLock::new("nameless device", None);
    *DEVICE.lock().get_or_insert_with(nameless_device)
}

fn mount() -> Arc<Mount> {
    if let Some(mount) = &*MOUNT.lock() {
        return mount.clone();
    }
    let volume = Volume::new(Tmpfs::new(0, Some(0)));
    let (root, flags) = (volume.root.clone(), MountFlags::NO_DEVICES | MountFlags::NO_RUN);
    let mount = Mount::new(0, volume, root, None, flags, "none");
    MOUNT.lock().get_or_insert(mount).clone()
}
