//! What makes a process's system calls go the long way: they are told in the log (`trace`), or something that they ask for is to fail
//! (`fail`: boot argument, and /proc/PID/fail). Children get both as they stand when they are made.

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
    failure: SpinLock<Option<Failure>>,
}

/// What is to fail, and in which call it did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failure {
    /// What, and how many succeed before.
    pub plan: Plan,
    /// The call, and what it said, once it has failed.
    pub met: Option<(&'static str, Option<Errno>)>,
}

impl Watch {
    /// Nothing is done.
    pub fn new() -> Watch {
        Watch { what: AtomicU8::new(0), failure: SpinLock::new("planned failure", None) }
    }

    /// The same for a child.
    pub(super) fn copy(&self) -> Watch {
        let copy = Watch::new();
        copy.set_traced(self.is_traced());
        copy.set_plan(self.failure().map(|failure| failure.plan));
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
    pub fn failure(&self) -> Option<Failure> {
        *self.failure.lock()
    }

    /// Says what is to fail.
    pub fn set_plan(&self, plan: Option<Plan>) {
        *self.failure.lock() = plan.map(|plan| Failure { plan, met: None });
        self.set(FAILS, plan.is_some_and(|plan| plan.left > 0));
    }

    /// Notes what is left of a plan after a call, and how that ended.
    pub fn note(&self, before: Plan, after: Plan, call: &'static str, errno: Option<Errno>) {
        let mut failure = self.failure.lock();
        let Some(failure) = failure.as_mut().filter(|failure| failure.plan == before) else { return };
        failure.plan = after;
        if after.left == 0 {
            failure.met = Some((call, errno));
            self.set(FAILS, false);
        }
    }

    fn set(&self, bit: u8, on: bool) {
        if on {
            self.what.fetch_or(bit, Ordering::Relaxed);
        } else {
            self.what.fetch_and(!bit, Ordering::Relaxed);
        }
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
    count.trim().parse().ok().map(|left| Plan { kind, left })
}
