//! Mounts: which file system is shown where; mount(2), path_resolution(7).
//!
//! A [`Path`] is a place as a program sees it: a dentry, and the mount through which it was reached. The table of mounts is one
//! for the whole system. A dentry that a mount lies on says so itself, so a walk asks the table only there.

use super::dentry::Dentry;
use super::file_system::Volume;
use super::inode::Inode;
use super::lookup::{Follow, Lookup};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::frame;
use machine::lock::SpinLock;

/// Of so many frames of memory there may be a mount, which takes less than one.
const FRAMES_EACH: usize = 32;

/// Every mount, in the order of mounting.
pub(super) static MOUNTS: SpinLock<Vec<Arc<Mount>>> = SpinLock::new("mounts", Vec::new());

bitflags! {
    /// How a mount restricts what it shows; the bits of mount(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct MountFlags: u32 {
        /// Nothing can be changed.
        const READ_ONLY = linux::MS_RDONLY;
        /// Set-id bits do nothing.
        const NO_SET_ID = linux::MS_NOSUID;
        /// Device nodes cannot be opened.
        const NO_DEVICES = linux::MS_NODEV;
        /// Programs cannot be run.
        const NO_RUN = linux::MS_NOEXEC;
        /// Readings are not noted.
        const NO_ACCESS_TIME = linux::MS_NOATIME;
        /// Readings of directories are not noted.
        const NO_DIRECTORY_TIME = linux::MS_NODIRATIME;
        /// Of readings only the first after a change, or in a day, is noted.
        const SELDOM_ACCESS_TIME = linux::MS_RELATIME;
    }
}

impl MountFlags {
    /// What says how readings are noted.
    pub const ACCESS_TIMES: MountFlags =
        MountFlags::NO_ACCESS_TIME.union(MountFlags::NO_DIRECTORY_TIME).union(MountFlags::SELDOM_ACCESS_TIME);
}

/// A mount was asked to expire, and nobody came by since; and: one came by, which may be he who asks again.
const EXPIRING: u8 = 1;
const WALKED_ONCE: u8 = 2;

/// A part of a file system's tree, shown at a place.
pub struct Mount {
    /// Its number in /proc/self/mountinfo.
    pub id: u32,
    /// The file system.
    pub volume: Arc<Volume>,
    /// What it shows: the file system's root, or for a bind mount any place in it.
    pub root: Arc<Dentry>,
    on: SpinLock<Option<Path>>,
    flags: AtomicU32,
    /// 0, or whether it is on its way out by `MNT_EXPIRE`.
    expiry: AtomicU8,
    /// What was mounted, as mount(8) shows it.
    pub source: Box<str>,
}

impl Mount {
    /// A mount that is not in the table yet.
    pub(super) fn new(
        id: u32,
        volume: Arc<Volume>,
        root: Arc<Dentry>,
        on: Option<Path>,
        flags: MountFlags,
        source: &str,
    ) -> Arc<Mount> {
        let (on, flags) = (SpinLock::new("mount's place", on), AtomicU32::new(flags.bits()));
        Arc::new(Mount { id, volume, root, on, flags, expiry: AtomicU8::new(0), source: Box::from(source) })
    }

    /// What it lies on; `None` for the first.
    pub fn on(&self) -> Option<Path> {
        self.on.lock().clone()
    }

    /// Says what it lies on; hands back what it lay on.
    pub(super) fn set_on(&self, on: Option<Path>) -> Option<Path> {
        core::mem::replace(&mut *self.on.lock(), on)
    }

    /// What it forbids.
    pub fn flags(&self) -> MountFlags {
        MountFlags::from_bits_retain(self.flags.load(Ordering::Relaxed))
    }

    /// Forbids other things: a remount.
    pub(super) fn set_flags(&self, flags: MountFlags) {
        self.flags.store(flags.bits(), Ordering::Relaxed);
    }

    /// Notes that somebody walked onto it.
    fn note_walk(&self) {
        let old = self.expiry.load(Ordering::Relaxed);
        if old != 0 {
            self.expiry.store(if old == EXPIRING { WALKED_ONCE } else { 0 }, Ordering::Relaxed);
        }
    }

