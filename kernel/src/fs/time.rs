//! The time of day for files.

use logic::time::TimeSpec;
use machine::clock::{self, Instant};

/// The time since 1970.
pub fn now() -> TimeSpec {
    date_at(clock::now())
}

/// The same, a tick too early at most, without reading the clock.
pub fn lately() -> TimeSpec {
    date_at(clock::lately())
}

fn date_at(time: Instant) -> TimeSpec {
    TimeSpec::from_nanoseconds(clock::wall_clock_at_boot().saturating_add(time.0))
}
