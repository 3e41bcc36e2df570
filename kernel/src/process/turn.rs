//! By which rules a thread gets its turn: sched(7), setpriority(2), ioprio_set(2). The scheduler knows only how nice a task is, and how
//! urgent if it runs in real time.

use super::thread::Thread;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::run_queue::{NICE_MAX, REAL_TIME_MAX};

/// The rules of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// `linux::SCHED_`.
    pub policy: u32,
    /// In real time, how urgent it is: 1 to 99; 0 otherwise.
    pub priority: u8,
    /// How nice it is to others, -20 to 19.
    pub nice: i8,
    /// A child does not get what makes it more urgent than others.
    pub resets_on_fork: bool,
    /// What ioprio_set(2) said. Requests are served in the order of their coming, as on a Linux without a scheduler for its disks.
    pub disk_priority: u16,
}

impl Rules {
    /// Those of the first thread.
    pub const ORDINARY: Rules =
        Rules { policy: linux::SCHED_NORMAL, priority: 0, nice: 0, resets_on_fork: false, disk_priority: 0 };

    /// Whether it runs in real time.
    pub fn is_real_time(&self) -> bool {
        matches!(self.policy, linux::SCHED_FIFO | linux::SCHED_RR)
    }

    /// `EINVAL` if there is no such policy, or none with such a priority.
    pub fn check(&self) -> Result<()> {
        let fits = match self.policy {
            linux::SCHED_NORMAL | linux::SCHED_BATCH | linux::SCHED_IDLE => self.priority == 0,
            linux::SCHED_FIFO | linux::SCHED_RR => (1..=REAL_TIME_MAX).contains(&self.priority),
            _ => false,
        };
        if fits { Ok(()) } else { Err(Errno::EINVAL) }
    }

    /// Those of a child.
    pub(super) fn of_child(self) -> Rules {
        if !self.resets_on_fork {
            return self;
        }
        let ordinary = Rules { disk_priority: self.disk_priority, ..Rules::ORDINARY };
        if self.is_real_time() { ordinary } else { Rules { policy: self.policy, nice: self.nice.max(0), ..ordinary } }
    }
}

impl Thread {
    /// By which rules it gets its turn.
    pub fn rules(&self) -> Rules {
        *self.rules.lock()
    }

    /// Changes them.
    pub fn set_rules(&self, rules: Rules) {
        *self.rules.lock() = rules;
        self.tell_rules();
    }

    /// Tells the scheduler. Who is to run only when nobody else wants to is as nice as can be.
    pub(super) fn tell_rules(&self) {
        let Some(task) = self.task() else { return };
        let rules = self.rules();
        task.set_nice(if rules.policy == linux::SCHED_IDLE { NICE_MAX } else { rules.nice });
        task.set_real_time(rules.priority, rules.policy == linux::SCHED_RR);
    }
}
