//! Failures on demand: of what tasks ask for while they are armed, the n-th fails. So a test can see each way in which a call can fail.
//!
//! The layers above arm a task for the time of a system call. Nobody is armed in a usual run, and then it costs a look at `EVER`.

use crate::fiber;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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

/// What is to fail, once. Tasks that are armed with copies of a plan count together.
#[derive(Clone, Debug)]
pub struct Plan {
    kind: Kind,
    left: Arc<AtomicU64>,
}

/// What the fiber that runs is armed with.
pub(crate) struct Armed {
    plan: Plan,
    /// It was here that something failed.
    met: bool,
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

impl Plan {
    /// The n-th of a kind from now on.
    pub fn new(kind: Kind, n: u64) -> Plan {
        Plan { kind, left: Arc::new(AtomicU64::new(n)) }
    }

    /// Of what.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The how manyth from now on; 0 once it has failed.
    pub fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    /// Counts one more; whether it is the one that fails.
    fn is_due(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) == Ok(1)
    }
}

/// Arms the task that runs.
pub fn arm(plan: Plan) {
    EVER.store(true, Ordering::Relaxed);
    fiber::set_armed(Some(Armed { plan, met: false }));
}

/// Disarms it; whether something failed while it was armed.
pub fn disarm() -> bool {
    fiber::set_armed(None).is_some_and(|armed| armed.met)
}

/// Asked wherever something can fail: whether it does.
#[inline]
pub fn fails(kind: Kind) -> bool {
    EVER.load(Ordering::Relaxed) && is_due(kind)
}

#[cold]
fn is_due(kind: Kind) -> bool {
    let Some(mut armed) = fiber::set_armed(None) else { return false };
    let due = armed.plan.kind == kind && armed.plan.is_due();
    armed.met |= due;
    fiber::set_armed(Some(armed));
    due
}
