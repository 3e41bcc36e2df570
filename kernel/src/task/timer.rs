//! What happens at a time: tasks that sleep until then, and whoever else asked to be woken.
//!
//! The lock protects the deadlines; wakers are called after it. Room for one deadline a task is made when the task is, so
//! that going to sleep never needs memory.

use super::{Task, Wake, schedule};
use alloc::sync::{Arc, Weak};
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicUsize, Ordering};
use logic::{
    deadlines::{Deadlines, Key},
    errno::Result,
};
use machine::{
    clock::{self, Instant},
    clock_event,
    irq::IrqContext,
    lock::SpinLock,
};

/// How many deadlines are taken out at once, so that their wakers are called without the lock.
const HANDFUL: usize = 16;
const NEVER: u64 = u64::MAX;

static DEADLINES: SpinLock<Deadlines<Due>> = SpinLock::new("timers", Deadlines::new());
/// What the clock will interrupt at.
static ARMED: SpinLock<u64> = SpinLock::new("alarm", NEVER);
/// Timers that are not a task's sleep.
static OTHERS: AtomicUsize = AtomicUsize::new(0);
static TASKS: AtomicUsize = AtomicUsize::new(0);

enum Due {
    Signal(Arc<Task>),
    Wake(Weak<dyn Wake>),
}

/// Something that will happen, unless this is dropped before.
pub struct Timer {
    key: Key,
    /// It is not a task's sleep.
    other: bool,
}

/// Calls `whom` at a time, from an interrupt handler, if it still is; so it may own the timer. `ENOMEM` if there is no room to note it.
pub fn at(time: Instant, whom: Weak<impl Wake + 'static>) -> Result<Timer> {
    let others = OTHERS.fetch_add(1, Ordering::Relaxed) + 1;
    let mut deadlines = DEADLINES.lock();
    if let Err(error) = deadlines.reserve(TASKS.load(Ordering::Relaxed) + others) {
        OTHERS.fetch_sub(1, Ordering::Relaxed);
        return Err(error);
    }
    let key = deadlines.insert(time.0, Due::Wake(whom));
    drop(deadlines);
    arm(time);
    Ok(Timer { key, other: true })
}

impl Timer {
    /// Has it happen at another time; says whether it was still to come.
    pub fn change(&self, time: Instant) -> bool {
        let is_there = DEADLINES.lock().change(self.key, time.0);
        if is_there {
            arm(time);
        }
        is_there
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let due = DEADLINES.lock().cancel(self.key);
        drop(due);
        if self.other {
            OTHERS.fetch_sub(1, Ordering::Relaxed); // only now that its place is free
        }
    }
}

/// Lets the clock call us.
pub(super) fn start() {
    clock_event::set_handler(alarm);
}

/// Makes room for the sleep of so many tasks.
pub(super) fn reserve(tasks: usize) -> Result<()> {
    TASKS.fetch_max(tasks, Ordering::Relaxed);
    DEADLINES.lock().reserve(tasks + OTHERS.load(Ordering::Relaxed))
}

/// Signals a task at a time; one at a time for each task.
pub(super) fn signal_at(time: Instant, task: &Arc<Task>) -> Timer {
    let key = DEADLINES.lock().insert(time.0, Due::Signal(task.clone()));
    arm(time);
    Timer { key, other: false }
}

/// Makes sure that the clock interrupts at `time` or before.
pub(super) fn arm(time: Instant) {
    let mut armed = ARMED.lock();
    if time.0 < *armed {
        *armed = time.0;
        clock_event::program(Some(time));
    }
}

/// The clock's interrupt.
fn alarm(found: &IrqContext) {
    *ARMED.lock() = NEVER;
    let now = clock::now();
    while fire(now) {}
    let ends = schedule::tick(now, found.found_program());
    let next = DEADLINES.lock().next();
    if let Some(time) = next.into_iter().chain(ends.map(|ends| ends.0)).min() {
        arm(Instant(time));
    }
}

/// Calls a handful of those that are due; says whether there may be more.
fn fire(now: Instant) -> bool {
    let mut due = ArrayVec::<Due, HANDFUL>::new();
    let mut deadlines = DEADLINES.lock();
    while !due.is_full()
        && let Some(next) = deadlines.pop_due(now.0)
    {
        due.push(next);
    }
    drop(deadlines);
    let more = due.is_full();
    for due in due {
        match due {
            Due::Signal(task) => task.signal(),
            Due::Wake(whom) => {
                if let Some(whom) = whom.upgrade() {
                    whom.wake();
                }
            }
        }
    }
    more
}
