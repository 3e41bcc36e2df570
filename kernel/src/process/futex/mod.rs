//! Waiting on a word of a program's memory until somebody says that it has changed: futex(2).
//!
//! A word is known by what it lies in, so that processes that share memory meet: private memory by its space and address, shared
//! memory by its pager and offset. One lock protects all queues; the word is compared under it, so that no wake-up is lost
//! between the comparison and the sleep. `change` is what FUTEX_WAKE_OP does to a word; `lock` are locks that know their holder.

mod change;
mod lock;

pub use change::Change;
pub(super) use lock::holder_ended;

use crate::memory::{AddressSpace, Origin, Source};
use crate::task::{Instant, Patience, TaskContext, WaitQueue};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;
use machine::user_space::Access;

/// All bits: any waker matches any waiter.
pub const ANY: u32 = !0;

static QUEUES: SpinLock<BTreeMap<Origin, VecDeque<Arc<Waiter>>>> = SpinLock::new("futexes", BTreeMap::new());

/// Somebody who waits.
struct Waiter {
    /// Which wakers are meant.
    bits: u32,
    /// The word that is waited for; another after a requeue. Changed under the queues' lock.
    word: SpinLock<Origin>,
    woken: AtomicBool,
    queue: WaitQueue,
}

/// A word in a program's memory.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    /// The memory.
    pub space: &'a AddressSpace,
    /// The address, a multiple of 4.
    pub address: UserAddr,
    /// Whether only this space is meant, whoever else maps the memory (FUTEX_PRIVATE_FLAG).
    pub private: bool,
}

impl Word<'_> {
    /// Waits until somebody wakes those who wait for the word with one of `bits`. `EAGAIN` if the word is not `expected`; `ETIMEDOUT`,
    /// `EINTR`, `EFAULT`.
    pub fn wait(self, ctx: &TaskContext, expected: u32, bits: u32, deadline: Option<Instant>) -> Result<()> {
        let origin = self.origin(ctx)?;
        let word = SpinLock::new("futex's word", origin);
        let waiter = Arc::new(Waiter { bits, word, woken: AtomicBool::new(false), queue: WaitQueue::new() });
        while !self.join(origin, expected, &waiter)? {
            self.source().touch(ctx)?;
        }
        let patience = Patience { interruptible: true, deadline };
        let result = waiter.queue.wait(ctx, patience, || waiter.woken.load(Ordering::Acquire).then_some(()));
        if result.is_err() && !waiter.leave() {
            // It was woken at the last moment, and the waker counts on that.
            return Ok(());
        }
        result
    }

    /// Wakes up to `most` of those who wait for the word with one of `bits`; how many.
    pub fn wake(self, ctx: &TaskContext, most: usize, bits: u32) -> Result<usize> {
        let origin = self.origin(ctx)?;
        Ok(wake(origin, most, bits))
    }

    /// Wakes up to `most` of those who wait for the word, and has up to `move_on` others wait for another word; how many both. If
    /// `expected` is given: `EAGAIN` if the word is not that.
    pub fn requeue(
        self,
        ctx: &TaskContext,
        most: usize,
        other: Word,
        move_on: usize,
        expected: Option<u32>,
    ) -> Result<(usize, usize)> {
        let (from, to) = (self.origin(ctx)?, other.origin(ctx)?);
        while !self.is_expected(expected)? {
            self.source().touch(ctx)?;
        }
        let woken = wake(from, most, ANY);
        let moved = if from == to { 0 } else { move_waiters(from, to, move_on)? };
        Ok((woken, moved))
    }

    /// Changes another word, wakes up to `most` who wait for this one and, if the other word was as `change` asks for, up to
    /// `most_of_other` who wait for that; how many in all.
    pub fn wake_and_change(
        self,
        ctx: &TaskContext,
        most: usize,
        other: Word,
        most_of_other: usize,
        change: Change,
    ) -> Result<usize> {
        let (here, there) = (self.origin(ctx)?, other.origin(ctx)?);
        let old = other.update(ctx, |old| Ok(change.apply(old)))?;
        let woken = wake(here, most, ANY);
        let further = if change.asks_for(old) { wake(there, most_of_other, ANY) } else { 0 };
        Ok(woken + further)
    }

    /// Replaces the word by what `change` makes of it, as one step for all who look; what it was. `EFAULT`, and what `change` says.
    pub(super) fn update(self, ctx: &TaskContext, change: impl Fn(u32) -> Result<u32>) -> Result<u32> {
        let mut bytes = [0; 4];
        self.space.read(ctx, self.address.get(), &mut bytes)?;
        let mut old = u32::from_le_bytes(bytes);
        loop {
            match self.space.machine().compare_exchange(self.address, old, change(old)?) {
                Some(found) if found == old => return Ok(old),
                Some(found) => old = found,
                None => self.space.fault(ctx, self.address, Access::WRITE)?,
            }
        }
    }

    /// Whether the word can be compared without a sleep; `EAGAIN` if it is another.
    fn is_expected(&self, expected: Option<u32>) -> Result<bool> {
        let Some(expected) = expected else { return Ok(true) };
        let mut bytes = [0; 4];
        if self.source().read_now(&mut bytes) < bytes.len() {
            return Ok(false);
        }
        if u32::from_le_bytes(bytes) == expected { Ok(true) } else { Err(Errno::EAGAIN) }
    }

    /// Joins those who wait, if the word is `expected`; false if the page must be touched first.
    fn join(&self, origin: Origin, expected: u32, waiter: &Arc<Waiter>) -> Result<bool> {
        let mut queues = QUEUES.lock();
        if !self.is_expected(Some(expected))? {
            return Ok(false);
        }
        let queue = queues.entry(origin).or_default();
        queue.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        queue.push_back(waiter.clone());
        Ok(true)
    }

    fn source(&self) -> Source<'_> {
        Source::user(self.space, self.address, size_of::<u32>())
    }

    fn origin(&self, ctx: &TaskContext) -> Result<Origin> {
        if !self.address.get().is_multiple_of(4) {
            return Err(Errno::EINVAL);
        }
        if self.private { Ok(self.space.private_origin(self.address)) } else { self.space.origin(ctx, self.address) }
    }
}

