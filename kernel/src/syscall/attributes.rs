//! Owners, modes and times of files: chmod(2), chown(2), utimensat(2), and their relatives.

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::path::{HERE, find};
use crate::fs::attributes::Time;
use crate::fs::mount::Path;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

/// chmod(2)
pub(super) fn chmod(caller: &mut Caller, path: UserPath, mode: u16) -> Result<()> {
    fchmodat(caller, HERE, path, mode)
}

/// fchmodat(2), as the kernel has it: without flags
pub(super) fn fchmodat(caller: &mut Caller, directory: Fd, path: UserPath, mode: u16) -> Result<()> {
    let place = find(caller, directory, path, 0, 0)?;
    place.change_mode(caller.ctx, &caller.lookup()?.credentials, mode)
}

/// fchmod(2)
pub(super) fn fchmod(caller: &mut Caller, fd: Fd, mode: u16) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    file.path().change_mode(caller.ctx, &caller.lookup()?.credentials, mode)
}

/// chown(2)
pub(super) fn chown(caller: &mut Caller, path: UserPath, user: u32, group: u32) -> Result<()> {
    fchownat(caller, HERE, path, user, group, 0)
}

/// lchown(2)
pub(super) fn lchown(caller: &mut Caller, path: UserPath, user: u32, group: u32) -> Result<()> {
    fchownat(caller, HERE, path, user, group, linux::AT_SYMLINK_NOFOLLOW)
}

/// fchownat(2)
pub(super) fn fchownat(
    caller: &mut Caller,
    directory: Fd,
    path: UserPath,
    user: u32,
    group: u32,
    flags: u32,
) -> Result<()> {
    let place = find(caller, directory, path, flags, linux::AT_SYMLINK_NOFOLLOW | linux::AT_EMPTY_PATH)?;
    change_owner(caller, &place, user, group)
}

/// fchown(2)
pub(super) fn fchown(caller: &mut Caller, fd: Fd, user: u32, group: u32) -> Result<()> {
    let file = caller.file(fd)?;
    file.check_opened()?;
    change_owner(caller, file.path(), user, group)
}

/// utime(2)
pub(super) fn utime(caller: &mut Caller, path: UserPath, times: Pointer) -> Result<()> {
    let times = match times.non_null() {
        Some(from) => {
            let [accessed, modified] = caller.words(from)?;
            [Time::At(TimeSpec::new(accessed as i64, 0)?), Time::At(TimeSpec::new(modified as i64, 0)?)]
        }
        None => [Time::Now; 2],
    };
    change_times(caller, HERE, path, times, 0)
}

/// utimes(2)
pub(super) fn utimes(caller: &mut Caller, path: UserPath, times: Pointer) -> Result<()> {
    futimesat(caller, HERE, path, times)
}

/// futimesat(2)
pub(super) fn futimesat(caller: &mut Caller, directory: Fd, path: UserPath, times: Pointer) -> Result<()> {
    let times = match times.non_null() {
        Some(from) => {
            let [first, first_part, second, second_part] = caller.words(from)?;
            let time = |seconds: u64, part: u64| {
                let part = (part as i64).checked_mul(1000).ok_or(Errno::EINVAL)?;
                TimeSpec::new(seconds as i64, part).map(Time::At)
            };
            [time(first, first_part)?, time(second, second_part)?]
        }
        None => [Time::Now; 2],
    };
    change_times(caller, directory, path, times, 0)
}

/// utimensat(2)
pub(super) fn utimensat(caller: &mut Caller, directory: Fd, path: UserPath, times: Pointer, flags: u32) -> Result<()> {
    let times = match times.non_null() {
        Some(from) => {
            let [first, first_part, second, second_part] = caller.words(from)?;
            let time = |seconds: u64, part: u64| match part {
                part if part == u64::from(linux::UTIME_NOW) => Ok(Time::Now),
                part if part == u64::from(linux::UTIME_OMIT) => Ok(Time::Stays),
                part => TimeSpec::new(seconds as i64, part as i64).map(Time::At),
            };
            [time(first, first_part)?, time(second, second_part)?]
        }
        None => [Time::Now; 2],
    };
    if times == [Time::Stays; 2] {
        return Ok(());
    }
    change_times(caller, directory, path, times, flags)
}

/// Sets the times of what a path names, or a descriptor where there is no path.
fn change_times(caller: &Caller, directory: Fd, path: UserPath, times: [Time; 2], flags: u32) -> Result<()> {
    let credentials = &caller.lookup()?.credentials;
    if path.0 == 0 && directory != HERE {
        if flags != 0 {
            return Err(Errno::EINVAL);
        }
        let file = caller.file(directory)?;
        file.check_opened()?;
        return file.path().change_times(caller.ctx, credentials, times[0], times[1]);
    }
    let place = find(caller, directory, path, flags, linux::AT_SYMLINK_NOFOLLOW | linux::AT_EMPTY_PATH)?;
    place.change_times(caller.ctx, credentials, times[0], times[1])
}

/// -1 leaves an id as it is.
fn change_owner(caller: &Caller, place: &Path, user: u32, group: u32) -> Result<()> {
    let given = |id: u32| (id != u32::MAX).then_some(id);
    place.change_owner(caller.ctx, &caller.lookup()?.credentials, given(user), given(group))
}
