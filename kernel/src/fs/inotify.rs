//! News of files and directories: inotify(7).
//!
//! What happens to a file is told by whoever makes it happen, through [`tell`]: to those who watch its inode, and with its name to those
//! who watch the directory that it is in. As long as nobody watches anything that costs one load.
//!
//! Locks: `WATCHES` says who watches an inode; a watcher's `state` has its watches and what it was told. Neither is held while the
//! other is taken.

mod watcher;

pub use watcher::{MOST_EVENTS, MOST_WATCHES, Watcher, open};

use super::dentry::Dentry;
use super::inode::{Inode, InodeId};
use crate::task::TaskContext;
use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use bitflags::bitflags;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use linux_raw_sys::general as linux;
use machine::lock::SpinLock;
use watcher::Event;

bitflags! {
    /// What happens to a file, and how it is watched: `IN_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Events: u32 {
        /// It was read.
        const ACCESS = linux::IN_ACCESS;
        /// It was written.
        const MODIFY = linux::IN_MODIFY;
        /// Its owner, mode or times were changed.
        const ATTRIBUTES = linux::IN_ATTRIB;
        /// Closed by one who could write it.
        const CLOSE_WRITE = linux::IN_CLOSE_WRITE;
        /// Closed by one who could not.
        const CLOSE_NO_WRITE = linux::IN_CLOSE_NOWRITE;
        /// Opened.
        const OPEN = linux::IN_OPEN;
        /// Moved out of the directory.
        const MOVED_FROM = linux::IN_MOVED_FROM;
        /// Moved into it.
        const MOVED_TO = linux::IN_MOVED_TO;
        /// Made in it.
        const CREATE = linux::IN_CREATE;
        /// Removed from it.
        const DELETE = linux::IN_DELETE;
        /// Itself removed.
        const DELETE_SELF = linux::IN_DELETE_SELF;
        /// Itself moved.
        const MOVE_SELF = linux::IN_MOVE_SELF;
        /// Its file system was unmounted.
        const UNMOUNT = linux::IN_UNMOUNT;
        /// Events were lost.
        const OVERFLOW = linux::IN_Q_OVERFLOW;
        /// The watch is no more.
        const IGNORED = linux::IN_IGNORED;
        /// It happened to a directory.
        const DIRECTORY = linux::IN_ISDIR;
        /// Only a directory is watched.
        const ONLY_DIRECTORY = linux::IN_ONLYDIR;
        /// A link itself is watched.
        const NO_FOLLOW = linux::IN_DONT_FOLLOW;
        /// Nothing that happens to a file whose name is gone.
        const EXCLUDE_UNLINKED = linux::IN_EXCL_UNLINK;
        /// What was watched for stays.
        const ADD = linux::IN_MASK_ADD;
        /// Only if it was not watched yet.
        const CREATE_ONLY = linux::IN_MASK_CREATE;
        /// Only the next event.
        const ONCE = linux::IN_ONESHOT;
        /// All that a program may ask for.
        const ALL = linux::IN_ALL_EVENTS;
    }
}

impl Events {
    /// How it is watched, and not for what.
    const MANNER: Events = Events::EXCLUDE_UNLINKED.union(Events::ONCE);
}

/// Who watches, by the file watched.
static WATCHES: SpinLock<BTreeMap<Key, Vec<Watch>>> = SpinLock::new("inotify's watches", BTreeMap::new());

/// How many watches there are.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A file system's device and an inode's number.
type Key = (u64, u64);

/// One file watched by one watcher.
#[derive(Clone)]
struct Watch {
    watcher: Weak<Watcher>,
    number: i32,
    wanted: Events,
    /// Keeps the inode, and with it the number, from being another's.
    _inode: Arc<dyn Inode>,
}

/// Tells that something has happened to a file, to those who watch it and those who watch its directory.
#[inline]
pub fn tell(dentry: &Dentry, events: Events) {
    if COUNT.load(Ordering::Relaxed) > 0 {
        tell_watchers(dentry, events);
    }
}

/// Tells that something has happened to a name in a directory.
#[inline]
pub fn tell_name(directory: &Dentry, name: &[u8], is_directory: bool, events: Events, cookie: u32) {
    if COUNT.load(Ordering::Relaxed) > 0 {
        let shown = if is_directory { events | Events::DIRECTORY } else { events };
        deliver(key(directory.inode().id()), shown, Some(name), cookie);
    }
}

