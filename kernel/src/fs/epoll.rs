//! Watching many files at once: epoll(7).
//!
//! Each watched file has an [`Interest`], which waits in the file's queue. Being woken puts it on the list of those that may be ready; only
//! these are looked at by epoll_wait(2). One that is ready stays on the list, unless it wants to hear of news only (`EPOLLET`).
//!
//! Locks: `interests` sleeps and is held while the set changes; `hopeful` is a spin lock that wakers take.

mod events;

pub use events::{Event, Events};

use super::anonymous;
use super::file::File;
use super::nesting;
use super::open_file::OpenFile;
use super::poll::Readiness;
use crate::memory::{Sink, Source};
use crate::task::{Instant, Mutex, Patience, TaskContext, WaitQueue, Waiter, Wake};
use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use bitflags::bitflags;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::list::{List, Node};
use machine::lock::SpinLock;

bitflags! {
    /// How a file is watched, besides what for.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Manner: u32 {
        /// Of what is ready, only news are told.
        const EDGE = linux::EPOLLET;
        /// After being told once it is not watched until it is changed.
        const ONCE = linux::EPOLLONESHOT;
        /// Of several sets that watch a file, not all need be woken.
        const EXCLUSIVE = linux::EPOLLEXCLUSIVE;
        /// The machine stays awake, as it always does.
        const AWAKE = linux::EPOLLWAKEUP;
    }
}

/// What epoll_ctl(2) does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Watches one more file.
    Add,
    /// Watches a file in another way.
    Change,
    /// Does not watch it any more.
    Remove,
}

/// A set of watched files.
pub struct Watcher {
    interests: Mutex<Interests>,
    /// Those that may be ready.
    hopeful: SpinLock<List<Listed>>,
    news: WaitQueue,
    /// How it and other sets watch each other.
    pub(super) nesting: nesting::Place,
}

/// By descriptor and by the open file's address. A file that was closed meanwhile keeps its place, and so its address, until somebody
/// sweeps.
struct Interests {
    by_file: BTreeMap<(u32, usize), Arc<Interest>>,
    /// When there are so many, it is worth a look which files are gone.
    sweep_at: usize,
}

/// As many places are never swept.
const FEW: usize = 16;

/// A file in the set.
pub(super) struct Interest {
    file: Weak<OpenFile>,
    events: AtomicU32,
    data: AtomicU64,
    /// It was told of and is to be told of only once, or it was removed.
    asleep: AtomicBool,
    place: Arc<Node<Listed>>,
    waiter: Arc<Node<Waiter>>,
    pub(super) watcher: Weak<Watcher>,
}

/// An interest as a member of a list.
struct Listed {
    interest: Weak<Interest>,
    on: AtomicBool,
}

/// The set as a file.
struct WatcherFile(Arc<Watcher>);

/// A new, empty set.
pub fn watcher() -> Arc<OpenFile> {
    let watcher = Watcher {
        interests: Mutex::new("epoll interests", Interests { by_file: BTreeMap::new(), sweep_at: FEW }),
        hopeful: SpinLock::new("epoll's hopeful", List::new()),
        news: WaitQueue::new(),
        nesting: nesting::Place::new(),
    };
    anonymous::open(Arc::new(WatcherFile(Arc::new(watcher))), "anon_inode:[eventpoll]", false)
}

