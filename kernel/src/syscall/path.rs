//! Files by name: stat(2), mkdir(2), unlink(2), readlink(2), chdir(2), and their relatives that start at a directory.

use super::arg::{Buffer, Fd, Pointer, UserPath};
use super::caller::Caller;
use super::record::record;
use crate::fs::Taken;
use crate::fs::credentials::{Credentials, Want};
use crate::fs::inode::{DeviceNumber, Kind, Metadata};
use crate::fs::lookup::{Follow, Lookup};
use crate::fs::mount::{MountFlags, Path};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

pub(super) const HERE: Fd = Fd(linux::AT_FDCWD);

/// stat(2)
pub(super) fn stat(caller: &mut Caller, path: UserPath, into: Pointer) -> Result<()> {
    newfstatat(caller, HERE, path, into, 0)
}

/// lstat(2)
pub(super) fn lstat(caller: &mut Caller, path: UserPath, into: Pointer) -> Result<()> {
    newfstatat(caller, HERE, path, into, linux::AT_SYMLINK_NOFOLLOW)
}

/// fstat(2)
pub(super) fn fstat(caller: &mut Caller, fd: Fd, into: Pointer) -> Result<()> {
    let metadata = caller.file(fd)?.inode().metadata(caller.ctx)?;
    caller.write(into.0, &encode(&metadata))
}

/// fstatat(2)
pub(super) fn newfstatat(caller: &mut Caller, directory: Fd, path: UserPath, into: Pointer, flags: u32) -> Result<()> {
    let known = linux::AT_SYMLINK_NOFOLLOW | linux::AT_EMPTY_PATH | linux::AT_NO_AUTOMOUNT;
    let place = find(caller, directory, path, flags, known)?;
    let metadata = place.dentry.inode().metadata(caller.ctx)?;
    caller.write(into.0, &encode(&metadata))
}

/// access(2)
pub(super) fn access(caller: &mut Caller, path: UserPath, mode: u32) -> Result<()> {
    faccessat2(caller, HERE, path, mode, 0)
}

/// faccessat(2), without flags
pub(super) fn faccessat(caller: &mut Caller, directory: Fd, path: UserPath, mode: u32) -> Result<()> {
    faccessat2(caller, directory, path, mode, 0)
}

/// faccessat2(2): with the real ids unless told otherwise
pub(super) fn faccessat2(caller: &mut Caller, directory: Fd, path: UserPath, mode: u32, flags: u32) -> Result<()> {
    let want = u16::try_from(mode).ok().and_then(Want::from_bits).ok_or(Errno::EINVAL)?;
    let known = linux::AT_EACCESS | linux::AT_SYMLINK_NOFOLLOW | linux::AT_EMPTY_PATH;
    let mut lookup = (*caller.lookup()?).clone();
    if flags & linux::AT_EACCESS == 0 {
        let ids = caller.process().credentials();
        let groups = lookup.credentials.groups.clone();
        lookup.credentials = Arc::new(Credentials { user: ids.user.real, group: ids.group.real, groups });
    }
    let place = find_with(caller, &lookup, directory, path, flags, known)?;
    if want.contains(Want::WRITE) && matches!(place.dentry.kind(), Kind::Regular | Kind::Directory) {
        place.check_writable()?;
    }
    let runs = want.contains(Want::EXECUTE) && place.dentry.kind() == Kind::Regular;
    if runs && place.mount.flags().contains(MountFlags::NO_RUN) {
        return Err(Errno::EACCES);
    }
    lookup.credentials.check(&**place.dentry.inode(), want)
}

/// truncate(2)
pub(super) fn truncate(caller: &mut Caller, path: UserPath, size: i64) -> Result<()> {
    let size = u64::try_from(size).map_err(|_| Errno::EINVAL)?;
    let place = find(caller, HERE, path, 0, 0)?;
    let writer = caller.file_writer()?;
    let truncated = place.truncate(caller.ctx, &caller.lookup()?.credentials, &writer, size);
    caller.written(truncated)
}

/// readlink(2)
pub(super) fn readlink(caller: &mut Caller, path: UserPath, into: Buffer) -> Result<usize> {
    readlinkat(caller, HERE, path, into)
}

/// readlinkat(2)
pub(super) fn readlinkat(caller: &mut Caller, directory: Fd, path: UserPath, into: Buffer) -> Result<usize> {
    if into.length as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    let lookup = caller.lookup()?;
    let target = match base {
        // The link itself that a descriptor stands for.
        Some(place) if path.is_empty() && place.dentry.kind() == Kind::Symlink => {
            lookup.read_link(caller.ctx, &place)?
        }
        base => lookup.readlink(caller.ctx, base.as_ref(), &path)?,
    };
    caller.sink(into)?.write(caller.ctx, &target)
}

