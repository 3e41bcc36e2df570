//! What makes a process's system calls go the long way: they are told in the log (`trace`), or something that they ask for is to fail
//! (`fail`: boot argument, and /proc/PID/fail). Children get both as they stand when they are made; one failure is planned for a whole
//! family, whose calls count together.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU8, Ordering};
use logic::errno::Errno;
use machine::inject::{Kind, Plan};
use machine::lock::SpinLock;

const TRACED: u8 = 1;
const FAILS: u8 = 2;

/// What is done about a process's calls.
pub struct Watch {
    /// Any of the above.
    what: AtomicU8,
    failure: SpinLock<Option<Arc<Failure>>>,
}

/// What is to fail, and in which call it did.
pub struct Failure {
    /// What, and how many succeed before.
    pub plan: Plan,
    /// The call, and what it said, once it has failed.
    met: SpinLock<Option<Met>>,
}

/// The name of a call in which something failed, and what it said.
type Met = (&'static str, Option<Errno>);

impl Watch {
    /// Nothing is done.
    pub fn new() -> Watch {
        Watch { what: AtomicU8::new(0), failure: SpinLock::new("planned failure", None) }
    }

    /// The same for a child.
    pub(super) fn copy(&self) -> Watch {
        let copy = Watch::new();
        copy.set_traced(self.is_traced());
        copy.share(self.failure());
        copy
    }

    /// Whether calls go the long way.
    #[inline]
    pub fn is_any(&self) -> bool {
        self.what.load(Ordering::Relaxed) != 0
    }

    /// Whether they are told in the log.
    pub fn is_traced(&self) -> bool {
        self.what.load(Ordering::Relaxed) & TRACED != 0
    }

    /// Says whether they are.
    pub fn set_traced(&self, traced: bool) {
        self.set(TRACED, traced);
    }

    /// What is to fail, or has.
    pub fn failure(&self) -> Option<Arc<Failure>> {
        self.failure.lock().clone()
    }

    /// Says what is to fail.
    pub fn set_plan(&self, plan: Option<Plan>) {
        self.share(plan.map(|plan| Arc::new(Failure { plan, met: SpinLock::new("failure met", None) })));
    }

    fn share(&self, failure: Option<Arc<Failure>>) {
        self.set(FAILS, failure.is_some());
        let before = core::mem::replace(&mut *self.failure.lock(), failure);
        drop(before);
    }

    fn set(&self, bit: u8, on: bool) {
        if on {
            self.what.fetch_or(bit, Ordering::Relaxed);
        } else {
            self.what.fetch_and(!bit, Ordering::Relaxed);
        }
    }
}

impl Failure {
    /// In which call something failed, and what that said; `None` until it has returned.
    pub fn met(&self) -> Option<Met> {
        *self.met.lock()
    }

    /// Notes in which call it was.
    pub fn note(&self, call: &'static str, errno: Option<Errno>) {
        *self.met.lock() = Some((call, errno));
    }
}

impl Default for Watch {
    fn default() -> Watch {
        Watch::new()
    }
}

/// Reads a plan as people write it, `KIND N` or `KIND:N`.
pub fn parse_plan(text: &str) -> Option<Plan> {
    let (kind, count) = text.trim().split_once([' ', ':'])?;
    let kind = Kind::ALL.iter().find(|(_, name)| *name == kind)?.0;
    count.trim().parse().ok().map(|n| Plan::new(kind, n))
}
