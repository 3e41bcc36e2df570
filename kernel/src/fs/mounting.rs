//! What mount(2) and umount(2) do for programs: new mounts, binds, remounts, moves, and taking them away.

use super::dentry::Dentry;
use super::dev;
use super::file_system::Volume;
use super::mount::{self, MOUNTS, Mount, MountFlags, Path};
use super::proc;
use super::sys;
use super::tmpfs::{Options, Tmpfs};
use crate::log::info;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};
use logic::rate_limit::RateLimit;
use machine::clock;
use machine::lock::SpinLock;
use spin::Once;

/// The types that can be mounted; none of them lies on a device.
pub const TYPES: [&str; 6] = ["sysfs", "tmpfs", "ramfs", "proc", "devtmpfs", "devpts"];

/// The file system of pseudo-terminals, which a layer above has.
static DEVPTS: Once<fn() -> Arc<Volume>> = Once::new();

/// Limits the lines about types that are not there.
static UNKNOWN_TYPES: SpinLock<RateLimit> = SpinLock::new("lines about mount", RateLimit::new(10, 5_000_000_000));

/// Longest name of a type that is logged whole.
const NAME_SHOWN: usize = 32;

/// Says which file system the type devpts is.
pub fn provide_devpts(volume: fn() -> Arc<Volume>) {
    DEVPTS.call_once(|| volume);
}

/// Mounts a file system of a type on a place: `ENODEV` for a type that there is not, `EINVAL` for options that it does not know.
pub fn mount_new(on: &Path, type_name: &[u8], options: &[u8], flags: MountFlags, source: &str) -> Result<()> {
    let no_options = || if options.is_empty() { Ok(()) } else { Err(Errno::EINVAL) };
    let volume = match type_name {
        b"tmpfs" => Volume::new(Tmpfs::with_options("tmpfs", &Options::parse(options)?)),
        b"ramfs" => Volume::new(Tmpfs::with_options("ramfs", &Options::parse(options)?)),
        b"sysfs" => {
            no_options()?;
            sys::volume()
        }
        b"proc" => {
            no_options()?;
            proc::volume()
        }
        b"devtmpfs" => {
            no_options()?;
            dev::volume().ok_or(Errno::ENODEV)?
        }
        b"devpts" => {
            no_options()?;
            DEVPTS.get().ok_or(Errno::ENODEV)?()
        }
        _ => {
            explain(type_name);
            return Err(Errno::ENODEV);
        }
    };
    let covered = on.clone().covered();
    if covered.is_mount_root() && Arc::ptr_eq(&covered.mount.volume, &volume) {
        return Err(Errno::EBUSY);
    }
    mount::mount(&covered, volume, None, flags, source)
}

/// Logs the reason for a type that cannot be mounted, since `ENODEV` reads as if the disk were missing.
fn explain(type_name: &[u8]) {
    let may_write = UNKNOWN_TYPES.lock().pass(clock::now().0).is_some();
    if may_write {
        let name = type_name.get(..NAME_SHOWN).unwrap_or(type_name).escape_ascii();
        info!("there is no file system type {name}; see /proc/filesystems (none of them lies on a disk)");
    }
}

/// Shows a place at another too; with `all`, what is mounted below it comes along.
pub fn bind(from: &Path, on: &Path, all: bool) -> Result<()> {
    from.check_attached()?;
    let copy = bind_one(from, &on.clone().covered())?;
    if !all {
        return Ok(());
    }
    // Each mount that is copied, and its copy.
    let mut copies = Vec::new();
    copies.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    copies.push((from.mount.clone(), copy));
    for mount in all_mounts()? {
        let Some(place) = mount.on() else { continue };
        let below = !Arc::ptr_eq(&place.mount, &from.mount) || lies_in(&from.dentry, &place.dentry);
        let copy_below = copies.iter().find(|(old, _)| Arc::ptr_eq(old, &place.mount)).map(|(_, copy)| copy.clone());
        if let (Some(copy), true) = (copy_below, below && !copies.iter().any(|(_, copy)| Arc::ptr_eq(copy, &mount))) {
            let top = Path { dentry: mount.root.clone(), mount: mount.clone() };
            let copied = bind_one(&top, &Path { mount: copy, dentry: place.dentry })?;
            copies.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
            copies.push((mount, copied));
        }
    }
    Ok(())
}

/// Changes what a mount forbids, and with `system` also its file system, wherever else that is shown. `place` is the mount's root.
pub fn remount(place: &Path, flags: MountFlags, system: bool, options: &[u8]) -> Result<()> {
    place.check_attached()?;
    if !place.is_mount_root() {
        return Err(Errno::EINVAL);
    }
    let volume = &place.mount.volume;
    if system {
        volume.system.remount(options)?;
        volume.set_read_only(flags.contains(MountFlags::READ_ONLY))?;
    }
    place.mount.set_flags(flags);
    Ok(())
}

