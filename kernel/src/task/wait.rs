//! Waiting for a condition: the one way to do it.
//!
//! Who waits joins the queue, looks at the condition once more, and sleeps; who changes the condition wakes the queue
//! afterwards. A wait allocates nothing: each task has a node to join with. Who is to be woken is taken out under the
//! queue's lock and called after it.

use super::{Instant, Task, TaskContext, timer};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};
use machine::{
    list::{List, Node},
    lock::SpinLock,
};

/// Something that can be woken, from anywhere, also from an interrupt handler: it must not sleep.
pub trait Wake: Send + Sync {
    /// Says that something may have changed.
    fn wake(&self);
}

/// Who waits in a queue: a task, or something that passes the call on.
pub struct Waiter {
    whom: Whom,
}

enum Whom {
    Task(Weak<Task>),
    Other(Weak<dyn Wake>),
}

impl Waiter {
    /// Signals a task.
    pub(super) fn task(task: Weak<Task>) -> Waiter {
        Waiter { whom: Whom::Task(task) }
    }

    /// Calls something else. It stays in a queue until it is taken out or woken, and is woken once for each time that it
    /// joined.
    pub fn other(whom: Weak<dyn Wake>) -> Arc<Node<Waiter>> {
        Arc::new(Node::new(Waiter { whom: Whom::Other(whom) }))
    }

    pub(super) fn wake(&self) {
        match &self.whom {
            Whom::Task(task) => {
                if let Some(task) = task.upgrade() {
                    task.signal();
                }
            }
            Whom::Other(whom) => {
                if let Some(whom) = whom.upgrade() {
                    whom.wake();
                }
            }
        }
    }
}

/// How long somebody is ready to wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience {
    /// An interruption of the task ends the wait with `EINTR`.
    pub interruptible: bool,
    /// The wait ends with `ETIMEDOUT` then.
    pub deadline: Option<Instant>,
}

/// Those who wait for something, in the order in which they came.
pub struct WaitQueue {
    waiters: SpinLock<List<Waiter>>,
}

impl Default for WaitQueue {
    fn default() -> Self {
        WaitQueue::new()
    }
}

impl WaitQueue {
    /// A queue of nobody.
    pub const fn new() -> WaitQueue {
        WaitQueue { waiters: SpinLock::new("wait queue", List::new()) }
    }

    /// Wakes the one who has waited longest, if anybody.
    pub fn wake_one(&self) {
        let first = self.waiters.lock().pop_front();
        if let Some(first) = first {
            first.wake();
        }
    }

    /// Wakes everybody who is there now. One after the other, so that whoever has been woken, or has left for another reason,
    /// can join a queue again at once; those who come back meanwhile stand at the end.
    pub fn wake_all(&self) {
        let all = self.waiters.lock().len();
        for _ in 0..all {
            self.wake_one();
        }
    }

    /// Adds somebody who is to be woken. They must not be in a queue.
    pub fn join(&self, waiter: Arc<Node<Waiter>>) {
        self.waiters.lock().push_back(waiter);
    }

    /// Adds somebody unless they are here already.
    pub fn stay(&self, waiter: &Arc<Node<Waiter>>) {
        let mut waiters = self.waiters.lock();
        if !waiters.holds(waiter) {
            waiters.push_back(waiter.clone());
        }
    }

    /// Takes somebody out; says whether they were still there, and so not woken.
    pub fn leave(&self, waiter: &Arc<Node<Waiter>>) -> bool {
        self.waiters.lock().remove(waiter)
    }

    /// Sleeps until the condition holds. It is looked at without any lock of the queue's, and must not wait in a queue
    /// itself; it may take a `Mutex`.
    pub fn wait_until(&self, ctx: &TaskContext, mut condition: impl FnMut() -> bool) {
        let waited = self.wait(ctx, Patience::default(), || condition().then_some(()));
        assert!(waited.is_ok(), "a wait without limits ends with its condition");
    }

    /// Sleeps until the condition gives something, or patience ends: `EINTR` or `ETIMEDOUT`. The condition is looked at
    /// first and last, so that what is there already is had without a wait.
    pub fn wait<T>(
        &self,
        ctx: &TaskContext,
        patience: Patience,
        mut condition: impl FnMut() -> Option<T>,
    ) -> Result<T> {
        if let Some(found) = condition() {
            return Ok(found);
        }
        if patience.deadline == Some(Instant(0)) {
            // Who does not wait need not be woken.
            return Err(out_of_patience(ctx, patience).unwrap_or(Errno::ETIMEDOUT));
        }
        let waiter = &ctx.task().waiter;
        let mut timer = None;
        let mut woken = false; // by the queue, and not yet looked what for
        loop {
            self.join(waiter.clone());
            let found = condition();
            let over = out_of_patience(ctx, patience);
            if found.is_none() && over.is_none() {
                if timer.is_none() {
                    timer = patience.deadline.map(|time| timer::signal_at(time, ctx.task()));
                }
                ctx.task().deaf.store(!patience.interruptible, Ordering::Relaxed);
                ctx.wait();
                ctx.task().deaf.store(true, Ordering::Relaxed);
                woken = !self.leave(waiter);
                continue;
            }
            let once_more = !self.leave(waiter);
            if once_more || (woken && found.is_none()) {
                self.wake_one(); // what was not used here was perhaps meant for one who needs it
            }
            return found.ok_or(over.unwrap_or(Errno::EINTR));
        }
    }
}

fn out_of_patience(ctx: &TaskContext, patience: Patience) -> Option<Errno> {
    if patience.interruptible && ctx.task().is_interrupted() {
        return Some(Errno::EINTR);
    }
    patience.deadline.filter(|time| time.0 == 0 || *time <= machine::clock::now()).map(|_| Errno::ETIMEDOUT)
}
