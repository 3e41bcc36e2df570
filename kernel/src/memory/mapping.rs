//! Placing, removing and protecting regions: mmap(2), munmap(2), mprotect(2).

use super::address_space::{AddressSpace, LOWEST, Map, Packed};
use super::region::Usage;
use super::shared::SharedMemory;
use super::stack::GUARD;
use super::{Content, Locking, Region, Role};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::{PAGE_SIZE, PageRange, USER_END, UserAddr, round_up};
use logic::errno::{Errno, Result};
use logic::regions::Side;
use machine::{profile, user_space::Access};

/// Where a new region is to lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// At this address if it is free, else wherever there is room.
    Near(u64),
    /// Wherever there is room in the second GiB (MAP_32BIT).
    Low,
    /// Here, in place of what is there (MAP_FIXED).
    Exactly(u64),
    /// Here, or `EEXIST` (MAP_FIXED_NOREPLACE).
    Free(u64),
}

/// Where MAP_32BIT looks for room.
const LOW: (u64, u64) = (1 << 30, 1 << 30);

/// How many own a frame that only one page table maps, while somebody looks at it.
pub(super) const LOOKED_AT: usize = 2;

impl AddressSpace {
    /// Maps `length` bytes, more than none, and says where. `EINVAL` for a fixed place that is not a page's start; `EPERM` below
    /// the lowest address; `ENOMEM` without room; `EAGAIN` if it is locked and that is too much.
    pub fn map(&self, ctx: &TaskContext, place: Place, length: u64, region: Region) -> Result<UserAddr> {
        let mut region = with_shared_memory(region, length)?;
        let mut map = self.lock(ctx);
        region.traits |= map.traits_of_new();
        let range = map.find_place(place, length)?;
        map.admit(&region, range.pages())?;
        map.admit_cuts(range)?;
        map.remove(self.machine(), range);
        if region.access.contains(Access::EXECUTE) && profile::is_on() {
            self.tell_profile(range, &region);
        }
        map.insert(range, region);
        UserAddr::new(range.start())
    }

    #[cold]
    fn tell_profile(&self, range: PageRange, region: &Region) {
        if let Content::Paged { pager, offset } = &region.content
            && let Some(path) = pager.name()
        {
            profile::map(self.machine(), range, *offset, &path);
        }
    }

    /// Whether pages of new regions are brought in at once, since all that comes is locked.
    pub fn brings_in_new(&self, ctx: &TaskContext) -> bool {
        self.lock(ctx).locks_future == Some(Locking::Now)
    }

    /// How many bytes may be locked from now on.
    pub fn set_lock_limit(&self, ctx: &TaskContext, limit: u64) {
        self.lock(ctx).lock_limit = limit;
    }

    /// Unmaps whatever is in a range.
    pub fn unmap(&self, ctx: &TaskContext, range: PageRange) -> Result<()> {
        let mut map = self.lock(ctx);
        map.admit_cuts(range)?;
        map.remove(self.machine(), range);
        Ok(())
    }

    /// Changes what a program may do with the pages of a range. `ENOMEM` if not all of it is mapped, `EACCES` where a mapping
    /// does not allow it; as on Linux, what comes before that place is changed all the same.
    pub fn protect(&self, ctx: &TaskContext, range: PageRange, access: Access) -> Result<()> {
        let mut map = self.lock(ctx);
        let (good, refusal) = map.changeable(range, access);
        map.admit_cuts(good)?;
        map.admit_access(good, access)?;
        let mut batch = self.machine().batch();
        let (mut before, mut after) = (Usage::default(), Usage::default());
        map.regions.update(good, |piece, region| {
            before = before.plus(region.usage(piece.pages()));
            region.access = access;
            after = after.plus(region.usage(piece.pages()));
            // A page that others use too is found out, and copied, at the first write.
            batch.protect(piece, region.effective_access(), |frame| !region.shared && frame.count() == LOOKED_AT);
        });
        drop(batch);
        map.usage = map.usage.minus(before).plus(after);
        map.regions.merge(good);
        refusal.map_or(Ok(()), Err)
    }

    /// The range, from the start of the stack that its first page lies in (PROT_GROWSDOWN); `EINVAL` if that is none, `ENOMEM` if
    /// nothing is there.
    pub fn from_stack_start(&self, ctx: &TaskContext, range: PageRange) -> Result<PageRange> {
        let map = self.lock(ctx);
        let (stack, region) = map.regions.find(range.start()).ok_or(Errno::ENOMEM)?;
        if region.role != Role::Stack {
            return Err(Errno::EINVAL);
        }
        PageRange::new(stack.start(), range.end() - stack.start())
    }
}