/// getcwd(2)
pub(super) fn getcwd(caller: &mut Caller, into: Buffer) -> Result<usize> {
    let lookup = caller.lookup()?;
    let path = lookup.cwd.text(&lookup.root)?;
    if path.removed {
        return Err(Errno::ENOENT);
    }
    let outside: &[u8] = if path.unreachable { b"(unreachable)" } else { b"" };
    let length = outside.len() + path.text.len() + 1;
    if (into.length as usize) < length {
        return Err(Errno::ERANGE);
    }
    let mut sink = caller.sink(into)?;
    for piece in [outside, &path.text, b"\0"] {
        if sink.write(caller.ctx, piece)? < piece.len() {
            return Err(Errno::EFAULT);
        }
    }
    Ok(length)
}

/// chdir(2)
pub(super) fn chdir(caller: &mut Caller, path: UserPath) -> Result<()> {
    let path = caller.path(path)?;
    let place = caller.lookup()?.find(caller.ctx, None, &path, Follow::Yes)?;
    enter(caller, place)
}

/// fchdir(2)
pub(super) fn fchdir(caller: &mut Caller, fd: Fd) -> Result<()> {
    let place = caller.file(fd)?.path().clone();
    enter(caller, place)
}

/// chroot(2)
pub(super) fn chroot(caller: &mut Caller, path: UserPath) -> Result<()> {
    let place = find(caller, HERE, path, 0, 0)?;
    if !place.dentry.kind().is_directory() {
        return Err(Errno::ENOTDIR);
    }
    let credentials = &caller.lookup()?.credentials;
    credentials.check(&**place.dentry.inode(), Want::EXECUTE)?;
    if !credentials.is_root() {
        return Err(Errno::EPERM);
    }
    caller.running.belongings.viewpoint.change(|lookup| lookup.root = place);
    Ok(())
}

/// umask(2)
pub(super) fn umask(caller: &mut Caller, mask: u32) -> Result<u32> {
    Ok(u32::from(caller.running.belongings.viewpoint.set_umask(mask as u16 & 0o777)))
}

/// mkdir(2)
pub(super) fn mkdir(caller: &mut Caller, path: UserPath, mode: u16) -> Result<()> {
    mkdirat(caller, HERE, path, mode)
}

/// mkdirat(2)
pub(super) fn mkdirat(caller: &mut Caller, directory: Fd, path: UserPath, mode: u16) -> Result<()> {
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    caller.lookup()?.mkdir(caller.ctx, base.as_ref(), &path, mode & 0o1777)
}

/// mknod(2)
pub(super) fn mknod(caller: &mut Caller, path: UserPath, mode: u32, device: u32) -> Result<()> {
    mknodat(caller, HERE, path, mode, device)
}

/// mknodat(2)
pub(super) fn mknodat(caller: &mut Caller, directory: Fd, path: UserPath, mode: u32, device: u32) -> Result<()> {
    let kind = match mode & linux::S_IFMT {
        0 => Kind::Regular,
        linux::S_IFDIR => return Err(Errno::EPERM),
        linux::S_IFLNK => return Err(Errno::EINVAL),
        _ => Kind::from_mode(mode, DeviceNumber::decode(u64::from(device)))?,
    };
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    caller.lookup()?.mknod(caller.ctx, base.as_ref(), &path, kind, (mode & 0o7777) as u16)
}

/// rmdir(2)
pub(super) fn rmdir(caller: &mut Caller, path: UserPath) -> Result<()> {
    unlinkat(caller, HERE, path, linux::AT_REMOVEDIR)
}

/// unlink(2)
pub(super) fn unlink(caller: &mut Caller, path: UserPath) -> Result<()> {
    unlinkat(caller, HERE, path, 0)
}

/// unlinkat(2)
pub(super) fn unlinkat(caller: &mut Caller, directory: Fd, path: UserPath, flags: u32) -> Result<()> {
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    let lookup = caller.lookup()?;
    match flags {
        0 => lookup.unlink(caller.ctx, base.as_ref(), &path),
        linux::AT_REMOVEDIR => lookup.rmdir(caller.ctx, base.as_ref(), &path),
        _ => Err(Errno::EINVAL),
    }
}

/// link(2)
pub(super) fn link(caller: &mut Caller, old: UserPath, new: UserPath) -> Result<()> {
    linkat(caller, HERE, old, HERE, new, 0)
}

