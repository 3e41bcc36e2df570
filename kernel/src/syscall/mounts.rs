//! Mounting file systems: mount(2), umount(2).

use super::arg::{Pointer, UserPath};
use super::caller::Caller;
use crate::fs::lookup::Follow;
use crate::fs::mount::{self, MountFlags};
use crate::fs::mounting;
use crate::memory::Text;
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
const AS_EVER: u32 = linux::MS_RELATIME | linux::MS_SILENT | linux::MS_STRICTATIME | linux::MS_SYNCHRONOUS;

/// mount(2)
/// Differs: the file systems are tmpfs, proc, sysfs and devtmpfs; mounts do not spread to others, so only MS_PRIVATE is
/// taken of the flags about that.
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
    let limits = MountFlags::from_bits_truncate(flags);
    if flags & linux::MS_REMOUNT != 0 {
        check(flags & !linux::MS_REMOUNT & !linux::MS_BIND)?;
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
    let known = linux::MNT_FORCE | linux::MNT_DETACH | linux::UMOUNT_NOFOLLOW;
    if flags & !known != 0 {
        return Err(Errno::EINVAL);
    }
    let path = caller.path(target)?;
    let lookup = caller.lookup()?;
    let follow = if flags & linux::UMOUNT_NOFOLLOW == 0 { Follow::Yes } else { Follow::No };
    let place = lookup.find(caller.ctx, None, &path, follow)?;
    if !place.is_mount_root() {
        return Err(Errno::EINVAL);
    }
    if !lookup.credentials.is_root() {
        return Err(Errno::EPERM);
    }
    drop(lookup);
    if flags & linux::MNT_DETACH != 0 {
        mounting::detach(caller.ctx, &place)
    } else {
        mount::unmount(caller.ctx, place)
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
