//! Keeping pages in memory: mlock(2), mlockall(2). Nothing ever leaves memory here, so it means to bring them in, and to count.

use super::address_space::AddressSpace;
use super::{Region, Traits};
use crate::task::TaskContext;
use logic::address::{PAGE_SIZE, PageRange, UserAddr};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

/// When locked pages are brought in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Locking {
    /// At once.
    Now,
    /// When they are touched (MLOCK_ONFAULT).
    WhenTouched,
}

impl AddressSpace {
    /// Locks a range; `limit` bytes may be locked in all. `ENOMEM` if that is too little, or not all of it is mapped or can be had.
    pub fn lock_range(&self, ctx: &TaskContext, range: PageRange, locking: Locking, limit: u64) -> Result<()> {
        let mut map = self.lock(ctx);
        map.lock_limit = limit;
        let pages = |(piece, region): (PageRange, &Region)| match piece.intersection(range) {
            Some(part) if !region.traits.contains(Traits::LOCKED) => part.pages(),
            _ => 0,
        };
        let more: u64 = map.regions.within(range).map(pages).sum();
        if (map.usage.locked + more).saturating_mul(PAGE_SIZE as u64) > limit {
            return Err(Errno::ENOMEM);
        }
        let covered = map.regions.covered(range);
        map.mark(range, Traits::LOCKED, Traits::empty())?;
        drop(map);
        if !covered {
            return Err(Errno::ENOMEM);
        }
        if locking == Locking::WhenTouched {
            return Ok(());
        }
        self.populate(ctx, range).map_err(|errno| if errno == Errno::ENOMEM { Errno::EAGAIN } else { Errno::ENOMEM })
    }

    /// Unlocks a range; `ENOMEM` if not all of it is mapped.
    pub fn unlock_range(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let mut map = self.lock(ctx);
        map.mark(range, Traits::empty(), Traits::LOCKED)?;
        if map.regions.covered(range) { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// Locks all that there is (`now`), and all that will be (`future`); `limit` bytes may be locked. `ENOMEM` if that is too little.
    pub fn lock_all(&self, ctx: &TaskContext, now: Option<Locking>, future: Option<Locking>, limit: u64) -> Result<()> {
        let mut map = self.lock(ctx);
        if now.is_some() && map.usage.pages.saturating_mul(PAGE_SIZE as u64) > limit {
            return Err(Errno::ENOMEM);
        }
        map.lock_limit = limit;
        map.locks_future = future;
        if now.is_some() {
            map.mark(PageRange::whole(), Traits::LOCKED, Traits::empty())?;
        }
        drop(map);
        if now == Some(Locking::Now) {
            // As on Linux, what cannot be had is left out.
            let _ = self.populate(ctx, PageRange::whole());
        }
        Ok(())
    }

    /// Unlocks all, and what comes is not locked any more.
    pub fn unlock_all(&self, ctx: &TaskContext) -> Result<()> {
        let mut map = self.lock(ctx);
        map.locks_future = None;
        map.mark(PageRange::whole(), Traits::empty(), Traits::LOCKED)
    }

    /// Brings in all pages of a range that are mapped; the first that cannot be had stops it: `EFAULT`, or `ENOMEM` if memory is
    /// short. So does a signal, silently: what is missing comes when it is touched.
    pub fn populate(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let mut at = range.start();
        while at < range.end() {
            let found = self.lock(ctx).regions.find_from(at).map(|(piece, region)| (piece, region.use_ahead()));
            let Some((piece, wanted)) = found.filter(|(piece, _)| piece.start() < range.end()) else { break };
            at = piece.start().max(at);
            let end = piece.end().min(range.end());
            if !self.bring_in(ctx, at, end, wanted)? {
                break;
            }
            at = end;
        }
        Ok(())
    }

    /// Touches the pages from `start` to `end`; false if a signal came.
    pub(super) fn bring_in(&self, ctx: &TaskContext, start: u64, end: u64, wanted: Access) -> Result<bool> {
        for page in (start..end).step_by(PAGE_SIZE) {
            if ctx.task().is_interrupted() {
                return Ok(false);
            }
            self.fault(ctx, UserAddr::new(page)?, wanted)?;
        }
        Ok(true)
    }
}
