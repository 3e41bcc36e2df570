//! News of files: inotify_init1(2), inotify_add_watch(2), inotify_rm_watch(2).

use super::arg::{Fd, Known, UserPath};
use super::caller::Caller;
use crate::fs::inotify::{self, Events, Watcher};
use crate::fs::{Follow, OpenFile, Want};
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

bitflags! {
    /// How one is made.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct WatcherFlags: u32 {
        const CLOSE_ON_EXEC = linux::O_CLOEXEC;
        const NONBLOCK = linux::O_NONBLOCK;
    }
}

/// inotify_init(2)
pub(super) fn inotify_init(caller: &mut Caller) -> Result<Fd> {
    inotify_init1(caller, Known(WatcherFlags::empty()))
}

/// inotify_init1(2)
pub(super) fn inotify_init1(caller: &mut Caller, flags: Known<WatcherFlags>) -> Result<Fd> {
    let watcher = inotify::open(flags.0.contains(WatcherFlags::NONBLOCK));
    caller.add_file(watcher, 0, flags.0.contains(WatcherFlags::CLOSE_ON_EXEC))
}

/// inotify_add_watch(2)
pub(super) fn inotify_add_watch(caller: &mut Caller, fd: Fd, path: UserPath, events: u32) -> Result<u64> {
    let events = Events::from_bits(events).filter(|events| events.intersects(Events::ALL)).ok_or(Errno::EINVAL)?;
    let file = caller.file(fd)?;
    let watcher = watcher_of(&file)?;
    if events.contains(Events::ADD | Events::CREATE_ONLY) {
        return Err(Errno::EINVAL);
    }
    let path = caller.path(path)?;
    let lookup = caller.lookup()?;
    let follow = if events.contains(Events::NO_FOLLOW) { Follow::No } else { Follow::Yes };
    let place = lookup.find(caller.ctx, None, &path, follow)?;
    if events.contains(Events::ONLY_DIRECTORY) && !place.dentry.kind().is_directory() {
        return Err(Errno::ENOTDIR);
    }
    let inode = place.dentry.inode();
    lookup.credentials.check(&**inode, Want::READ)?;
    watcher.add(inode, events).map(|number| number as u64)
}

/// inotify_rm_watch(2)
pub(super) fn inotify_rm_watch(caller: &mut Caller, fd: Fd, number: i32) -> Result<()> {
    watcher_of(&*caller.file(fd)?)?.remove(number)
}

fn watcher_of(file: &OpenFile) -> Result<&Watcher> {
    file.check_opened()?;
    file.file_as::<Watcher>().ok_or(Errno::EINVAL)
}