    /// Notes that somebody has read what an inode in it holds, as its flags say.
    pub fn note_read(&self, inode: &dyn Inode) {
        let flags = self.flags();
        let unnoted = flags.contains(MountFlags::NO_ACCESS_TIME)
            || flags.contains(MountFlags::NO_DIRECTORY_TIME) && inode.kind().is_directory()
            || self.is_read_only();
        if !unnoted {
            inode.note_read(flags.contains(MountFlags::SELDOM_ACCESS_TIME));
        }
    }

    /// Whether nothing can be changed through it.
    pub fn is_read_only(&self) -> bool {
        self.flags().contains(MountFlags::READ_ONLY) || self.volume.is_read_only()
    }
}

impl Drop for Mount {
    /// Lets go of the mounts that it lies in one by one: they may be more than the stack has room for.
    fn drop(&mut self) {
        let mut next = self.set_on(None);
        while let Some(mount) = next.and_then(|on| Arc::into_inner(on.mount)) {
            next = mount.set_on(None);
        }
    }
}

/// A place that a program can name.
#[derive(Clone)]
pub struct Path {
    /// The mount through which it is seen.
    pub mount: Arc<Mount>,
    /// The place in the mount's file system.
    pub dentry: Arc<Dentry>,
}

/// Shows a file system as the root of everything; the first mount.
pub fn mount_root(volume: Arc<Volume>, source: &str) -> Result<Path> {
    let dentry = volume.root.clone();
    let mount = add(volume, dentry.clone(), None, MountFlags::SELDOM_ACCESS_TIME, source)?;
    Ok(Path { mount, dentry })
}

/// Shows `root`, a place in `volume` (`None`: its top), on a place; `ENOTDIR` if one is a directory and the other is not.
pub fn mount(on: &Path, volume: Arc<Volume>, root: Option<Arc<Dentry>>, flags: MountFlags, source: &str) -> Result<()> {
    let root = root.unwrap_or_else(|| volume.root.clone());
    mount_copy(on, volume, root, flags, source).map(|_| ())
}

/// The same; gives the mount.
pub(super) fn mount_copy(
    on: &Path,
    volume: Arc<Volume>,
    root: Arc<Dentry>,
    flags: MountFlags,
    source: &str,
) -> Result<Arc<Mount>> {
    if on.dentry.kind().is_directory() != root.kind().is_directory() {
        return Err(Errno::ENOTDIR);
    }
    on.check_lasting()?;
    let mount = add(volume, root, Some(on.clone()), flags, source)?;
    on.dentry.mounts.fetch_add(1, Ordering::Release);
    Ok(mount)
}

/// Shows a file system in a directory of the root's, which is made if need be; for the kernel's own. Gives its top.
pub fn mount_at(
    ctx: &TaskContext,
    root: &Path,
    name: &[u8],
    volume: Arc<Volume>,
    flags: MountFlags,
    source: &str,
) -> Result<Path> {
    let lookup = Lookup::new(root.clone());
    match lookup.mkdir(ctx, None, name, 0o755) {
        Ok(()) | Err(Errno::EEXIST) => {}
        Err(errno) => return Err(errno),
    }
    let flags = flags | MountFlags::SELDOM_ACCESS_TIME;
    mount(&lookup.find(ctx, None, name, Follow::Yes)?, volume, None, flags, source)?;
    lookup.find(ctx, None, name, Follow::Yes)
}

/// Takes a mount away; `path` is its root, that somebody walked to just now. `EBUSY` while something in it is open, a working
/// directory or mounted upon. To `expire` it takes two: the first is `EAGAIN`, and nobody else may have come by between them.
pub fn unmount(path: Path, expire: bool) -> Result<()> {
    if !path.is_mount_root() {
        return Err(Errno::EINVAL);
    }
    let Path { mount, dentry } = path;
    drop(dentry);
    let Some(on) = mount.on() else { return Err(Errno::EBUSY) };
    let mut mounts = MOUNTS.lock();
    let index = mounts.iter().position(|other| Arc::ptr_eq(other, &mount)).ok_or(Errno::EINVAL)?;
    // One count is the table's, one is ours; any other is somebody's path.
    if Arc::strong_count(&mount) > 2 {
        return Err(Errno::EBUSY);
    }
    if expire && mount.expiry.swap(EXPIRING, Ordering::Relaxed) != WALKED_ONCE {
        return Err(Errno::EAGAIN);
    }
    let removed = mounts.remove(index);
    drop(mounts);
    on.dentry.mounts.fetch_sub(1, Ordering::Release);
    drop(removed);
    Ok(())
}