impl Watcher {
    /// Changes the set: epoll_ctl(2).
    pub fn control(
        self: &Arc<Self>,
        ctx: &TaskContext,
        operation: Operation,
        descriptor: u32,
        file: &Arc<OpenFile>,
        event: Event,
    ) -> Result<()> {
        if file.file().queue().is_none() {
            return Err(Errno::EPERM);
        }
        let other = file.file().watcher();
        if other.is_some_and(|other| Arc::ptr_eq(other, self)) {
            return Err(Errno::EINVAL);
        }
        let nested = other.filter(|_| operation == Operation::Add);
        let _admitted = nested.map(|other| nesting::admit(ctx, self, other)).transpose()?;
        check_exclusive(operation, event, file)?;
        let mut interests = self.interests.lock(ctx);
        let key = (descriptor, Arc::as_ptr(file).addr());
        let known = interests.by_file.get(&key).cloned();
        match (operation, known) {
            (Operation::Add, Some(_)) => Err(Errno::EEXIST),
            (Operation::Add, None) => {
                let interest = self.interest(file, event);
                if let Some(other) = nested {
                    other.nesting.enter(&interest);
                }
                interests.add(key, interest.clone());
                drop(interests);
                interest.look_again(file);
                Ok(())
            }
            (_, None) => Err(Errno::ENOENT),
            (Operation::Change, Some(interest)) if interest.manner().contains(Manner::EXCLUSIVE) => Err(Errno::EINVAL),
            (Operation::Change, Some(interest)) => {
                interest.events.store(event.events, Ordering::Relaxed);
                interest.data.store(event.data, Ordering::Relaxed);
                interest.asleep.store(false, Ordering::Release);
                drop(interests);
                interest.look_again(file);
                Ok(())
            }
            (Operation::Remove, Some(interest)) => {
                interests.by_file.remove(&key);
                drop(interests);
                interest.asleep.store(true, Ordering::Release);
                interest.leave(file);
                Ok(())
            }
        }
    }

    /// Waits until something is ready, and tells up to `most` events: epoll_wait(2). None when the deadline comes first.
    pub fn wait(&self, ctx: &TaskContext, most: usize, deadline: Option<Instant>, events: &mut Events) -> Result<()> {
        let found = self.news.wait(ctx, Patience { interruptible: true, deadline }, || {
            self.collect(most, events);
            (!events.is_empty()).then_some(())
        });
        match found {
            Err(Errno::ETIMEDOUT) => Ok(()),
            found => found,
        }
    }

    /// Looks at each of the hopeful once.
    fn collect(&self, most: usize, events: &mut Events) {
        let hopeful = self.hopeful.lock().len();
        for _ in 0..hopeful {
            if events.len() == most || !events.has_room() {
                return;
            }
            let Some(place) = self.next_hopeful() else { return };
            if let Some(interest) = place.interest.upgrade()
                && let Some((event, again)) = interest.look()
            {
                events.push(event);
                if again {
                    interest.hope(self);
                }
            }
        }
    }

    fn next_hopeful(&self) -> Option<Arc<Node<Listed>>> {
        let mut hopeful = self.hopeful.lock();
        let place = hopeful.pop_front()?;
        place.on.store(false, Ordering::Release);
        Some(place)
    }

    fn interest(self: &Arc<Self>, file: &Arc<OpenFile>, event: Event) -> Arc<Interest> {
        Arc::new_cyclic(|own: &Weak<Interest>| Interest {
            file: Arc::downgrade(file),
            events: AtomicU32::new(event.events),
            data: AtomicU64::new(event.data),
            asleep: AtomicBool::new(false),
            place: Arc::new(Node::new(Listed { interest: own.clone(), on: AtomicBool::new(false) })),
            waiter: Waiter::other(own.clone()),
            watcher: Arc::downgrade(self),
        })
    }

    /// The files it watches that are such sets themselves.
    pub(super) fn sets_below(&self, ctx: &TaskContext) -> Result<Vec<Arc<OpenFile>>> {
        let mut files = Vec::new();
        for interest in self.interests.lock(ctx).by_file.values() {
            if let Some(file) = interest.file.upgrade().filter(|file| file.file().watcher().is_some()) {
                files.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
                files.push(file);
            }
        }
        Ok(files)
    }
}

impl Interests {
    fn add(&mut self, key: (u32, usize), interest: Arc<Interest>) {
        if self.by_file.len() >= self.sweep_at {
            self.by_file.retain(|_, interest| interest.file.strong_count() > 0);
            self.sweep_at = FEW.max(2 * self.by_file.len());
        }
        self.by_file.insert(key, interest);
    }
}

/// `EINVAL` for what does not go with `EPOLLEXCLUSIVE`.
fn check_exclusive(operation: Operation, event: Event, file: &Arc<OpenFile>) -> Result<()> {
    let manner = Manner::from_bits_truncate(event.events);
    if !manner.contains(Manner::EXCLUSIVE) || operation == Operation::Remove {
        return Ok(());
    }
    let allowed = Readiness::IN | Readiness::OUT | Readiness::ERR | Readiness::HUP;
    let known = allowed.bits() | (Manner::EDGE | Manner::EXCLUSIVE | Manner::AWAKE).bits();
    let fits = operation == Operation::Add && event.events & !known == 0 && file.file().watcher().is_none();
    if fits { Ok(()) } else { Err(Errno::EINVAL) }
}

