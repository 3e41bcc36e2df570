//! Failures on demand: of what a task asks for while it is armed, the n-th fails. So a test can see each way in which a call can fail.
//!
//! The layers above arm a task for the time of a system call. Nobody is armed in a usual run, and then it costs a look at `EVER`.

use crate::fiber;
use core::sync::atomic::{AtomicBool, Ordering};

/// What can fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Taking a frame.
    Frame,
    /// Filling the heap's reserve.
    Reserve,
    /// Taking heap memory of a size that the reserve does not have.
    Large,
    /// A disk's request.
    Request,
    /// Copying from or to a program.
    Copy,
}

/// What is to fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What.
    pub kind: Kind,
    /// The how manyth from now on; 0 once it has failed.
    pub left: u64,
}

/// Somebody was armed.
static EVER: AtomicBool = AtomicBool::new(false);

impl Kind {
    /// All of them, with the names that people write.
    pub const ALL: [(Kind, &'static str); 5] = [
        (Kind::Frame, "frame"),
        (Kind::Reserve, "heap"),
        (Kind::Large, "try"),
        (Kind::Request, "block"),
        (Kind::Copy, "copy"),
    ];
}

/// Arms the task that runs.
pub fn arm(plan: Plan) {
    EVER.store(true, Ordering::Relaxed);
    fiber::set_plan(Some(plan));
}

/// Disarms it; what is left of its plan.
pub fn disarm() -> Option<Plan> {
    fiber::set_plan(None)
}

/// Asked wherever something can fail: whether it does.
#[inline]
pub fn fails(kind: Kind) -> bool {
    EVER.load(Ordering::Relaxed) && is_due(kind)
}

#[cold]
fn is_due(kind: Kind) -> bool {
    let Some(plan) = fiber::set_plan(None) else { return false };
    let counts = plan.kind == kind && plan.left > 0;
    let left = plan.left - u64::from(counts);
    fiber::set_plan(Some(Plan { left, ..plan }));
    counts && left == 0
}
