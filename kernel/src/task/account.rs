//! Who had the CPU, and for what: the times of times(2) and getrusage(2), the totals of /proc/stat.
//!
//! Time is measured at switches and ticks, never at the entry of a system call, which would cost more than many calls do. Whether a
//! span was the program's or the kernel's is told by the tick that ends it; what is left at a switch goes where the last tick
//! found the task. So the sum is exact, and the two parts are true over many ticks. A task that no tick has found yet counts as in
//! its program, as in Linux.

use super::{State, Task};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What one task has had. Written by the scheduler, under its lock.
#[derive(Default)]
pub struct Account {
    user: AtomicU64,
    system: AtomicU64,
    /// Where it was found last: in its program.
    in_program: AtomicBool,
    /// It has a program.
    has_program: AtomicBool,
    /// Switches because it waited, and because others had their turn.
    waited: AtomicU64,
    preempted: AtomicU64,
}

/// What a task has had of the CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Nanoseconds in its program.
    pub user: u64,
    /// Nanoseconds in the kernel.
    pub system: u64,
    /// How often it left the CPU because it had to wait.
    pub waited: u64,
    /// How often it left the CPU because it was somebody else's turn.
    pub preempted: u64,
}

/// What a CPU has done since boot, in nanoseconds, and how often it switched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// In programs.
    pub user: u64,
    /// In programs that are nice to others.
    pub nice: u64,
    /// In the kernel.
    pub system: u64,
    /// With nothing to do.
    pub idle: u64,
    /// With nothing to do until a disk, or the like, has answered a program.
    pub waiting: u64,
    /// From one task to another.
    pub switches: u64,
}

impl Account {
    pub(super) fn usage(&self) -> Usage {
        Usage {
            user: self.user.load(Ordering::Relaxed),
            system: self.system.load(Ordering::Relaxed),
            waited: self.waited.load(Ordering::Relaxed),
            preempted: self.preempted.load(Ordering::Relaxed),
        }
    }

    pub(super) fn run_program(&self) {
        self.has_program.store(true, Ordering::Relaxed);
        self.in_program.store(true, Ordering::Relaxed);
    }

    pub(super) fn runs_program(&self) -> bool {
        self.has_program.load(Ordering::Relaxed)
    }

    /// Notes where a tick found it.
    pub(super) fn find(&self, in_program: bool) {
        self.in_program.store(in_program, Ordering::Relaxed);
    }

    /// Notes that it ran; tells whether that was in its program.
    pub(super) fn charge(&self, nanoseconds: u64) -> bool {
        let program = self.in_program.load(Ordering::Relaxed);
        if program { &self.user } else { &self.system }.fetch_add(nanoseconds, Ordering::Relaxed);
        program
    }

    /// Notes that it left the CPU.
    pub(super) fn leave(&self, to_wait: bool) {
        if to_wait { &self.waited } else { &self.preempted }.fetch_add(1, Ordering::Relaxed);
    }
}

impl Totals {
    /// Adds what a task ran.
    pub(super) fn add(&mut self, nanoseconds: u64, in_program: bool, nice: i8) {
        *match (in_program, nice > 0) {
            (true, false) => &mut self.user,
            (true, true) => &mut self.nice,
            (false, _) => &mut self.system,
        } += nanoseconds;
    }
}

impl core::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Usage) {
        self.user += other.user;
        self.system += other.system;
        self.waited += other.waited;
        self.preempted += other.preempted;
    }
}

impl Task {
    /// Whether it counts as load though it waits: a program that waits for what no signal ends.
    pub(super) fn is_blocked_program(&self) -> bool {
        self.state() == State::Waiting && self.deaf.load(Ordering::Relaxed) && self.account.runs_program()
    }
}
