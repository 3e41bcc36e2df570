//! The time of day for files.

use logic::time::TimeSpec;

/// The time since 1970.
pub fn now() -> TimeSpec {
    let nanoseconds = machine::clock::wall_clock_at_boot().saturating_add(machine::clock::now().0);
    TimeSpec::from_nanoseconds(nanoseconds)
}