impl Waiter {
    /// Takes it out; false if it was woken before.
    fn leave(&self) -> bool {
        let mut queues = QUEUES.lock();
        let origin = *self.word.lock();
        let Some(queue) = queues.get_mut(&origin) else { return false };
        let Some(index) = queue.iter().position(|waiter| core::ptr::eq(&**waiter, self)) else { return false };
        let waiter = queue.remove(index);
        drop_if_empty(&mut queues, origin);
        drop(queues);
        drop(waiter);
        true
    }
}

fn wake(origin: Origin, most: usize, bits: u32) -> usize {
    let mut woken = 0;
    while woken < most {
        let Some(waiter) = take(origin, bits) else { break };
        waiter.woken.store(true, Ordering::Release);
        waiter.queue.wake_all();
        woken += 1;
    }
    woken
}

/// Takes out the first who waits for a word with one of some bits.
fn take(origin: Origin, bits: u32) -> Option<Arc<Waiter>> {
    let mut queues = QUEUES.lock();
    let queue = queues.get_mut(&origin)?;
    let index = queue.iter().position(|waiter| waiter.bits & bits != 0)?;
    let waiter = queue.remove(index);
    drop_if_empty(&mut queues, origin);
    waiter
}

fn move_waiters(from: Origin, to: Origin, most: usize) -> Result<usize> {
    let mut moved = 0;
    while moved < most {
        let mut queues = QUEUES.lock();
        let Some(waiter) = queues.get_mut(&from).and_then(VecDeque::pop_front) else { break };
        let queue = queues.entry(to).or_default();
        let room = queue.try_reserve(1).is_ok();
        if room {
            *waiter.word.lock() = to;
            queue.push_back(waiter);
        } else {
            queues.entry(from).or_default().push_front(waiter);
        }
        drop_if_empty(&mut queues, to);
        drop_if_empty(&mut queues, from);
        if !room {
            return Err(Errno::ENOMEM);
        }
        moved += 1;
    }
    Ok(moved)
}

fn drop_if_empty(queues: &mut BTreeMap<Origin, VecDeque<Arc<Waiter>>>, origin: Origin) {
    if queues.get(&origin).is_some_and(VecDeque::is_empty) {
        queues.remove(&origin);
    }
}