/// linkat(2)
pub(super) fn linkat(
    caller: &mut Caller,
    old_directory: Fd,
    old: UserPath,
    new_directory: Fd,
    new: UserPath,
    flags: u32,
) -> Result<()> {
    if flags & !(linux::AT_SYMLINK_FOLLOW | linux::AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let no_follow = if flags & linux::AT_SYMLINK_FOLLOW == 0 { linux::AT_SYMLINK_NOFOLLOW } else { 0 };
    if flags & linux::AT_EMPTY_PATH != 0 && !caller.lookup()?.credentials.is_root() {
        // Who has got a descriptor from somebody may not give the file a name just so.
        return Err(Errno::ENOENT);
    }
    let from = find(caller, old_directory, old, flags & linux::AT_EMPTY_PATH | no_follow, !0)?;
    let path = caller.path(new)?;
    let base = caller.base(new_directory, &path)?;
    caller.lookup()?.link(caller.ctx, &from, base.as_ref(), &path)
}

/// symlink(2)
pub(super) fn symlink(caller: &mut Caller, target: UserPath, path: UserPath) -> Result<()> {
    symlinkat(caller, target, HERE, path)
}

/// symlinkat(2)
pub(super) fn symlinkat(caller: &mut Caller, target: UserPath, directory: Fd, path: UserPath) -> Result<()> {
    let (target, path) = (caller.path(target)?, caller.path(path)?);
    let base = caller.base(directory, &path)?;
    caller.lookup()?.symlink(caller.ctx, base.as_ref(), &path, &target)
}

/// rename(2)
pub(super) fn rename(caller: &mut Caller, old: UserPath, new: UserPath) -> Result<()> {
    renameat2(caller, HERE, old, HERE, new, 0)
}

/// renameat(2)
pub(super) fn renameat(
    caller: &mut Caller,
    old_directory: Fd,
    old: UserPath,
    new_directory: Fd,
    new: UserPath,
) -> Result<()> {
    renameat2(caller, old_directory, old, new_directory, new, 0)
}

/// renameat2(2)
pub(super) fn renameat2(
    caller: &mut Caller,
    old_directory: Fd,
    old: UserPath,
    new_directory: Fd,
    new: UserPath,
    flags: u32,
) -> Result<()> {
    let taken = match flags {
        0 => Taken::Replace,
        linux::RENAME_NOREPLACE => Taken::Refuse,
        linux::RENAME_EXCHANGE => Taken::Exchange,
        _ => return Err(Errno::EINVAL),
    };
    let (old, new) = (caller.path(old)?, caller.path(new)?);
    let (from, to) = (caller.base(old_directory, &old)?, caller.base(new_directory, &new)?);
    caller.lookup()?.rename(caller.ctx, (from.as_ref(), &old), (to.as_ref(), &new), taken)
}

fn enter(caller: &Caller, place: Path) -> Result<()> {
    let inode = &**place.dentry.inode();
    if !inode.kind().is_directory() {
        return Err(Errno::ENOTDIR);
    }
    caller.lookup()?.credentials.check(inode, Want::EXECUTE)?;
    caller.running.belongings.viewpoint.change(|lookup| lookup.cwd = place);
    Ok(())
}

/// The place that a directory, a path and `AT_` flags name; `EINVAL` for flags that the call does not know.
pub(super) fn find(caller: &Caller, directory: Fd, path: UserPath, flags: u32, known: u32) -> Result<Path> {
    find_with(caller, &*caller.lookup()?, directory, path, flags, known)
}

fn find_with(caller: &Caller, lookup: &Lookup, directory: Fd, path: UserPath, flags: u32, known: u32) -> Result<Path> {
    if flags & !known != 0 {
        return Err(Errno::EINVAL);
    }
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    if path.is_empty() && flags & linux::AT_EMPTY_PATH != 0 {
        return Ok(base.unwrap_or_else(|| lookup.cwd.clone()));
    }
    let follow = if flags & linux::AT_SYMLINK_NOFOLLOW == 0 { Follow::Yes } else { Follow::No };
    lookup.find(caller.ctx, base.as_ref(), &path, follow)
}

/// `struct stat`.
fn encode(metadata: &Metadata) -> [u8; size_of::<linux::stat>()] {
    record!(linux::stat {
        st_dev: metadata.id.device.encode(),
        st_ino: metadata.id.number,
        st_nlink: u64::from(metadata.links),
        st_mode: metadata.mode(),
        st_uid: metadata.permissions.user,
        st_gid: metadata.permissions.group,
        st_rdev: metadata.kind.device().encode(),
        st_size: metadata.size as i64,
        st_blksize: i64::from(metadata.block_size),
        st_blocks: metadata.blocks as i64,
        st_atime: metadata.accessed.seconds() as u64,
        st_atime_nsec: u64::from(metadata.accessed.nanoseconds()),
        st_mtime: metadata.modified.seconds() as u64,
        st_mtime_nsec: u64::from(metadata.modified.nanoseconds()),
        st_ctime: metadata.changed.seconds() as u64,
        st_ctime_nsec: u64::from(metadata.changed.nanoseconds()),
    })
}