/// Moves a mount, by its root, to another place.
pub fn move_mount(from: &Path, on: &Path) -> Result<()> {
    from.check_attached()?;
    on.check_attached()?;
    let mount = &from.mount;
    let Some(old) = mount.on().filter(|_| from.is_mount_root()) else { return Err(Errno::EINVAL) };
    let on = on.clone().covered();
    if on.dentry.kind().is_directory() != mount.root.kind().is_directory() {
        return Err(Errno::EINVAL);
    }
    on.check_lasting()?;
    let mut above = Some(on.clone());
    while let Some(place) = above {
        if Arc::ptr_eq(&place.mount, mount) {
            return Err(Errno::ELOOP);
        }
        above = place.mount.on();
    }
    put_on(mount, &old, on);
    Ok(())
}

/// Makes a mount below `root`, by its top, the top of everything that is seen from there, and puts the old one on a place in it:
/// pivot_root(2). Who has a directory open stays where he is.
pub fn pivot(root: &Path, new: &Path, old: &Path) -> Result<()> {
    new.check_attached()?;
    let old = old.clone().covered();
    old.check_lasting()?;
    if new.dentry.is_removed() {
        return Err(Errno::ENOENT);
    }
    if Arc::ptr_eq(&new.mount, &root.mount) || Arc::ptr_eq(&old.mount, &root.mount) {
        return Err(Errno::EBUSY);
    }
    let tops = root.is_mount_root() && new.is_mount_root();
    let (Some(root_on), Some(new_on), true) = (root.mount.on(), new.mount.on(), tops) else {
        return Err(Errno::EINVAL);
    };
    if !old.lies_in(new) || !new.lies_in(root) {
        return Err(Errno::EINVAL);
    }
    put_on(&root.mount, &root_on, old);
    put_on(&new.mount, &new_on, root_on);
    Ok(())
}

/// Puts a mount that lies on one place on another.
fn put_on(mount: &Mount, old: &Path, new: Path) {
    new.dentry.mounts.fetch_add(1, Ordering::Release);
    drop(mount.set_on(Some(new)));
    old.dentry.mounts.fetch_sub(1, Ordering::Release);
}

/// Takes a mount away though it is in use, with all that is mounted below: who is in it stays there.
pub fn detach(place: &Path) -> Result<()> {
    place.check_attached()?;
    if !place.is_mount_root() || place.mount.on().is_none() {
        return Err(Errno::EINVAL);
    }
    let mut gone = Vec::new();
    gone.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    gone.push(place.mount.clone());
    // A mount comes after what it lies on in the table, unless one was moved: so look until there is nothing new.
    loop {
        let before = gone.len();
        for mount in all_mounts()? {
            let below = mount.on().is_some_and(|on| gone.iter().any(|gone| Arc::ptr_eq(gone, &on.mount)));
            if below && !gone.iter().any(|gone| Arc::ptr_eq(gone, &mount)) {
                gone.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
                gone.push(mount);
            }
        }
        if gone.len() == before {
            break;
        }
    }
    for mount in gone {
        take_away(&mount);
    }
    Ok(())
}

fn take_away(mount: &Arc<Mount>) {
    let mut mounts = MOUNTS.lock();
    let index = mounts.iter().position(|other| Arc::ptr_eq(other, mount));
    let removed = index.map(|index| mounts.remove(index));
    drop(mounts);
    if removed.is_some()
        && let Some(on) = mount.on()
    {
        on.dentry.mounts.fetch_sub(1, Ordering::Release);
    }
}

fn bind_one(from: &Path, on: &Path) -> Result<Arc<Mount>> {
    let Mount { volume, source, .. } = &*from.mount;
    mount::mount_copy(on, volume.clone(), from.dentry.clone(), from.mount.flags(), source)
}

fn all_mounts() -> Result<Vec<Arc<Mount>>> {
    let mut all = Vec::new();
    let mut failed = false;
    mount::for_each(|mount| match all.try_reserve(1) {
        Ok(()) => all.push(mount.clone()),
        Err(_) => failed = true,
    });
    if failed { Err(Errno::ENOMEM) } else { Ok(all) }
}

fn lies_in(above: &Arc<Dentry>, below: &Arc<Dentry>) -> bool {
    let mut here = Some(below.clone());
    while let Some(dentry) = here {
        if Arc::ptr_eq(&dentry, above) {
            return true;
        }
        here = dentry.parent();
    }
    false
}
