//! Mounting file systems: mount(2), umount(2).

use super::arg::{Pointer, UserPath};
use super::caller::Caller;
use crate::fs::lookup::Follow;
use crate::fs::mount::{self, MountFlags, Path};
use crate::fs::mounting;
use crate::memory::Text;
use crate::process::{self, Pid};
use alloc::string::String;
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

/// What old programs put into the upper half of the flags.
const MAGIC: u32 = 0xc0ed_0000;
const MAGIC_MASK: u32 = 0xffff_0000;

/// How mounts spread to others: here they never do.
const SPREADING: u32 = linux::MS_SHARED | linux::MS_SLAVE | linux::MS_PRIVATE | linux::MS_UNBINDABLE;

/// What has no effect since it is always so, or since there is nothing to say.
const AS_EVER: u32 = linux::MS_SILENT | linux::MS_STRICTATIME | linux::MS_SYNCHRONOUS | linux::MS_DIRSYNC;

/// mount(2)
/// Differs: the file systems are tmpfs, ramfs, proc, sysfs, devtmpfs and devpts, the last four the same wherever they
/// are mounted; mounts do not spread to others, so only MS_PRIVATE is taken of the flags about that. Nothing can be
/// mounted below /proc/PID: `ENOENT`.
pub(super) fn mount(
    caller: &mut Caller,
    source: Pointer,
    target: UserPath,
    type_name: Pointer,
    flags: u64,
    options: Pointer,
) -> Result<()> {
    let type_name = text(caller, type_name)?;
    let source = text(caller, source)?;
    let options = text(caller, options)?;
    let path = caller.path(target)?;
    let lookup = caller.lookup()?;
    let on = lookup.find(caller.ctx, None, &path, Follow::Yes)?;
    if !lookup.credentials.is_root() {
        return Err(Errno::EPERM);
    }
    let flags = flags as u32;
    let flags = if flags & MAGIC_MASK == MAGIC { flags & !MAGIC_MASK } else { flags };
    let options = options.as_deref().unwrap_or_default();
    let source_path = || {
        let source = source.as_deref().filter(|source| !source.is_empty()).ok_or(Errno::EINVAL)?;
        lookup.find(caller.ctx, None, source, Follow::Yes)
    };
    let limits = limits(flags);
    if flags & linux::MS_REMOUNT != 0 {
        check(flags & !linux::MS_REMOUNT & !linux::MS_BIND)?;
        let says_times = flags & (MountFlags::ACCESS_TIMES.bits() | linux::MS_STRICTATIME) != 0;
        let times = if says_times { limits } else { on.mount.flags() } & MountFlags::ACCESS_TIMES;
        let limits = (limits - MountFlags::ACCESS_TIMES) | times;
        mounting::remount(&on, limits, flags & linux::MS_BIND == 0, options)
    } else if flags & linux::MS_BIND != 0 {
        mounting::bind(&source_path()?, &on, flags & linux::MS_REC != 0)
    } else if flags & SPREADING != 0 {
        let private = flags & !(linux::MS_REC | linux::MS_SILENT) == linux::MS_PRIVATE;
        if private && on.is_mount_root() { Ok(()) } else { Err(Errno::EINVAL) }
    } else if flags & linux::MS_MOVE != 0 {
        mounting::move_mount(&source_path()?, &on)
    } else {
        check(flags)?;
        let type_name = type_name.as_deref().ok_or(Errno::EINVAL)?;
        let source = String::from_utf8_lossy(source.as_deref().unwrap_or(b"none")).into_owned();
        mounting::mount_new(&on, type_name, options, limits, &source)
    }
}

