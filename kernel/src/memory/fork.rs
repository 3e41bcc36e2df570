//! A second space with the same content: fork(2).

use super::address_space::AddressSpace;
use super::{Content, Region, Traits};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::PageRange;
use logic::errno::Result;
use machine::heap;

/// As many shared pages are worth copying: a child that touches a few has its faults spared.
const FEW: u64 = 32;

impl AddressSpace {
    /// A copy of the whole space. Pages are shared: those of private regions until one of the two writes, others for good.
    /// Costs page tables, not memory. On an error nothing is left of the copy.
    pub fn fork(&self, ctx: &TaskContext) -> Result<Arc<AddressSpace>> {
        let map = self.lock(ctx);
        let child = AddressSpace::new(map.limits)?;
        {
            let mut copy = child.lock(ctx);
            (copy.ceiling, copy.heap) = (map.ceiling, map.heap);
            let (mut ours, mut theirs) = (self.machine().batch(), child.machine().batch());
            for (range, region) in map.regions.iter() {
                // A program decides how many regions there are.
                heap::ensure_reserve()?;
                if region.traits.contains(Traits::NOT_COPIED) {
                    continue;
                }
                // What is locked is so for the parent alone.
                let region = Region { traits: region.traits - Traits::LOCKED, ..region.clone() };
                copy.usage = copy.usage.plus(region.usage(range.pages()));
                if !region.traits.contains(Traits::WIPED) && !is_found_again(range, &region) {
                    ours.share(&mut theirs, range, !region.shared)?;
                }
                copy.regions.insert(range, region);
            }
        }
        Ok(child)
    }
}

/// Whether a child's faults bring the same pages from where the parent had them, and copying the tables costs more.
fn is_found_again(range: PageRange, region: &Region) -> bool {
    region.shared && matches!(region.content, Content::Paged { .. }) && range.pages() > FEW
}
