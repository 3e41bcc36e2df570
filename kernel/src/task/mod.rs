//! Kernel tasks, and the only ways to sleep.
//!
//! A task is a kernel stack with a name. Tasks are preempted when their time is up, in programs and in the kernel alike,
//! wherever no spin lock is held. Whoever may sleep takes a `&TaskContext`, which only a task's body is given and which
//! can be neither sent nor kept; an interrupt handler has none, so sleeping there does not compile.
//!
//! `schedule` decides who runs, `slice` for how long, `account` writes down who had the CPU, `wait` is the one way to wait for a
//! condition, `mutex` the lock that sleeps, `contention` counts who had to wait for one, `timer` what happens at a time. Everything else in the kernel waits by these.

mod account;
pub mod contention;
mod context;
mod mutex;
mod real_time;
mod schedule;
mod slice;
#[allow(clippy::module_inception, reason = "a task is what the word says")]
mod task;
mod timer;
mod wait;

pub use account::{Account, Totals, Usage};
pub use context::TaskContext;
pub use machine::clock::Instant;
pub use mutex::{Mutex, MutexGuard};
pub use schedule::{Census, census, idle, start, totals};
pub use slice::perturb;
pub use task::{Owner, State, Task, all, spawn};
pub use timer::{Timer, at};
pub use wait::{Patience, WaitQueue, Waiter, Wake};