impl Map {
    /// The pages for a new region.
    pub(super) fn find_place(&mut self, place: Place, length: u64) -> Result<PageRange> {
        let length = round_up(length).ok_or(Errno::ENOMEM)?;
        match place {
            Place::Near(hint) => self.find_near(hint, length),
            Place::Low => PageRange::new(LOW.0, LOW.1).ok().and_then(|low| self.gap(low, length)).ok_or(Errno::ENOMEM),
            Place::Exactly(start) => fixed(start, length),
            Place::Free(start) => {
                let range = fixed(start, length)?;
                if self.regions.is_free(range) { Ok(range) } else { Err(Errno::EEXIST) }
            }
        }
    }

    fn find_near(&mut self, hint: u64, length: u64) -> Result<PageRange> {
        let start = (hint & !(PAGE_SIZE as u64 - 1)).max(LOWEST);
        let wish = PageRange::new(start, length).ok().filter(|_| hint >= PAGE_SIZE as u64);
        if let Some(range) = wish
            && self.regions.is_free(range)
            && self.stack_above(range).is_none()
        {
            return Ok(range);
        }
        let known = Some(self.packed.from).filter(|_| self.packed.bytes <= length);
        let found =
            known.and_then(|from| self.gap_below(from, length)).or_else(|| self.gap_below(self.ceiling, length));
        if let Some(range) = found {
            self.packed = Packed { from: range.start(), bytes: length };
        }
        found.or_else(|| self.gap_below(USER_END, length)).ok_or(Errno::ENOMEM)
    }

    fn gap_below(&self, ceiling: u64, length: u64) -> Option<PageRange> {
        self.gap(PageRange::new(LOWEST, ceiling.saturating_sub(LOWEST)).ok()?, length)
    }

    /// The highest free pages of a range, off the guard gaps of stacks.
    fn gap(&self, within: PageRange, length: u64) -> Option<PageRange> {
        let mut end = within.end();
        loop {
            let below = PageRange::new(within.start(), end.checked_sub(within.start())?).ok()?;
            let found = self.regions.gap(below, length, PAGE_SIZE as u64, Side::Top)?;
            match self.stack_above(found) {
                None => return Some(found),
                Some(stack) => end = stack.saturating_sub(GUARD),
            }
        }
    }

    /// Where the stack begins in whose guard gap a free range ends, if it does.
    fn stack_above(&self, range: PageRange) -> Option<u64> {
        let (next, region) = self.regions.find_from(range.end())?;
        (region.role == Role::Stack && next.start() - range.end() < GUARD).then_some(next.start())
    }

    /// The part at a range's start in which pages may get these rights, and why not all of it.
    fn changeable(&self, range: PageRange, access: Access) -> (PageRange, Option<Errno>) {
        let mut reached = range.start();
        let mut refusal = None;
        for (piece, region) in self.regions.within(range) {
            refusal = match () {
                () if piece.start() > reached => Some(Errno::ENOMEM),
                () if !region.allowed.contains(access) => Some(Errno::EACCES),
                () => None,
            };
            if refusal.is_some() {
                break;
            }
            reached = piece.end();
        }
        if refusal.is_none() && reached < range.end() {
            refusal = Some(Errno::ENOMEM);
        }
        let length = reached.min(range.end()) - range.start();
        (PageRange::new(range.start(), length).unwrap_or_default(), refusal)
    }

    /// Whether the private pages of a range that become writable may be counted: as `admit`.
    fn admit_access(&self, range: PageRange, access: Access) -> Result<()> {
        let mut more = Usage::default();
        for (piece, region) in self.regions.within(range) {
            let pages = piece.intersection(range).map_or(0, PageRange::pages);
            let (before, after) = (region.usage(pages), Region { access, ..region.clone() }.usage(pages));
            more.counted += after.counted.saturating_sub(before.counted);
            more.data += after.data.saturating_sub(before.data);
        }
        self.admit_usage(more)
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
            let pager = Arc::new(SharedMemory::new(round_up(length).ok_or(Errno::ENOMEM)?));
            Ok(Region { role: Role::SharedMemory, content: Content::Paged { pager, offset: 0 }, ..region })
        }
        _ => Ok(region),
    }
}
