//! Opening by name: open(2), creat(2), openat(2), openat2(2).

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::path::HERE;
use crate::fs::lookup::Resolve;
use crate::fs::open_file::OpenFlags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// open(2)
pub(super) fn open(caller: &mut Caller, path: UserPath, flags: u32, mode: u16) -> Result<Fd> {
    openat(caller, HERE, path, flags, mode)
}

/// creat(2)
pub(super) fn creat(caller: &mut Caller, path: UserPath, mode: u16) -> Result<Fd> {
    openat(caller, HERE, path, linux::O_CREAT | linux::O_WRONLY | linux::O_TRUNC, mode)
}

/// openat(2)
pub(super) fn openat(caller: &mut Caller, directory: Fd, path: UserPath, flags: u32, mode: u16) -> Result<Fd> {
    let path = caller.path(path)?;
    let base = caller.base(directory, &path)?;
    // As on Linux, flags that mean nothing are ignored, and files beyond 2 GiB are always allowed.
    let flags = OpenFlags::from_bits_truncate(flags) | OpenFlags::LARGE;
    check_flags(flags)?;
    // Before a file is made for which there is no descriptor then.
    caller.files().check_room(caller.descriptor_limit())?;
    let file = caller.lookup()?.open(caller.ctx, base.as_ref(), &path, flags, mode & 0o7777)?;
    caller.add_file(file, 0, flags.contains(OpenFlags::CLOSE_ON_EXEC))
}

/// What O_TMPFILE does not go with, in itself.
fn check_flags(flags: OpenFlags) -> Result<()> {
    let nameless = flags.contains(OpenFlags::NAMELESS) && !flags.contains(OpenFlags::PATH);
    let fits = flags.contains(OpenFlags::DIRECTORY) && !flags.contains(OpenFlags::CREATE) && flags.writable();
    if nameless && !fits { Err(Errno::EINVAL) } else { Ok(()) }
}

/// openat2(2)
pub(super) fn openat2(caller: &mut Caller, directory: Fd, path: UserPath, how: Pointer, size: u64) -> Result<Fd> {
    const SIZE: u64 = size_of::<linux::open_how>() as u64;
    match size {
        0..SIZE => return Err(Errno::EINVAL),
        SIZE => {} // 24
        // A newer structure means the same as long as what is new in it is zero.
        25..=4096 => (SIZE..size).try_for_each(|offset| match caller.read(how.0.wrapping_add(offset))? {
            [0] => Ok(()),
            _ => Err(Errno::E2BIG),
        })?,
        _ => return Err(Errno::E2BIG),
    }
    let [flags, mode, resolve] = caller.words(how.0)?;
    let flags = u32::try_from(flags).ok().and_then(OpenFlags::from_bits).ok_or(Errno::EINVAL)?;
    let resolve = u32::try_from(resolve).ok().and_then(Resolve::from_bits).ok_or(Errno::EINVAL)?;
    let makes = flags.intersects(OpenFlags::CREATE | OpenFlags::NAMELESS);
    if mode & !0o7777 != 0 || mode != 0 && !makes || resolve.contains(Resolve::BENEATH | Resolve::IN_ROOT) {
        return Err(Errno::EINVAL);
    }
    let path_flags = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::NO_FOLLOW | OpenFlags::CLOSE_ON_EXEC;
    if flags.contains(OpenFlags::PATH) && !path_flags.contains(flags - OpenFlags::LARGE) {
        return Err(Errno::EINVAL);
    }
    check_flags(flags)?;
    if resolve.contains(Resolve::CACHED) && (makes || flags.contains(OpenFlags::TRUNCATE)) {
        return Err(Errno::EAGAIN);
    }
    let path = caller.path(path)?;
    let confined = resolve.intersects(Resolve::BENEATH | Resolve::IN_ROOT);
    let base = if confined { caller.base(directory, b"")? } else { caller.base(directory, &path)? };
    let mut lookup = (*caller.lookup()?).clone();
    lookup.confine(base.as_ref(), resolve);
    let file = lookup.open(caller.ctx, base.as_ref(), &path, flags | OpenFlags::LARGE, mode as u16)?;
    caller.add_file(file, 0, flags.contains(OpenFlags::CLOSE_ON_EXEC))
}
