//! Files in memory without a name in any folder: memfd_create(2).

use super::credentials::Credentials;
use super::dentry::{Dentry, Name};
use super::file_system::Volume;
use super::inode::{Kind, NewInode, Permissions};
use super::mount::{Mount, MountFlags, Path};
use super::open_file::{OpenFile, OpenFlags};
use super::tmpfs::Tmpfs;
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::Result;
use machine::lock::SpinLock;

/// Where they lie: a tmpfs that nobody can reach.
static MOUNT: SpinLock<Option<Arc<Mount>>> = SpinLock::new("memfd mount", None);

/// A new, empty file, open; /proc shows it by this name. It can be sealed if `sealable`.
pub fn create(ctx: &TaskContext, name: &[u8], owner: &Credentials, sealable: bool) -> Result<Arc<OpenFile>> {
    let mount = mount();
    let permissions = Permissions { mode: 0o777, user: owner.user, group: owner.group };
    let new = NewInode { kind: Kind::Regular, permissions, target: b"" };
    let inode = mount.volume.root.inode().create_nameless(ctx, &new)?;
    if sealable {
        let any: &dyn core::any::Any = &*inode;
        any.downcast_ref::<super::tmpfs::Node>().into_iter().for_each(|node| node.allow_seals());
    }
    inode.state().begin_write()?;
    let file = inode.clone().open(ctx, OpenFlags::READ_WRITE)?;
    let shown: Vec<u8> = [b"/memfd:", name, b" (deleted)"].concat();
    let dentry = Dentry::nameless(inode, Name::from(shown));
    Ok(OpenFile::new(file, Path { mount, dentry }, OpenFlags::READ_WRITE | OpenFlags::LARGE))
}

fn mount() -> Arc<Mount> {
    if let Some(mount) = &*MOUNT.lock() {
        return mount.clone();
    }
    let volume = Volume::new(Tmpfs::new(0o1777, None));
    let root = volume.root.clone();
    let mount = Mount::new(0, volume, root, None, MountFlags::empty(), "tmpfs");
    MOUNT.lock().get_or_insert(mount).clone()
}
