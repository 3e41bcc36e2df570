//! An inotify descriptor: what it watches, and what it was told until that is read.

use super::{COUNT, Events, Key, WATCHES, Watch, key, take};
use crate::fs::anonymous;
use crate::fs::file::File;
use crate::fs::inode::Inode;
use crate::fs::open_file::OpenFile;
use crate::fs::poll::Readiness;
use crate::memory::{AddressSpace, Sink};
use crate::task::{TaskContext, WaitQueue};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::Ordering;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// How many events wait to be read at most, and how many files one may watch: fs.inotify.max_queued_events, max_user_watches.
pub const MOST_EVENTS: usize = 16384;
/// fs.inotify.max_user_watches
pub const MOST_WATCHES: usize = 8192;

/// `struct inotify_event` without a name.
const HEADER: usize = size_of::<linux::inotify_event>();

/// An open inotify descriptor.
pub struct Watcher {
    state: SpinLock<State>,
    changed: WaitQueue,
    own: Weak<Watcher>,
}

struct State {
    events: VecDeque<Event>,
    watched: BTreeMap<i32, Key>,
    last: i32,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) number: i32,
    pub(super) events: Events,
    pub(super) cookie: u32,
    pub(super) name: Option<Arc<[u8]>>,
}

/// A new one, which watches nothing.
pub fn open(nonblock: bool) -> Arc<OpenFile> {
    let state = State { events: VecDeque::new(), watched: BTreeMap::new(), last: 0 };
    let watcher = Arc::new_cyclic(|own| Watcher {
        state: SpinLock::new("inotify", state),
        changed: WaitQueue::new(),
        own: own.clone(),
    });
    anonymous::open(watcher, "anon_inode:inotify", nonblock)
}

impl Watcher {
    /// Watches a file, or watches it in another way; the watch's number: inotify_add_watch(2).
    pub fn add(&self, inode: &Arc<dyn Inode>, wanted: Events) -> Result<i32> {
        let key = key(inode.id());
        let kept = wanted & (Events::ALL | Events::MANNER);
        let mut watches = WATCHES.lock();
        let known = watches.get_mut(&key).and_then(|all| all.iter_mut().find(|watch| watch.watcher.ptr_eq(&self.own)));
        if let Some(known) = known {
            if wanted.contains(Events::CREATE_ONLY) {
                return Err(Errno::EEXIST);
            }
            known.wanted = if wanted.contains(Events::ADD) { known.wanted | kept } else { kept };
            return Ok(known.number);
        }
        drop(watches);
        let number = {
            let mut state = self.state.lock();
            if state.watched.len() >= MOST_WATCHES {
                return Err(Errno::ENOSPC);
            }
            state.last += 1;
            let number = state.last;
            state.watched.insert(number, key);
            number
        };
        let watch = Watch { watcher: self.own.clone(), number, wanted: kept, _inode: inode.clone() };
        WATCHES.lock().entry(key).or_default().push(watch);
        COUNT.fetch_add(1, Ordering::Relaxed);
        Ok(number)
    }

    /// Ends a watch: inotify_rm_watch(2). `EINVAL`.
    pub fn remove(&self, number: i32) -> Result<()> {
        let key = self.state.lock().watched.get(&number).copied().ok_or(Errno::EINVAL)?;
        if let Some(watch) = take(key, |watch| watch.number == number && watch.watcher.ptr_eq(&self.own)) {
            watch.end();
        }
        Ok(())
    }

    /// Forgets a watch that is no more, and tells of that.
    pub(super) fn forget(&self, number: i32) {
        self.state.lock().watched.remove(&number);
        self.note(Event { number, events: Events::IGNORED, cookie: 0, name: None });
    }

    /// Keeps an event for its reader. One like the last is not told twice.
    pub(super) fn note(&self, event: Event) {
        let mut state = self.state.lock();
        if state.events.back() == Some(&event) {
            return;
        }
        let room = state.events.len() < MOST_EVENTS && state.events.try_reserve(2).is_ok();
        let lost = Event { number: -1, events: Events::OVERFLOW, cookie: 0, name: None };
        if room {
            state.events.push_back(event);
        } else if state.events.back() != Some(&lost) {
            state.events.push_back(lost);
        }
        drop(state);
        self.changed.wake_all();
    }

    fn pop(&self, room: usize) -> Result<Option<Event>> {
        let mut state = self.state.lock();
        match state.events.front() {
            Some(event) if event.size() > room => Err(Errno::EINVAL),
            _ => Ok(state.events.pop_front()),
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let watched = core::mem::take(&mut self.state.lock().watched);
        for (number, key) in watched {
            drop(take(key, |watch| watch.number == number && watch.watcher.ptr_eq(&self.own)));
        }
    }
}

impl Event {
    /// Names are filled up with NULs.
    fn name_size(&self) -> usize {
        self.name.as_ref().map_or(0, |name| (name.len() + 1).next_multiple_of(HEADER))
    }

    fn size(&self) -> usize {
        HEADER + self.name_size()
    }

    fn write(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<()> {
        let mut header = [0; HEADER];
        let fields = [self.number as u32, self.events.bits(), self.cookie, self.name_size() as u32];
        for (place, field) in header.chunks_mut(4).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        let name = self.name.as_deref().unwrap_or_default();
        let went =
            into.write(ctx, &header)? + into.write(ctx, name)? + into.zero(ctx, self.name_size() - name.len())?;
        if went == self.size() { Ok(()) } else { Err(Errno::EFAULT) }
    }
}

impl File for Watcher {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut done = 0;
        loop {
            match self.pop(into.remaining()) {
                Ok(Some(event)) => {
                    event.write(ctx, into)?;
                    done += event.size();
                }
                Ok(None) if done == 0 => return Err(Errno::EAGAIN),
                Err(errno) if done == 0 => return Err(errno),
                _ => return Ok(done),
            }
        }
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let empty = self.state.lock().events.is_empty();
        if empty { Readiness::empty() } else { Readiness::IN | Readiness::RDNORM }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.changed)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        if request != ioctl::FIONREAD {
            return Err(Errno::ENOTTY);
        }
        let bytes: usize = self.state.lock().events.iter().map(Event::size).sum();
        space.write(ctx, argument, &(bytes as u32).to_le_bytes())?;
        Ok(0)
    }
}
