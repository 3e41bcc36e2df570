//! Growing, shrinking and moving a mapping: mremap(2).

use super::address_space::{AddressSpace, Map};
use super::mapping::Place;
use super::{Content, Locking, Region, Traits};
use crate::task::TaskContext;
use logic::address::{PageRange, UserAddr};
use logic::errno::{Errno, Result};
use logic::regions::Split;
use machine::user_space::UserSpace;

/// Where a mapping may go that is to change its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// It stays where it is.
    Stay,
    /// It stays if there is room, else it moves to where there is (MREMAP_MAYMOVE).
    MayMove,
    /// It moves, to this place if that is free (MREMAP_DONTUNMAP).
    Near(u64),
    /// It goes exactly there (MREMAP_FIXED).
    Exactly(u64),
}

/// What becomes of the old place of a mapping that moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Old {
    /// It is free.
    Unmapped,
    /// It stays mapped, without pages (MREMAP_DONTUNMAP).
    Emptied,
    /// It stays as it was, and both show the same pages: what an old size of 0 means.
    Kept,
}

impl AddressSpace {
    /// Gives the mapping at `old` the size of `length` bytes, page-rounded and more than none, and says where it is then. `EFAULT` if
    /// `old` does not lie in one mapping; `ENOMEM` if there is no room; `EINVAL` if old and new place overlap.
    pub fn remap(&self, ctx: &TaskContext, old: PageRange, length: u64, target: Target, fate: Old) -> Result<UserAddr> {
        let (start, populate) = {
            let mut map = self.lock(ctx);
            let start = map.remap(self.machine(), old, length, target, fate)?;
            let locked =
                map.regions.find(start.get()).is_some_and(|(_, region)| region.traits.contains(Traits::LOCKED));
            (start, locked && map.locks_future != Some(Locking::WhenTouched))
        };
        if populate && length > old.length() {
            // As on Linux, what cannot be had now will be touched later.
            let _ = self.populate(ctx, PageRange::new(start.get() + old.length(), length - old.length())?);
        }
        Ok(start)
    }
}

impl AddressSpace {
    /// Shows another part of the object whose pages a range shows, all of which lies in one shared mapping; `EINVAL` otherwise.
    pub fn show_part(&self, ctx: &TaskContext, range: PageRange, offset: u64) -> Result<()> {
        let mut map = self.lock(ctx);
        let (piece, region) = map.regions.find(range.start()).ok_or(Errno::EINVAL)?;
        let Content::Paged { pager, .. } = &region.content else { return Err(Errno::EINVAL) };
        if !region.shared || range.end() > piece.end() {
            return Err(Errno::EINVAL);
        }
        let shown = Region { content: Content::Paged { pager: pager.clone(), offset }, ..region.clone() };
        map.admit_cuts(range)?;
        map.remove(self.machine(), range);
        map.insert(range, shown);
        Ok(())
    }
}

impl Map {
    fn remap(
        &mut self,
        machine: &UserSpace,
        old: PageRange,
        length: u64,
        target: Target,
        fate: Old,
    ) -> Result<UserAddr> {
        let Some((range, region)) = self.regions.find(old.start()) else { return Err(Errno::EFAULT) };
        let region = region.tail_at(old.start() - range.start());
        if fate == Old::Kept && !region.shared {
            return Err(Errno::EINVAL);
        }
        let stays = matches!(target, Target::Stay | Target::MayMove);
        if stays && fate == Old::Unmapped && length <= old.length() {
            self.admit_cuts(old)?;
            self.remove(machine, PageRange::new(old.start() + length, old.length() - length)?);
            return UserAddr::new(old.start());
        }
        if range.end() < old.end() {
            return Err(Errno::EFAULT);
        }
        if stays && fate == Old::Unmapped {
            let more = PageRange::new(old.end(), length - old.length())?;
            self.admit(&region, more.pages())?;
            if range.end() == old.end() && self.regions.is_free(more) {
                self.insert(more, region.tail_at(old.length()));
                return UserAddr::new(old.start());
            }
        }
        let place = match target {
            Target::Stay => return Err(Errno::ENOMEM),
            Target::MayMove => Place::Near(0),
            Target::Near(hint) => Place::Near(hint),
            Target::Exactly(start) => Place::Exactly(start),
        };
        self.move_to(machine, old, place, length, region, fate)
    }

    /// Moves pages to another place, and does with the old one what is wanted.
    fn move_to(
        &mut self,
        machine: &UserSpace,
        old: PageRange,
        place: Place,
        length: u64,
        region: Region,
        fate: Old,
    ) -> Result<UserAddr> {
        let new = self.find_place(place, length)?;
        if new.intersection(old).is_some() || fate == Old::Kept && new.contains(old.start()) {
            return Err(Errno::EINVAL);
        }
        let more = if fate == Old::Unmapped { new.pages().saturating_sub(old.pages()) } else { new.pages() };
        self.admit(&region, more)?;
        self.admit_cuts(new)?;
        self.admit_cuts(old)?;
        self.remove(machine, new);
        match fate {
            Old::Kept => {}
            Old::Unmapped => {
                move_pages(machine, old, new)?;
                self.remove(machine, old);
            }
            Old::Emptied => {
                move_pages(machine, old, new)?;
                self.mark(old, Traits::empty(), Traits::LOCKED)?;
            }
        }
        self.insert(new, region);
        UserAddr::new(new.start())
    }
}

/// Moves what is present to the new place, as far as that reaches; all of it or nothing.
fn move_pages(machine: &UserSpace, old: PageRange, new: PageRange) -> Result<()> {
    let kept = PageRange::new(old.start(), old.length().min(new.length()))?;
    let mut batch = machine.batch();
    let moved = batch.relocate(kept, new.start());
    if moved.is_err() {
        // The tables of the old place are there, so the way back needs no memory.
        batch.relocate(PageRange::new(new.start(), kept.length())?, old.start())?;
    }
    moved
}

impl Region {
    /// The value for what follows the first `offset` bytes, which may be none.
    fn tail_at(&self, offset: u64) -> Region {
        if offset == 0 { self.clone() } else { self.tail(offset) }
    }
}
