//! What madvise(2) does beyond advice.

use super::address_space::{AddressSpace, Map};
use super::region::Usage;
use super::{Content, Region, Traits};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::PageRange;
use logic::errno::{Errno, Result};
use machine::user_space::Access;

impl AddressSpace {
    /// Forgets what was written to private pages of a range (MADV_DONTNEED): zeros or the file's content come back. `EINVAL` for
    /// locked pages, `ENOMEM` if not all of it is mapped.
    pub fn discard(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        self.discard_if(ctx, range, |_| true)
    }

    /// The same for memory that is the program's alone, so that it may be done at any time (MADV_FREE); `EINVAL` for other.
    pub fn free(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        self.discard_if(ctx, range, |region| !region.shared && matches!(region.content, Content::Anonymous))
    }

    /// Makes a hole in the file, or the shared memory, that a range shows (MADV_REMOVE). `EINVAL` if it is private memory or
    /// locked, `EACCES` unless it may be written for all, `ENOMEM` if not all is mapped.
    pub fn punch(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let mut at = range.start();
        while at < range.end() {
            let map = self.lock(ctx);
            let (piece, region) = map.regions.find(at).ok_or(Errno::ENOMEM)?;
            let Content::Paged { pager, offset } = &region.content else { return Err(Errno::EINVAL) };
            if region.traits.contains(Traits::LOCKED) {
                return Err(Errno::EINVAL);
            }
            if !region.shared || !region.allowed.contains(Access::WRITE) {
                return Err(Errno::EACCES);
            }
            let (pager, offset) = (Arc::clone(pager), offset + (at - piece.start()));
            let end = piece.end().min(range.end());
            drop(map);
            pager.punch(ctx, offset, end - at)?;
            at = end;
        }
        Ok(())
    }

    /// Brings in pages for reading or writing and tells what fails (MADV_POPULATE_READ and WRITE): `ENOMEM` where nothing is mapped,
    /// `EINVAL` where that may not be done, `EFAULT` where the page cannot be had.
    pub fn populate_for(&self, ctx: &TaskContext, range: PageRange, wanted: Access) -> Result<()> {
        let mut at = range.start();
        while at < range.end() {
            let (end, permits) = {
                let map = self.lock(ctx);
                let (piece, region) = map.regions.find(at).ok_or(Errno::ENOMEM)?;
                (piece.end().min(range.end()), region.permits(wanted))
            };
            if !permits {
                return Err(Errno::EINVAL);
            }
            if !self.bring_in(ctx, at, end, wanted)? {
                return Err(Errno::EINTR);
            }
            at = end;
        }
        Ok(())
    }

    /// Gives the regions of a range some traits and takes others. `EINVAL` if one of them may not have them; `ENOMEM` if not all of
    /// it is mapped.
    pub fn set_traits(
        &self,
        ctx: &TaskContext,
        range: PageRange,
        (add, take): (Traits, Traits),
        may: impl Fn(&Region) -> bool,
    ) -> Result<()> {
        let mut map = self.lock(ctx);
        if !map.regions.within(range).all(|(_, region)| may(region)) {
            return Err(Errno::EINVAL);
        }
        map.mark(range, add, take)?;
        if map.regions.covered(range) { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// Whether all of a range is mapped: `ENOMEM`.
    pub fn check_mapped(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        if self.lock(ctx).regions.covered(range) { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// Brings what was written to the files that a range shows to where it survives: msync(2). With `forget`, which asks others to
    /// look again, `EBUSY` for locked pages. `ENOMEM` if not all of it is mapped.
    pub fn sync(&self, ctx: &TaskContext, range: PageRange, write: bool, forget: bool) -> Result<()> {
        let mut at = range.start();
        let mut whole = true;
        while at < range.end() {
            let map = self.lock(ctx);
            let found = map.regions.find_from(at).filter(|(piece, _)| piece.start() < range.end());
            let Some((piece, region)) = found else { return Err(Errno::ENOMEM) };
            if forget && region.traits.contains(Traits::LOCKED) {
                return Err(Errno::EBUSY);
            }
            whole &= piece.start() <= at;
            at = piece.end();
            let pager = match &region.content {
                Content::Paged { pager, .. } if region.shared && write => Some(Arc::clone(pager)),
                _ => None,
            };
            drop(map);
            pager.map_or(Ok(()), |pager| pager.sync(ctx))?;
        }
        if whole { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    fn discard_if(&self, ctx: &TaskContext, range: PageRange, may: impl Fn(&Region) -> bool) -> Result<()> {
        let map = self.lock(ctx);
        let fits = |region: &Region| may(region) && !region.traits.contains(Traits::LOCKED);
        if !map.regions.within(range).all(|(_, region)| fits(region)) {
            return Err(Errno::EINVAL);
        }
        self.machine().batch().unmap(range);
        if map.regions.covered(range) { Ok(()) } else { Err(Errno::ENOMEM) }
    }
}

impl Map {
    /// Gives what is mapped in a range some traits and takes others; `ENOMEM` if that made too many regions.
    pub(super) fn mark(&mut self, range: PageRange, add: Traits, take: Traits) -> Result<()> {
        self.admit_cuts(range)?;
        let (mut before, mut after) = (Usage::default(), Usage::default());
        self.regions.update(range, |piece, region| {
            before = before.plus(region.usage(piece.pages()));
            region.traits = (region.traits | add) - take;
            after = after.plus(region.usage(piece.pages()));
        });
        self.usage = self.usage.minus(before).plus(after);
        self.regions.merge(range);
        Ok(())
    }
}
