//! Regions that grow down to where they are touched: the stack.

use super::Role;
use super::address_space::{LOWEST, Map};
use super::fault::Fault;
use logic::address::{PageRange, UserAddr};

/// What stays free below a stack, so that a large frame cannot step over its end into something else (Linux's stack_guard_gap).
pub(super) const GUARD: u64 = 256 * 4096;

impl Map {
    /// Lets the stack above an unmapped address grow down to it; `Unmapped` if there is none or it may not.
    pub(super) fn grow_stack(&mut self, at: UserAddr) -> Result<(), Fault> {
        let page = at.page().get();
        let Some((above, region)) = self.regions.find_from(page) else { return Err(Fault::Unmapped) };
        let room = region.role == Role::Stack && page >= LOWEST && above.end() - page <= self.limits.stack;
        let new = PageRange::new(page, above.start().saturating_sub(page)).map_err(|_| Fault::Unmapped)?;
        if !room || new.is_empty() || !self.is_clear_below(page) || self.admit(region, new.pages()).is_err() {
            return Err(Fault::Unmapped);
        }
        let region = region.clone();
        self.insert(new, region);
        Ok(())
    }

    /// Whether the guard gap below a stack's new start is free, or no one may touch what lies in it.
    fn is_clear_below(&self, start: u64) -> bool {
        let lowest = start.saturating_sub(GUARD);
        PageRange::new(lowest, start - lowest).is_ok_and(|gap| {
            self.regions.within(gap).all(|(_, region)| region.access.is_empty() || region.role == Role::Stack)
        })
    }
}
