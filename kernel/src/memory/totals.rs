//! What all programs have together, for /proc/meminfo.

use super::reverse;
use crate::task::TaskContext;
use machine::frame;

/// Pages of all programs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    /// What they see of memory now; what several see counts for each.
    pub resident: u64,
    /// What they may come to own.
    pub promised: u64,
}

/// Adds up.
pub fn totals(ctx: &TaskContext) -> Totals {
    let mut totals = Totals::default();
    let mut number = 0;
    while let Some(space) = reverse::next_after(&mut number) {
        totals.resident += space.machine().resident() as u64;
        totals.promised += space.lock(ctx).usage.counted;
    }
    totals
}

/// How many pages one program may be promised at most when no other has any.
pub fn most_promised() -> u64 {
    let all = frame::total_frames() as u64;
    all - all / super::address_space::KEPT_BACK
}