/// Tells that something has happened to a file itself, whatever its name is.
#[inline]
pub fn tell_inode(dentry: &Dentry, events: Events) {
    if COUNT.load(Ordering::Relaxed) > 0 {
        deliver(key(dentry.inode().id()), events, None, 0);
    }
}

/// Tells that an open file was closed.
#[inline]
pub fn tell_close(dentry: &Arc<Dentry>, events: Events) {
    if COUNT.load(Ordering::Relaxed) > 0 {
        tell_watchers(dentry, events);
        // Only this open file has kept it.
        if dentry.inode().state().gone.load(Ordering::Relaxed) && Arc::strong_count(dentry) == 1 {
            tell_end(&**dentry.inode());
        }
    }
}

/// Tells that a name was taken away. If it was the last, that is the file's end, unless somebody has it open.
pub fn tell_removal(ctx: &TaskContext, dentry: &Arc<Dentry>) {
    if COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let inode = dentry.inode();
    let is_last = dentry.kind().is_directory() || inode.metadata(ctx).is_ok_and(|metadata| metadata.links == 0);
    if is_last {
        inode.state().gone.store(true, Ordering::Relaxed);
        if Arc::strong_count(dentry) == 1 {
            tell_end(&**inode);
        }
    }
}

/// Tells that a name was moved.
pub fn tell_move((from, name): (&Dentry, &[u8]), (to, new_name): (&Dentry, &[u8]), moved: &Dentry) {
    static COOKIE: AtomicU32 = AtomicU32::new(1);
    if COUNT.load(Ordering::Relaxed) == 0 {
        return;
    }
    let (cookie, is_directory) = (COOKIE.fetch_add(1, Ordering::Relaxed), moved.kind().is_directory());
    tell_name(from, name, is_directory, Events::MOVED_FROM, cookie);
    tell_name(to, new_name, is_directory, Events::MOVED_TO, cookie);
    deliver(key(moved.inode().id()), Events::MOVE_SELF, None, 0);
}

/// Tells that a file has lost its last name, and nobody has it open: its watches end.
fn tell_end(inode: &dyn Inode) {
    deliver(key(inode.id()), Events::DELETE_SELF, None, 0);
    let ended = WATCHES.lock().remove(&key(inode.id())).unwrap_or_default();
    COUNT.fetch_sub(ended.len(), Ordering::Relaxed);
    for watch in &ended {
        watch.end();
    }
}

#[cold]
fn tell_watchers(dentry: &Dentry, events: Events) {
    let is_directory = dentry.kind().is_directory();
    let shown = if is_directory { events | Events::DIRECTORY } else { events };
    let (parent, name) = dentry.parent_and_name();
    if let Some(parent) = parent {
        deliver_from(key(parent.inode().id()), shown, Some(&name), 0, dentry.is_removed());
    }
    deliver(key(dentry.inode().id()), shown, None, 0);
}

fn deliver(key: Key, events: Events, name: Option<&[u8]>, cookie: u32) {
    deliver_from(key, events, name, cookie, false);
}

fn deliver_from(key: Key, events: Events, name: Option<&[u8]>, cookie: u32, unlinked: bool) {
    let mut index = 0;
    loop {
        let watch = WATCHES.lock().get(&key).and_then(|watches| watches.get(index).cloned());
        let Some(watch) = watch else { return };
        index += 1;
        let excluded = unlinked && watch.wanted.contains(Events::EXCLUDE_UNLINKED);
        if !watch.wanted.intersects(events & Events::ALL) || excluded {
            continue;
        }
        let Some(watcher) = watch.watcher.upgrade() else { continue };
        watcher.note(Event { number: watch.number, events, cookie, name: name.map(Arc::from) });
        if watch.wanted.contains(Events::ONCE) {
            let _ = watcher.remove(watch.number);
            index -= 1;
        }
    }
}

impl Watch {
    /// Tells its watcher that it is no more.
    fn end(&self) {
        if let Some(watcher) = self.watcher.upgrade() {
            watcher.forget(self.number);
        }
    }
}

/// Takes a watch out.
fn take(key: Key, is_meant: impl Fn(&Watch) -> bool) -> Option<Watch> {
    let mut watches = WATCHES.lock();
    let all = watches.get_mut(&key)?;
    let place = all.iter().position(is_meant)?;
    let watch = all.remove(place);
    if all.is_empty() {
        watches.remove(&key);
    }
    COUNT.fetch_sub(1, Ordering::Relaxed);
    Some(watch)
}

fn key(id: InodeId) -> Key {
    (id.device.encode(), id.number)
}