/// Shows every mount in its order, for /proc/mounts and sync(2); the table is not locked meanwhile.
pub fn for_each(mut show: impl FnMut(&Arc<Mount>)) {
    let mut index = 0;
    while let Some(mount) = nth(index) {
        show(&mount);
        index += 1;
    }
}

fn nth(index: usize) -> Option<Arc<Mount>> {
    MOUNTS.lock().get(index).cloned()
}

fn is_among(mounts: &[Arc<Mount>], mount: &Arc<Mount>) -> bool {
    mounts.iter().any(|other| Arc::ptr_eq(other, mount))
}

pub(super) fn add(
    volume: Arc<Volume>,
    root: Arc<Dentry>,
    on: Option<Path>,
    flags: MountFlags,
    source: &str,
) -> Result<Arc<Mount>> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let below = on.as_ref().map(|on| on.mount.clone());
    let mount = Mount::new(id, volume, root, on, flags, source);
    let mut mounts = MOUNTS.lock();
    if below.is_some_and(|below| !is_among(&mounts, &below)) {
        return Err(Errno::EINVAL);
    }
    if mounts.len() >= frame::total_frames() / FRAMES_EACH {
        return Err(Errno::ENOSPC);
    }
    mounts.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    mounts.push(mount.clone());
    Ok(mount)
}

impl Path {
    /// `EINVAL` in a mount that was detached.
    pub(super) fn check_attached(&self) -> Result<()> {
        if is_among(&MOUNTS.lock(), &self.mount) { Ok(()) } else { Err(Errno::EINVAL) }
    }

    /// `ENOENT` where nothing can be mounted: its name was taken away, or comes and goes by itself (below /proc/PID).
    pub(super) fn check_lasting(&self) -> Result<()> {
        if self.dentry.is_removed() || !self.dentry.is_lasting() { Err(Errno::ENOENT) } else { Ok(()) }
    }

    /// Whether both are the same place, seen through the same mount.
    pub fn is(&self, other: &Path) -> bool {
        Arc::ptr_eq(&self.dentry, &other.dentry) && Arc::ptr_eq(&self.mount, &other.mount)
    }

    /// Whether it is the top of what its mount shows.
    pub fn is_mount_root(&self) -> bool {
        Arc::ptr_eq(&self.dentry, &self.mount.root)
    }

    /// `EROFS` where nothing can be changed.
    pub fn check_writable(&self) -> Result<()> {
        if self.mount.is_read_only() { Err(Errno::EROFS) } else { Ok(()) }
    }

    /// The top of whatever is mounted here, and upon that; itself if nothing is.
    pub fn covered(mut self) -> Path {
        while self.dentry.is_mount_point() {
            let Some(mount) = mounted_on(&self) else { break };
            mount.note_walk();
            let dentry = mount.root.clone();
            self = Path { mount, dentry };
        }
        self
    }

    /// The top of everything that it lies in.
    pub fn system_root(&self) -> Path {
        let mut mount = self.mount.clone();
        while let Some(on) = mount.on() {
            mount = on.mount;
        }
        let dentry = mount.root.clone();
        Path { mount, dentry }
    }

    /// Whether it is `above`, or lies below it, seen through the mounts.
    pub(super) fn lies_in(&self, above: &Path) -> bool {
        let mut here = self.clone();
        loop {
            if here.is(above) {
                return true;
            }
            here = match (here.is_mount_root(), here.mount.on(), here.dentry.parent()) {
                (true, Some(on), _) => on,
                (false, _, Some(dentry)) => Path { mount: here.mount, dentry },
                _ => return false,
            };
        }
    }

    /// The directory above, out of mounts if need be; at `top` or the top of everything what is mounted there, which is itself mostly.
    pub fn parent(&self, top: Option<&Path>) -> Path {
        let mut here = self.clone();
        while !top.is_some_and(|top| here.is(top)) && here.is_mount_root() {
            let Some(on) = here.mount.on() else { return here.covered() };
            here = on;
        }
        if top.is_some_and(|top| here.is(top)) {
            return here.covered();
        }
        let dentry = here.dentry.parent().unwrap_or_else(|| here.dentry.clone());
        Path { mount: here.mount, dentry }.covered()
    }
}

fn mounted_on(path: &Path) -> Option<Arc<Mount>> {
    let mounts = MOUNTS.lock();
    mounts.iter().rev().find(|mount| mount.on.lock().as_ref().is_some_and(|on| on.is(path))).cloned()
}
