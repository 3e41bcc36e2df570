//! The heap that brk(2) moves.

use super::{AddressSpace, Locking, Region, Role};
use crate::task::TaskContext;
use logic::address::{PAGE_SIZE, PageRange, round_up};
use machine::user_space::Access;

impl AddressSpace {
    /// Moves the end of the heap to `end` if that can be, and says where it is now.
    pub fn set_break(&self, ctx: &TaskContext, end: u64) -> u64 {
        let mut map = self.lock(ctx);
        let (start, now) = map.heap;
        let (Some(old), Some(new)) = (round_up(now), round_up(end)) else { return now };
        if end < start {
            return now;
        }
        if let Some(shrunk) = between(new, old) {
            map.remove(self.machine(), shrunk);
        } else if new > old {
            let traits = map.traits_of_new();
            let region = Region { role: Role::Heap, traits, ..Region::anonymous(Access::READ | Access::WRITE) };
            // A free page stays between the heap and what comes next.
            let free =
                between(old, new.saturating_add(PAGE_SIZE as u64)).is_some_and(|range| map.regions.is_free(range));
            let Some(grown) = between(old, new).filter(|range| free && map.admit(&region, range.pages()).is_ok())
            else {
                return now;
            };
            map.insert(grown, region);
            map.heap.1 = end;
            if map.locks_future == Some(Locking::Now) {
                drop(map);
                // As on Linux, what cannot be had now will be touched later.
                let _ = self.populate(ctx, grown);
            }
            return end;
        }
        map.heap.1 = end;
        end
    }
}

/// The pages from `start` to `end`, if there are any.
fn between(start: u64, end: u64) -> Option<PageRange> {
    PageRange::new(start, end.checked_sub(start)?).ok().filter(|range| !range.is_empty())
}
