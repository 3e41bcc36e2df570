//! What processes have used, and what is added up when one has ended: getrusage(2), times(2), /proc/PID/stat.

use super::process::Process;
use super::program::Program;
use super::thread::Thread;
use crate::task::Usage;
use core::ops::AddAssign;
use core::sync::atomic::{AtomicU64, Ordering};

/// What one tick of times(2) is, in nanoseconds.
pub const TICK: u64 = 10_000_000;

/// What somebody has used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// Of the CPU.
    pub usage: Usage,
    /// Page faults; none ever waits for a disk.
    pub faults: u64,
}

/// What those used who are gone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// Threads of the process that have ended.
    pub own: Used,
    /// Children that it has waited for, and theirs.
    pub children: Used,
    /// The most pages that it had in an earlier program.
    pub resident: usize,
    /// The most that any of the children had.
    pub child_resident: usize,
}

/// Page faults of all threads that have ended.
static ENDED_FAULTS: AtomicU64 = AtomicU64::new(0);

/// Those that threads had who have ended, whoever waited for them.
pub(super) fn ended_faults() -> u64 {
    ENDED_FAULTS.load(Ordering::Relaxed)
}

impl AddAssign for Used {
    fn add_assign(&mut self, other: Used) {
        self.usage += other.usage;
        self.faults += other.faults;
    }
}

impl Thread {
    /// What it has used.
    pub fn used(&self) -> Used {
        Used { usage: self.usage(), faults: self.faults.load(Ordering::Relaxed) }
    }
}

impl Process {
    /// What those used who are gone.
    pub fn past(&self) -> Past {
        *self.past.lock()
    }

    /// What its threads have used, the living and those that have ended.
    pub fn used(&self) -> Used {
        let mut used = self.past().own;
        self.for_each_thread(|thread| used += thread.used());
        used
    }

    /// Takes over what a thread has used that ends.
    pub(super) fn outlive(&self, used: Used) {
        ENDED_FAULTS.fetch_add(used.faults, Ordering::Relaxed);
        self.past.lock().own += used;
    }

    /// Takes over what a child has used that it has waited for.
    pub(super) fn bury(&self, child: &Process) {
        let mut used = child.used();
        used += child.past().children;
        let resident = child.most_resident(true).max(child.most_resident(false));
        let mut past = self.past.lock();
        past.children += used;
        past.child_resident = past.child_resident.max(resident);
    }

    /// The most pages that it, or one of its children, ever had at once.
    pub fn most_resident(&self, children: bool) -> usize {
        let past = self.past();
        if children {
            return past.child_resident;
        }
        let now = self.program().map_or(0, |program| program.space.machine().most_resident());
        past.resident.max(now)
    }

    /// Notes how large a program was that it leaves.
    pub(super) fn leave_program(&self, program: &Program) {
        let most = program.space.machine().most_resident();
        let mut past = self.past.lock();
        past.resident = past.resident.max(most);
    }
}
