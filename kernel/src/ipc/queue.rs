//! Waiting for an object that may be taken away meanwhile.

use crate::task::{Instant, Patience, TaskContext, WaitQueue};
use logic::errno::{Errno, Result};

/// Does `step` until it says something else than `EAGAIN`; `EAGAIN` itself once the deadline is over, `EINTR`.
pub(super) fn wait_for<T>(
    ctx: &TaskContext,
    queue: &WaitQueue,
    deadline: Option<Instant>,
    mut step: impl FnMut() -> Result<T>,
) -> Result<T> {
    let waited = queue.wait(ctx, Patience { interruptible: true, deadline }, || match step() {
        Err(Errno::EAGAIN) => None,
        done => Some(done),
    });
    match waited {
        Ok(done) => done,
        Err(Errno::ETIMEDOUT) => Err(Errno::EAGAIN),
        Err(errno) => Err(errno),
    }
}
