//! Placing, removing and protecting regions: mmap(2), munmap(2), mprotect(2), madvise(2).

use super::address_space::{AddressSpace, LOWEST, Map};
use super::shared::SharedMemory;
use super::{Content, Region, Role};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::{PAGE_SIZE, PageRange, USER_END, UserAddr, round_up};
use logic::errno::{Errno, Result};
use logic::regions::Side;
use machine::user_space::{Access, UserSpace};

/// Where a new region is to lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// At this address if it is free, else wherever there is room.
    Near(u64),
    /// Here, in place of what is there (MAP_FIXED).
    Exactly(u64),
    /// Here, or `EEXIST` (MAP_FIXED_NOREPLACE).
    Free(u64),
}

/// How many own a frame that only one page table maps, while somebody looks at it.
pub(super) const LOOKED_AT: usize = 2;

impl AddressSpace {
    /// Maps `length` bytes, more than none, and says where. `EINVAL` for a fixed place that is not a page's start; `EPERM` below
    /// the lowest address; `ENOMEM` without room.
    pub fn map(&self, ctx: &TaskContext, place: Place, length: u64, region: Region) -> Result<UserAddr> {
        let region = with_shared_memory(region, length)?;
        let mut map = self.lock(ctx);
        let range = map.find_place(place, length)?;
        map.admit(self.machine(), &region, range.pages())?;
        map.admit_cuts(range)?;
        map.remove(self.machine(), range);
        map.insert(range, region);
        UserAddr::new(range.start())
    }

    /// Unmaps whatever is in a range.
    pub fn unmap(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let mut map = self.lock(ctx);
        map.admit_cuts(range)?;
        map.remove(self.machine(), range);
        Ok(())
    }

    /// Changes what a program may do with the pages of a range. `ENOMEM` if not all of it is mapped, `EACCES` where a mapping
    /// does not allow it.
    pub fn protect(&self, ctx: &TaskContext, range: PageRange, access: Access) -> Result<()> {
        let mut map = self.lock(ctx);
        if !map.regions.covered(range) {
            return Err(Errno::ENOMEM);
        }
        if map.regions.within(range).any(|(_, region)| !region.allowed.contains(access)) {
            return Err(Errno::EACCES);
        }
        map.admit_cuts(range)?;
        map.admit_writing(self.machine(), range, access)?;
        let mut batch = self.machine().batch();
        let (mut before, mut after) = (0, 0);
        map.regions.update(range, |piece, region| {
            before += if region.counts() { piece.pages() } else { 0 };
            region.access = access;
            after += if region.counts() { piece.pages() } else { 0 };
            // A page that others use too is found out, and copied, at the first write.
            batch.protect(piece, region.effective_access(), |frame| !region.shared && frame.count() == LOOKED_AT);
        });
        map.counted = map.counted - before + after;
        map.regions.merge(range);
        Ok(())
    }

    /// Forgets what was written to private pages of a range (MADV_DONTNEED): zeros or the file's content come back. `ENOMEM` if not
    /// all of it is mapped.
    pub fn discard(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let map = self.lock(ctx);
        self.machine().batch().unmap(range);
        if map.regions.covered(range) { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// Faults in the pages of a range as far as that goes (MAP_POPULATE).
    pub fn populate(&self, ctx: &TaskContext, range: PageRange, access: Access) {
        for page in (range.start()..range.end()).step_by(PAGE_SIZE) {
            let Ok(page) = UserAddr::new(page) else { return };
            if self.fault(ctx, page, access).is_err() {
                return;
            }
        }
    }
}

impl Map {
    /// The pages for a new region.
    pub(super) fn find_place(&self, place: Place, length: u64) -> Result<PageRange> {
        let length = round_up(length).ok_or(Errno::ENOMEM)?;
        match place {
            Place::Near(hint) => self.find_near(hint, length),
            Place::Exactly(start) => fixed(start, length),
            Place::Free(start) => {
                let range = fixed(start, length)?;
                if self.regions.is_free(range) { Ok(range) } else { Err(Errno::EEXIST) }
            }
        }
    }

    fn find_near(&self, hint: u64, length: u64) -> Result<PageRange> {
        let wish = round_up(hint).and_then(|start| PageRange::new(start, length).ok());
        if let Some(range) = wish
            && range.start() >= LOWEST
            && self.regions.is_free(range)
        {
            return Ok(range);
        }
        let below = |ceiling: u64| {
            let within = PageRange::new(LOWEST, ceiling.saturating_sub(LOWEST)).ok()?;
            self.regions.gap(within, length, PAGE_SIZE as u64, Side::Top)
        };
        below(self.ceiling).or_else(|| below(USER_END)).ok_or(Errno::ENOMEM)
    }

    /// Whether the private pages of a range that become writable may be counted: as `admit`.
    fn admit_writing(&self, machine: &UserSpace, range: PageRange, access: Access) -> Result<()> {
        let newly = |region: &Region| region.counts_with(access) && !region.counts();
        let pages = |(piece, _): (PageRange, &Region)| piece.intersection(range).map_or(0, PageRange::pages);
        let more = self.regions.within(range).filter(|(_, region)| newly(region)).map(pages).sum();
        if more == 0 { Ok(()) } else { self.admit(machine, &Region::anonymous(Access::WRITE), more) }
    }
}

fn fixed(start: u64, length: u64) -> Result<PageRange> {
    let range = PageRange::new(start, length)?;
    if start < LOWEST { Err(Errno::EPERM) } else { Ok(range) }
}

/// Shared zeros are pages of an object of their own, so that a child sees what its parent writes.
fn with_shared_memory(region: Region, length: u64) -> Result<Region> {
    match region.content {
        Content::Anonymous if region.shared => {
            let pager = Arc::new(SharedMemory::new(length));
            Ok(Region { role: Role::SharedMemory, content: Content::Paged { pager, offset: 0 }, ..region })
        }
        _ => Ok(region),
    }
}
