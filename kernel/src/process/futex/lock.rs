//! Locks whose word holds their holder's number: FUTEX_LOCK_PI and its relatives, futex(2), "Priority-inheritance futexes".
//!
//! The kernel hands such a lock from its holder to the first who waits, so that nobody comes between. There is no priority to
//! inherit, since everybody gets a turn. `LOCKS` protects all queues, and is held while the word of a lock with waiters is changed.

use super::Word;
use crate::memory::Origin;
use crate::process::table::Pid;
use crate::process::thread::{Thread, find_thread};
use crate::task::{Instant, Patience, TaskContext, WaitQueue};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;
use machine::user_space::Access;

static LOCKS: SpinLock<BTreeMap<Origin, VecDeque<Arc<Waiter>>>> = SpinLock::new("futex locks", BTreeMap::new());

const HOLDER: u32 = linux::FUTEX_TID_MASK;
const WAITERS: u32 = linux::FUTEX_WAITERS;
const HOLDER_DIED: u32 = linux::FUTEX_OWNER_DIED;

/// Somebody who waits for a lock.
struct Waiter {
    /// Its number, which the word gets when the lock is handed over.
    id: Pid,
    state: SpinLock<State>,
    queue: WaitQueue,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// This one has the lock.
    Waits(Pid),
    /// The lock was handed over.
    Has,
    /// This one had the lock, and has ended.
    Orphaned(Pid),
}

/// What a try to change the word came to.
enum Change<T> {
    Done(T),
    /// The word is another by now.
    Late,
    /// Its page must be brought in.
    Absent,
}

/// Who has the lock after a try to take it.
enum Holder {
    Own,
    Other(Pid),
}

impl Word<'_> {
    /// Takes the lock for a thread, and waits if somebody else has it. `EDEADLK` if it has it itself; `ESRCH` if the holder is no
    /// thread; `ETIMEDOUT`, `EINTR`, `EFAULT`.
    pub fn lock(self, ctx: &TaskContext, thread: &Thread, deadline: Option<Instant>) -> Result<()> {
        let origin = self.origin(ctx)?;
        let id = thread.id();
        let mut dead = None;
        loop {
            let mut locks = LOCKS.lock();
            let holder = match self.try_take(id, dead, WAITERS)? {
                Change::Done(Holder::Own) => return Ok(()),
                Change::Done(Holder::Other(holder)) => holder,
                Change::Late => continue,
                Change::Absent => {
                    drop(locks);
                    self.space.fault(ctx, self.address, Access::WRITE)?;
                    continue;
                }
            };
            let state = SpinLock::new("futex lock's waiter", State::Waits(holder));
            let waiter = Arc::new(Waiter { id, state, queue: WaitQueue::new() });
            let queue = locks.entry(origin).or_default();
            queue.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
            queue.push_back(waiter.clone());
            drop(locks);
            // Who ends after this look tells those who wait.
            if find_thread(None, holder).is_err() && leave(origin, &waiter) {
                return Err(Errno::ESRCH);
            }
            dead = match waiter.wait(ctx, origin, deadline)? {
                State::Orphaned(holder) => Some(holder),
                _ => return Ok(()),
            };
        }
    }

    /// Takes the lock for a thread if it is free; `EAGAIN` if it is not.
    pub fn try_lock(self, ctx: &TaskContext, thread: &Thread) -> Result<()> {
        self.origin(ctx)?;
        loop {
            match self.try_take(thread.id(), None, 0)? {
                Change::Done(Holder::Own) => return Ok(()),
                Change::Done(Holder::Other(_)) => return Err(Errno::EAGAIN),
                Change::Late => {}
                Change::Absent => self.space.fault(ctx, self.address, Access::WRITE)?,
            }
        }
    }

    /// Hands the lock to whoever has waited longest, or frees it. `EPERM` if the thread does not have it.
    pub fn unlock(self, ctx: &TaskContext, thread: &Thread) -> Result<()> {
        let origin = self.origin(ctx)?;
        loop {
            match self.hand_over(origin, thread.id())? {
                Change::Done(next) => {
                    if let Some(next) = next {
                        next.queue.wake_all();
                    }
                    return Ok(());
                }
                Change::Late => {}
                Change::Absent => self.space.fault(ctx, self.address, Access::WRITE)?,
            }
        }
    }

    /// Takes the lock if it is free, or was held by `dead`; if not, sets `mark` in its word.
    fn try_take(&self, id: Pid, dead: Option<Pid>, mark: u32) -> Result<Change<Holder>> {
        let Some(old) = self.look() else { return Ok(Change::Absent) };
        let holder = Pid(old & HOLDER);
        if holder == id {
            return Err(Errno::EDEADLK);
        }
        let died = if dead == Some(holder) { HOLDER_DIED } else { 0 };
        if holder.0 == 0 || died != 0 {
            return Ok(self.change(old, id.0 | old & !HOLDER | died).map(|()| Holder::Own));
        }
        Ok(self.change(old, old | mark).map(|()| Holder::Other(holder)))
    }

    /// Gives the lock from one thread to the first who waits, who is to be woken, or to nobody.
    fn hand_over(&self, origin: Origin, id: Pid) -> Result<Change<Option<Arc<Waiter>>>> {
        let mut locks = LOCKS.lock();
        let Some(old) = self.look() else { return Ok(Change::Absent) };
        if Pid(old & HOLDER) != id {
            return Err(Errno::EPERM);
        }
        let queue = locks.get(&origin);
        let next = queue.and_then(|queue| queue.front()).cloned();
        let more = if queue.is_some_and(|queue| queue.len() > 1) { WAITERS } else { 0 };
        let changed = self.change(old, next.as_ref().map_or(0, |next| next.id.0 | more));
        if let (Change::Done(()), Some(next)) = (&changed, &next) {
            *next.state.lock() = State::Has;
            take_out(&mut locks, origin, next);
            locks.get(&origin).into_iter().flatten().for_each(|other| *other.state.lock() = State::Waits(next.id));
        }
        Ok(changed.map(|()| next))
    }

    fn change(&self, old: u32, new: u32) -> Change<()> {
        match self.space.machine().compare_exchange(self.address, old, new) {
            Some(found) if found == old => Change::Done(()),
            Some(_) => Change::Late,
            None => Change::Absent,
        }
    }

    fn look(&self) -> Option<u32> {
        let mut bytes = [0; 4];
        let there = self.source().read_now(&mut bytes) == bytes.len();
        there.then(|| u32::from_le_bytes(bytes))
    }
}