impl Interest {
    fn manner(&self) -> Manner {
        Manner::from_bits_truncate(self.events.load(Ordering::Relaxed))
    }

    /// What is ready of what is wanted.
    fn ready(&self, file: &OpenFile) -> Readiness {
        let wanted = Readiness::from_bits_truncate(self.events.load(Ordering::Relaxed));
        file.readiness() & (wanted | Readiness::ERR | Readiness::HUP)
    }

    /// Waits for news from now on; what there is already counts as news.
    fn look_again(&self, file: &OpenFile) {
        self.join(file);
        if let Some(watcher) = self.watcher.upgrade()
            && !self.ready(file).is_empty()
        {
            self.hope(&watcher);
            watcher.news.wake_all();
        }
    }

    /// What is to be told, and whether it is to be looked at again next time.
    fn look(&self) -> Option<(Event, bool)> {
        let file = self.file.upgrade().filter(|_| !self.asleep.load(Ordering::Acquire))?;
        let manner = self.manner();
        let again = !manner.intersects(Manner::EDGE | Manner::ONCE);
        // What is ready and will be looked at again needs no news of its file.
        let mut ready = if again { self.ready(&file) } else { Readiness::empty() };
        if ready.is_empty() {
            self.join(&file);
            ready = self.ready(&file);
        }
        if ready.is_empty() {
            return None;
        }
        if manner.contains(Manner::ONCE) {
            self.asleep.store(true, Ordering::Release);
        }
        Some((Event { events: ready.bits(), data: self.data.load(Ordering::Relaxed) }, again))
    }

    /// Goes into the file's queue, unless it is there.
    fn join(&self, file: &OpenFile) {
        if let Some(queue) = file.file().queue() {
            queue.stay(&self.waiter);
        }
    }

    fn leave(&self, file: &OpenFile) {
        if let Some(queue) = file.file().queue() {
            queue.leave(&self.waiter);
        }
    }

    /// Goes onto the list, unless it is there.
    fn hope(&self, watcher: &Watcher) {
        let mut hopeful = watcher.hopeful.lock();
        if !self.place.on.swap(true, Ordering::AcqRel) {
            hopeful.push_back(self.place.clone());
        }
    }
}

impl Wake for Interest {
    fn wake(&self) {
        let (Some(watcher), false) = (self.watcher.upgrade(), self.asleep.load(Ordering::Acquire)) else { return };
        self.hope(&watcher);
        watcher.news.wake_all();
    }
}

impl Drop for Interest {
    fn drop(&mut self) {
        if let Some(file) = self.file.upgrade() {
            self.leave(&file);
        }
    }
}

impl File for WatcherFile {
    fn read(&self, _ctx: &TaskContext, _position: u64, _into: &mut Sink<'_>) -> Result<usize> {
        Err(Errno::EINVAL)
    }

    fn write(&self, _ctx: &TaskContext, _position: u64, _from: &mut Source<'_>) -> Result<usize> {
        Err(Errno::EINVAL)
    }

    fn is_stream(&self) -> bool {
        true
    }

    /// Goes through the hopeful until one is ready; those that are not leave the list.
    fn readiness(&self) -> Readiness {
        let hopeful = self.0.hopeful.lock().len();
        for _ in 0..hopeful {
            let Some(place) = self.0.next_hopeful() else { break };
            let Some(interest) = place.interest.upgrade() else { continue };
            let Some(file) = interest.file.upgrade() else { continue };
            if interest.asleep.load(Ordering::Acquire) {
                continue;
            }
            interest.join(&file);
            if !interest.ready(&file).is_empty() {
                interest.hope(&self.0);
                return Readiness::IN | Readiness::RDNORM;
            }
        }
        Readiness::empty()
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.0.news)
    }

    fn frames(&self) -> usize {
        const INTERESTS_A_FRAME: usize = 10;
        self.0.interests.try_lock().map_or(0, |interests| interests.by_file.len() / INTERESTS_A_FRAME)
    }

    fn watcher(&self) -> Option<&Arc<Watcher>> {
        Some(&self.0)
    }
}
