//! Telling which pages are in memory: mincore(2).

use super::{AddressSpace, Content};
use crate::task::TaskContext;
use logic::address::{PAGE_SIZE, PageRange};
use logic::errno::{Errno, Result};

impl AddressSpace {
    /// Sets a byte for each page from `start` on to whether it can be had without waiting; `ENOMEM` at one that is not mapped.
    pub fn tell_resident(&self, ctx: &TaskContext, start: u64, into: &mut [u8]) -> Result<()> {
        let range = PageRange::new(start, (into.len() * PAGE_SIZE) as u64).map_err(|_| Errno::ENOMEM)?;
        let map = self.lock(ctx);
        if !map.regions.covered(range) {
            return Err(Errno::ENOMEM);
        }
        into.fill(0);
        for (piece, region) in map.regions.within(range) {
            if let Content::Paged { pager, offset } = &region.content {
                let part = piece.intersection(range).unwrap_or_default();
                let first = ((part.start() - start) / PAGE_SIZE as u64) as usize;
                for (index, told) in into[first..].iter_mut().enumerate().take(part.pages() as usize) {
                    let at = part.start() - piece.start() + (index * PAGE_SIZE) as u64;
                    *told = u8::from(pager.cached(offset + at).is_some());
                }
            }
        }
        self.machine().mark_mapped(range, into);
        Ok(())
    }
}