impl<T> Change<T> {
    fn map<U>(self, work: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Change::Done(value) => Change::Done(work(value)),
            Change::Late => Change::Late,
            Change::Absent => Change::Absent,
        }
    }
}

impl Waiter {
    /// Waits until the lock is handed over, or its holder ends.
    fn wait(self: &Arc<Self>, ctx: &TaskContext, origin: Origin, deadline: Option<Instant>) -> Result<State> {
        let over = || Some(*self.state.lock()).filter(|state| !matches!(state, State::Waits(_)));
        let result = self.queue.wait(ctx, Patience { interruptible: true, deadline }, over);
        match result {
            Err(error) if leave(origin, self) => Err(error),
            // It came at the last moment.
            _ => Ok(*self.state.lock()),
        }
    }
}

/// Tells those who wait for a lock of a thread that the thread has ended.
pub(in crate::process) fn holder_ended(id: Pid) {
    while let Some(waiter) = take_orphan(id) {
        waiter.queue.wake_all();
    }
}

fn take_orphan(id: Pid) -> Option<Arc<Waiter>> {
    let mut locks = LOCKS.lock();
    let is_orphan = |waiter: &&Arc<Waiter>| *waiter.state.lock() == State::Waits(id);
    let (origin, waiter) =
        locks.iter().find_map(|(origin, queue)| Some((*origin, queue.iter().find(is_orphan)?.clone())))?;
    *waiter.state.lock() = State::Orphaned(id);
    take_out(&mut locks, origin, &waiter);
    Some(waiter)
}

/// Takes a waiter out; false if somebody else has done so.
fn leave(origin: Origin, waiter: &Arc<Waiter>) -> bool {
    take_out(&mut LOCKS.lock(), origin, waiter)
}

fn take_out(locks: &mut BTreeMap<Origin, VecDeque<Arc<Waiter>>>, origin: Origin, waiter: &Arc<Waiter>) -> bool {
    let Some(queue) = locks.get_mut(&origin) else { return false };
    let before = queue.len();
    queue.retain(|other| !Arc::ptr_eq(other, waiter));
    let found = queue.len() < before;
    if queue.is_empty() {
        locks.remove(&origin);
    }
    found
}
