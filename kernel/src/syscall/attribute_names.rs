//! Extended attributes: xattr(7). No file system here has any, as a tmpfs of Linux 6.1 has none that programs choose.

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::path::{HERE, find};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// setxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn setxattr(
    caller: &mut Caller,
    path: UserPath,
    name: Pointer,
    from: Pointer,
    size: u64,
    flags: u32,
) -> Result<()> {
    let value = check_set(caller, name, from, size, flags);
    value.and_then(|()| find(caller, HERE, path, 0, 0))?;
    Err(Errno::EOPNOTSUPP)
}

/// lsetxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn lsetxattr(
    caller: &mut Caller,
    path: UserPath,
    name: Pointer,
    from: Pointer,
    size: u64,
    flags: u32,
) -> Result<()> {
    let value = check_set(caller, name, from, size, flags);
    value.and_then(|()| find_link(caller, path))
}

/// fsetxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn fsetxattr(
    caller: &mut Caller,
    fd: Fd,
    name: Pointer,
    from: Pointer,
    size: u64,
    flags: u32,
) -> Result<()> {
    caller.file(fd)?.check_opened()?;
    check_set(caller, name, from, size, flags)?;
    Err(Errno::EOPNOTSUPP)
}

/// getxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn getxattr(caller: &mut Caller, path: UserPath, name: Pointer) -> Result<()> {
    check_name(caller, name)?;
    find(caller, HERE, path, 0, 0)?;
    Err(Errno::EOPNOTSUPP)
}

/// lgetxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn lgetxattr(caller: &mut Caller, path: UserPath, name: Pointer) -> Result<()> {
    check_name(caller, name)?;
    find_link(caller, path)
}

/// fgetxattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn fgetxattr(caller: &mut Caller, fd: Fd, name: Pointer) -> Result<()> {
    caller.file(fd)?.check_opened()?;
    check_name(caller, name)?;
    Err(Errno::EOPNOTSUPP)
}

/// listxattr(2)
pub(super) fn listxattr(caller: &mut Caller, path: UserPath) -> Result<()> {
    find(caller, HERE, path, 0, 0).map(|_| ())
}

/// llistxattr(2)
pub(super) fn llistxattr(caller: &mut Caller, path: UserPath) -> Result<()> {
    find(caller, HERE, path, linux::AT_SYMLINK_NOFOLLOW, !0).map(|_| ())
}

/// flistxattr(2)
pub(super) fn flistxattr(caller: &mut Caller, fd: Fd) -> Result<()> {
    caller.file(fd)?.check_opened()
}

/// removexattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn removexattr(caller: &mut Caller, path: UserPath, name: Pointer) -> Result<()> {
    getxattr(caller, path, name)
}

/// lremovexattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn lremovexattr(caller: &mut Caller, path: UserPath, name: Pointer) -> Result<()> {
    lgetxattr(caller, path, name)
}

/// fremovexattr(2)
/// Differs: no attribute is ever kept, not even security's and trusted ones: `EOPNOTSUPP`.
pub(super) fn fremovexattr(caller: &mut Caller, fd: Fd, name: Pointer) -> Result<()> {
    fgetxattr(caller, fd, name)
}

fn find_link(caller: &Caller, path: UserPath) -> Result<()> {
    find(caller, HERE, path, linux::AT_SYMLINK_NOFOLLOW, !0)?;
    Err(Errno::EOPNOTSUPP)
}

fn check_name(caller: &Caller, name: Pointer) -> Result<()> {
    let longest = linux::XATTR_NAME_MAX as usize + 1;
    let name = caller.space().read_text(caller.ctx, name.0, longest, Errno::ERANGE)?;
    if name.is_empty() { Err(Errno::ERANGE) } else { Ok(()) }
}

fn check_set(caller: &Caller, name: Pointer, from: Pointer, size: u64, flags: u32) -> Result<()> {
    if flags & !(linux::XATTR_CREATE | linux::XATTR_REPLACE) != 0 {
        return Err(Errno::EINVAL);
    }
    check_name(caller, name)?;
    if size > u64::from(linux::XATTR_SIZE_MAX) {
        return Err(Errno::E2BIG);
    }
    let mut piece = [0; 256];
    for start in (0..size).step_by(piece.len()) {
        let length = (size - start).min(piece.len() as u64) as usize;
        caller.space().read(caller.ctx, from.0.wrapping_add(start), &mut piece[..length])?;
    }
    Ok(())
}
