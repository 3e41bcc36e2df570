//! The proof of being in a task, and so of being allowed to sleep.

use super::{Instant, Patience, Task, WaitQueue, schedule};
use alloc::sync::Arc;
use core::marker::PhantomData;
use machine::{cpu, lock};

/// Handed down from a task's body to everything that may sleep.
pub struct TaskContext {
    task: Arc<Task>,
    not_send: PhantomData<*const ()>,
}

impl TaskContext {
    /// Only `schedule` makes one, at a task's start.
    pub(super) fn new(task: Arc<Task>) -> TaskContext {
        TaskContext { task, not_send: PhantomData }
    }

    /// The task that runs.
    pub fn task(&self) -> &Arc<Task> {
        &self.task
    }

    /// Lets others run that have had less time.
    pub fn yield_now(&self) {
        lock::assert_none_held();
        schedule::give_way();
    }

    /// Lets somebody run who is more urgent, if an interrupt has asked for that: what happens by itself in the kernel, and what a
    /// task does whose program was interrupted.
    pub fn make_way(&self) {
        lock::assert_none_held();
        if cpu::take_reschedule() {
            schedule::preempt();
        }
    }

    /// Sleeps until somebody calls the task's `signal`; returns at once if that was done since it last returned. A caller
    /// checks its condition again: signals may be meant for something else.
    pub fn wait(&self) {
        lock::assert_none_held();
        schedule::wait(&self.task);
    }

    /// Sleeps until a time, or, if `interruptible`, until the task is interrupted: says whether the time came.
    pub fn sleep_until(&self, time: Instant, interruptible: bool) -> bool {
        let nobody = WaitQueue::new();
        let patience = Patience { interruptible, deadline: Some(time) };
        let never = || None::<()>;
        nobody.wait(self, patience, never) != Err(logic::errno::Errno::EINTR)
    }
}