/// umount2(2)
pub(super) fn umount2(caller: &mut Caller, target: UserPath, flags: u32) -> Result<()> {
    let known = linux::MNT_FORCE | linux::MNT_DETACH | linux::MNT_EXPIRE | linux::UMOUNT_NOFOLLOW;
    let expire = flags & linux::MNT_EXPIRE != 0;
    if flags & !known != 0 || expire && flags & (linux::MNT_FORCE | linux::MNT_DETACH) != 0 {
        return Err(Errno::EINVAL);
    }
    let path = caller.path(target)?;
    let lookup = caller.lookup()?;
    let follow = if flags & linux::UMOUNT_NOFOLLOW == 0 { Follow::Yes } else { Follow::No };
    let place = lookup.find(caller.ctx, None, &path, follow)?;
    if !lookup.credentials.is_root() {
        return Err(Errno::EPERM);
    }
    drop(lookup);
    if flags & linux::MNT_DETACH != 0 { mounting::detach(&place) } else { mount::unmount(place, expire) }
}

/// pivot_root(2)
pub(super) fn pivot_root(caller: &mut Caller, new: UserPath, old: UserPath) -> Result<()> {
    let lookup = caller.lookup()?;
    if !lookup.credentials.is_root() {
        return Err(Errno::EPERM);
    }
    let find = |path| {
        let place = lookup.find(caller.ctx, None, &caller.path(path)?, Follow::Yes)?;
        if place.dentry.kind().is_directory() { Ok(place) } else { Err(Errno::ENOTDIR) }
    };
    let (new, old) = (find(new)?, find(old)?);
    mounting::pivot(&lookup.root, &new, &old)?;
    // Who had the old root has the new one.
    let moved = |place: &mut Path| {
        if place.is(&lookup.root) {
            *place = new.clone();
        }
    };
    let mut last = Pid(0);
    while let Some(process) = process::next_after(last) {
        last = process.pid();
        // A thread that is just ending looks for nothing any more.
        let viewpoints = process.threads().filter_map(|thread| thread.belongings().ok()).map(|own| own.viewpoint);
        viewpoints.for_each(|viewpoint| {
            viewpoint.change(|lookup| [&mut lookup.root, &mut lookup.cwd].into_iter().for_each(moved));
        });
    }
    Ok(())
}

/// sysfs(2): the types of file systems by name and by number, and how many there are
pub(super) fn sysfs(caller: &mut Caller, option: u32, argument: u64, into: Pointer) -> Result<usize> {
    let types = mounting::TYPES;
    match option {
        1 => {
            let name = caller.path(UserPath(argument))?;
            types.iter().position(|known| known.as_bytes() == &*name).ok_or(Errno::EINVAL)
        }
        2 => {
            let name = types.get(argument as usize).ok_or(Errno::EINVAL)?;
            caller.write(into.0, name.as_bytes())?;
            caller.write(into.0.wrapping_add(name.len() as u64), b"\0").map(|()| 0)
        }
        3 => Ok(types.len()),
        _ => Err(Errno::EINVAL),
    }
}

/// What a mount is to restrict. As on Linux, readings are noted seldom unless it is said otherwise.
fn limits(flags: u32) -> MountFlags {
    let limits = MountFlags::from_bits_truncate(flags);
    match () {
        () if flags & linux::MS_STRICTATIME != 0 => {
            limits - MountFlags::SELDOM_ACCESS_TIME - MountFlags::NO_ACCESS_TIME
        }
        () if limits.contains(MountFlags::NO_ACCESS_TIME) => limits - MountFlags::SELDOM_ACCESS_TIME,
        () => limits | MountFlags::SELDOM_ACCESS_TIME,
    }
}

fn check(flags: u32) -> Result<()> {
    if flags & !(MountFlags::all().bits() | AS_EVER) == 0 { Ok(()) } else { Err(Errno::EINVAL) }
}

/// A text that may be missing.
fn text(caller: &Caller, from: Pointer) -> Result<Option<Text>> {
    let read = |from| caller.space().read_text(caller.ctx, from, PAGE_SIZE, Errno::EINVAL);
    from.non_null().map(read).transpose()
}
