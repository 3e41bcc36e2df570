//! More about files and file systems: statx(2), statfs(2).

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::path::{HERE, find};
use super::record::{Bytes, record};
use crate::fs::inode::DeviceNumber;
use crate::fs::mount::{self, Mount, MountFlags, Path};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::path::NAME_MAX;
use logic::time::TimeSpec;

/// The flags of a mount are told: a bit of `f_flags` that no mount(2) has.
const FLAGS_VALID: u32 = 0x20;

/// Readings are noted now and then: likewise.
const RELATIVE_TIMES: u32 = 0x1000;

/// statx(2)
pub(super) fn statx(
    caller: &mut Caller,
    directory: Fd,
    path: UserPath,
    flags: u32,
    mask: u32,
    into: Pointer,
) -> Result<()> {
    let known = linux::AT_SYMLINK_NOFOLLOW | linux::AT_EMPTY_PATH | linux::AT_NO_AUTOMOUNT | linux::AT_STATX_SYNC_TYPE;
    let sync = flags & linux::AT_STATX_SYNC_TYPE;
    if mask & linux::STATX__RESERVED != 0 || sync == linux::AT_STATX_SYNC_TYPE {
        return Err(Errno::EINVAL);
    }
    let place = find(caller, directory, path, flags, known)?;
    let bytes = encode(caller, &place)?;
    caller.write(into.0, &bytes)
}

fn encode(caller: &Caller, place: &Path) -> Result<[u8; size_of::<linux::statx>()]> {
    let metadata = place.dentry.inode().metadata(caller.ctx)?;
    let root = if place.is_mount_root() { linux::STATX_ATTR_MOUNT_ROOT } else { 0 };
    let DeviceNumber { major, minor } = metadata.kind.device();
    let mut bytes = record!(linux::statx {
        stx_mask: linux::STATX_BASIC_STATS | linux::STATX_BTIME | linux::STATX_MNT_ID,
        stx_blksize: metadata.block_size,
        stx_attributes: u64::from(root),
        stx_nlink: metadata.links,
        stx_uid: metadata.permissions.user,
        stx_gid: metadata.permissions.group,
        stx_mode: metadata.mode() as u16,
        stx_ino: metadata.id.number,
        stx_size: metadata.size,
        stx_blocks: metadata.blocks,
        stx_attributes_mask: u64::from(linux::STATX_ATTR_MOUNT_ROOT),
        stx_rdev_major: major,
        stx_rdev_minor: minor,
        stx_dev_major: metadata.id.device.major,
        stx_dev_minor: metadata.id.device.minor,
        stx_mnt_id: u64::from(place.mount.id),
    });
    let mut put = |offset: usize, time: TimeSpec| {
        time.seconds().copy_to(&mut bytes[offset..]);
        time.nanoseconds().copy_to(&mut bytes[offset + 8..]);
    };
    put(core::mem::offset_of!(linux::statx, stx_atime), metadata.accessed);
    put(core::mem::offset_of!(linux::statx, stx_btime), metadata.created);
    put(core::mem::offset_of!(linux::statx, stx_ctime), metadata.changed);
    put(core::mem::offset_of!(linux::statx, stx_mtime), metadata.modified);
    Ok(bytes)
}

/// statfs(2)
pub(super) fn statfs(caller: &mut Caller, path: UserPath, into: Pointer) -> Result<()> {
    let place = find(caller, HERE, path, 0, 0)?;
    tell(caller, &place.mount, into)
}

/// fstatfs(2)
pub(super) fn fstatfs(caller: &mut Caller, fd: Fd, into: Pointer) -> Result<()> {
    let file = caller.file(fd)?;
    tell(caller, &file.path().mount, into)
}

/// ustat(2)
pub(super) fn ustat(caller: &mut Caller, device: u32, into: Pointer) -> Result<()> {
    /// `struct ustat`: free blocks, free inodes, and two names that are always empty.
    const SIZE: usize = 32;
    let wanted = DeviceNumber::decode(u64::from(device));
    let mut found = None;
    mount::for_each(|mount| {
        if mount.volume.root.inode().id().device == wanted {
            found = Some(mount.volume.system.statistics());
        }
    });
    let statistics = found.ok_or(Errno::EINVAL)?;
    let mut bytes = [0; SIZE];
    bytes[..4].copy_from_slice(&(statistics.free as u32).to_le_bytes());
    bytes[8..16].copy_from_slice(&statistics.free_inodes.to_le_bytes());
    caller.write(into.0, &bytes)
}

fn tell(caller: &Caller, mount: &Mount, into: Pointer) -> Result<()> {
    let statistics = mount.volume.system.statistics();
    let read_only = if mount.is_read_only() { MountFlags::READ_ONLY } else { MountFlags::empty() };
    let (limits, seldom) = (mount.flags() | read_only, MountFlags::SELDOM_ACCESS_TIME);
    let times = if limits.contains(seldom) { RELATIVE_TIMES } else { 0 };
    let flags = (limits - seldom).bits() | FLAGS_VALID | times;
    let bytes = record!(linux::statfs {
        f_type: statistics.magic as i64,
        f_bsize: statistics.block_size as i64,
        f_blocks: statistics.blocks as i64,
        f_bfree: statistics.free as i64,
        f_bavail: statistics.free as i64,
        f_files: statistics.inodes as i64,
        f_ffree: statistics.free_inodes as i64,
        f_namelen: NAME_MAX as i64,
        f_frsize: statistics.block_size as i64,
        f_flags: i64::from(flags),
    });
    caller.write(into.0, &bytes)
}
