//! Times that tests keep to, and work that fills them.

use super::{Outcome, check::within};
use crate::task::{Instant, State, Task, TaskContext};
use alloc::sync::Arc;
use core::time::Duration;
use machine::clock;

/// How many nanoseconds late is too late.
pub(super) const LATE: u64 = 40_000_000;
/// How long to wait for what should happen at once.
pub(super) const SOON: Duration = Duration::from_secs(10);

pub(super) fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub(super) fn after(time: Duration) -> Instant {
    clock::now() + time
}

/// Computes for a while without giving way.
pub(super) fn compute(time: Duration) {
    let end = after(time);
    while clock::now() < end {
        core::hint::spin_loop();
    }
}

/// Waits until tasks have ended.
pub(super) fn join_all(ctx: &TaskContext, tasks: &[Arc<Task>]) -> Outcome {
    within(ctx, SOON, || tasks.iter().all(|task| task.state() == State::Ended))
}
