//! The clocks that programs read: clock_gettime(2).

use super::thread::Thread;
use crate::task::Instant;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::clock;

/// A clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// The date.
    Realtime,
    /// Since the machine started.
    Monotonic,
    /// How long the process has run.
    Process,
    /// How long the thread has run.
    Thread,
}

impl Clock {
    /// The clock of a number; `EINVAL`.
    pub fn new(number: i32) -> Result<Clock> {
        Ok(match u32::try_from(number).map_err(|_| Errno::EINVAL)? {
            // There are no leap seconds to tell TAI from UTC by, as on a Linux that nobody told.
            linux::CLOCK_REALTIME | linux::CLOCK_REALTIME_COARSE | linux::CLOCK_REALTIME_ALARM | linux::CLOCK_TAI => {
                Clock::Realtime
            }
            linux::CLOCK_MONOTONIC | linux::CLOCK_MONOTONIC_RAW | linux::CLOCK_MONOTONIC_COARSE => Clock::Monotonic,
            linux::CLOCK_BOOTTIME | linux::CLOCK_BOOTTIME_ALARM => Clock::Monotonic,
            linux::CLOCK_PROCESS_CPUTIME_ID => Clock::Process,
            linux::CLOCK_THREAD_CPUTIME_ID => Clock::Thread,
            _ => return Err(Errno::EINVAL),
        })
    }

    /// What it shows a thread.
    pub fn read(self, thread: &Thread) -> TimeSpec {
        TimeSpec::from_nanoseconds(match self {
            Clock::Realtime => clock::wall_clock_at_boot().saturating_add(clock::now().0),
            Clock::Monotonic => clock::now().0,
            Clock::Process => thread.process.run_time(),
            Clock::Thread => thread.run_time(),
        })
    }

    /// The smallest step that it shows.
    pub fn resolution(self) -> TimeSpec {
        TimeSpec::from_nanoseconds(1)
    }

    /// When a sleep by this clock ends that lasts for so many nanoseconds, or until the clock shows them. `EOPNOTSUPP` for clocks that
    /// stand still in a sleep.
    pub fn deadline(self, time: u64, absolute: bool) -> Result<Instant> {
        match self {
            Clock::Process | Clock::Thread => Err(Errno::EOPNOTSUPP),
            _ if !absolute => Ok(now_and(time)),
            Clock::Realtime => Ok(Instant(time.saturating_sub(clock::wall_clock_at_boot()))),
            Clock::Monotonic => Ok(Instant(time)),
        }
    }
}

/// The time so many nanoseconds from now.
pub fn now_and(nanoseconds: u64) -> Instant {
    Instant(clock::now().0.saturating_add(nanoseconds))
}

/// The nanoseconds until a time; 0 if it is past.
pub fn until(time: Instant) -> u64 {
    time.0.saturating_sub(clock::now().0)
}
