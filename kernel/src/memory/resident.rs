//! Telling which pages are in memory: mincore(2).

use super::{AddressSpace, Content};
use crate::task::TaskContext;
use logic::address::{PAGE_SIZE, UserAddr};
use logic::errno::{Errno, Result};

impl AddressSpace {
    /// Sets a byte for each page from `start` on to whether it can be had without waiting; `ENOMEM` at one that is not mapped.
    pub fn tell_resident(&self, ctx: &TaskContext, start: u64, into: &mut [u8]) -> Result<()> {
        let map = self.lock(ctx);
        for (index, told) in into.iter_mut().enumerate() {
            let page = UserAddr::new(start + (index * PAGE_SIZE) as u64).map_err(|_| Errno::ENOMEM)?;
            let (range, region) = map.regions.find(page.get()).ok_or(Errno::ENOMEM)?;
            let cached = || match &region.content {
                Content::Paged { pager, offset } => pager.cached(offset + (page.get() - range.start())).is_some(),
                Content::Anonymous => false,
            };
            *told = u8::from(self.machine().lookup(page).is_some() || cached());
        }
        Ok(())
    }
}
