//! How much of a CPU those may take who run in real time: so much of each second that whoever shares what is left, such as a shell to
//! stop them from, still gets on. sched(7), "Limiting the CPU usage of real-time and deadline processes"
//!
//! The scheduler's lock protects it.

use super::Instant;

/// The span that is looked at, in nanoseconds.
const PERIOD: u64 = 1_000_000_000;
/// How much of it they may have.
const MOST: u64 = 950_000_000;

/// What those who run in real time have had of the present second.
#[derive(Clone, Copy, Default)]
pub(super) struct Budget {
    began: u64,
    used: u64,
}

impl Budget {
    /// Begins the next second if it is time.
    pub(super) fn advance(&mut self, now: Instant) {
        if now.0 - self.began >= PERIOD {
            *self = Budget { began: now.0, used: 0 };
        }
    }

    /// Notes that one of them ran.
    pub(super) fn charge(&mut self, nanoseconds: u64) {
        self.used += nanoseconds;
    }

    /// Whether they share with others until the second is over.
    pub(super) fn is_spent(&self) -> bool {
        self.used >= MOST
    }
}
