//! Sets of epoll(7) that watch each other: never in a circle, and never deeper than [`DEPTH`], for looking at one, and waking it, calls
//! the next.
//!
//! One such watch is begun at a time (`LOOKS`), so that what was found holds until it has begun. Each look through the sets has a number;
//! a set remembers what was found in it, so that many ways to it cost no more than one.

use super::epoll::{Interest, Watcher};
use crate::task::{Mutex, MutexGuard, TaskContext};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// How many watches of sets by sets may follow one another.
const DEPTH: usize = 5;

/// How many looks there were.
static LOOKS: Mutex<u64> = Mutex::new("nesting of epolls", 0);

/// What a set knows of the others.
pub(super) struct Place {
    /// Who watches it; among them some that are no more.
    above: SpinLock<Vec<Weak<Interest>>>,
    /// The last look that came by, and how far it goes on from here.
    seen: SpinLock<(u64, usize)>,
}

impl Place {
    pub(super) fn new() -> Place {
        Place { above: SpinLock::new("epoll's watchers", Vec::new()), seen: SpinLock::new("epoll's depth", (0, 0)) }
    }

    /// Notes that it is watched by one more, for which there is room.
    pub(super) fn enter(&self, interest: &Arc<Interest>) {
        self.above.lock().push(Arc::downgrade(interest));
    }

    fn known(&self, look: u64) -> Option<usize> {
        let (seen, found) = *self.seen.lock();
        (seen == look).then_some(found)
    }

    fn note(&self, look: u64, found: usize) -> usize {
        *self.seen.lock() = (look, found);
        found
    }
}

/// Whether `above` may watch `below`: `ELOOP` in a circle, or too deep. The answer holds as long as the guard.
pub(super) fn admit(ctx: &TaskContext, above: &Watcher, below: &Watcher) -> Result<MutexGuard<'static, u64>> {
    let mut looks = LOOKS.lock(ctx);
    *looks += 2;
    let deep = depth(ctx, below, above, *looks - 1)?;
    if height(above, *looks)? + 1 + deep > DEPTH {
        return Err(Errno::ELOOP);
    }
    let mut watchers = below.nesting.above.lock();
    watchers.retain(|interest| interest.strong_count() > 0);
    watchers.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    drop(watchers);
    Ok(looks)
}

/// How far it goes down from a set: 0 if it watches no other. `ELOOP` if it comes to `from`.
fn depth(ctx: &TaskContext, set: &Watcher, from: &Watcher, look: u64) -> Result<usize> {
    if core::ptr::eq(set, from) {
        return Err(Errno::ELOOP);
    }
    if let Some(known) = set.nesting.known(look) {
        return Ok(known);
    }
    let mut deepest = 0;
    for file in set.sets_below(ctx)? {
        if let Some(below) = file.file().watcher() {
            deepest = deepest.max(1 + depth(ctx, below, from, look)?);
        }
    }
    Ok(set.nesting.note(look, deepest))
}

/// How far it goes up from a set: 0 if no other watches it.
fn height(set: &Watcher, look: u64) -> Result<usize> {
    if let Some(known) = set.nesting.known(look) {
        return Ok(known);
    }
    let mut above = Vec::new();
    {
        let watchers = set.nesting.above.lock();
        above.try_reserve(watchers.len()).map_err(|_| Errno::ENOMEM)?;
        above.extend(watchers.iter().filter_map(Weak::upgrade));
    }
    let mut highest = 0;
    for watcher in above.iter().filter_map(|interest| interest.watcher.upgrade()) {
        highest = highest.max(1 + height(&watcher, look)?);
    }
    Ok(set.nesting.note(look, highest))
}
