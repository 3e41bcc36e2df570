//! Growing, shrinking and moving a mapping: mremap(2).

use super::Region;
use super::address_space::{AddressSpace, Map};
use super::mapping::Place;
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
    /// It goes exactly there (MREMAP_FIXED).
    Exactly(u64),
}

impl AddressSpace {
    /// Gives the mapping at `old` the size of `length` bytes, page-rounded and more than none, and says where it is then. `EFAULT` if
    /// `old` does not lie in one mapping; `ENOMEM` if there is no room; `EINVAL` if old and new place overlap.
    pub fn remap(&self, ctx: &TaskContext, old: PageRange, length: u64, target: Target) -> Result<UserAddr> {
        let mut map = self.lock(ctx);
        let Some((range, region)) = map.regions.find(old.start()) else { return Err(Errno::EFAULT) };
        if range.end() < old.end() {
            return Err(Errno::EFAULT);
        }
        let region = region.tail_at(old.start() - range.start());
        let new = PageRange::new(old.start(), length)?;
        if let Target::Exactly(start) = target {
            return map.move_to(self.machine(), old, Place::Exactly(start), length, region);
        }
        map.admit_cuts(old)?;
        if new.end() <= old.end() {
            map.remove(self.machine(), PageRange::new(new.end(), old.end() - new.end())?);
            return UserAddr::new(old.start());
        }
        let more = PageRange::new(old.end(), new.end() - old.end())?;
        map.admit(self.machine(), &region, more.pages())?;
        if range.end() == old.end() && map.regions.is_free(more) {
            map.insert(more, region.tail_at(old.length()));
            return UserAddr::new(old.start());
        }
        match target {
            Target::MayMove => map.move_to(self.machine(), old, Place::Near(0), length, region),
            _ => Err(Errno::ENOMEM),
        }
    }
}

impl Map {
    /// Moves pages to another place and takes the old one out.
    fn move_to(
        &mut self,
        machine: &UserSpace,
        old: PageRange,
        place: Place,
        length: u64,
        region: Region,
    ) -> Result<UserAddr> {
        let new = self.find_place(place, length)?;
        if new.intersection(old).is_some() {
            return Err(Errno::EINVAL);
        }
        self.admit(machine, &region, new.pages().saturating_sub(old.pages()))?;
        self.admit_cuts(new)?;
        self.admit_cuts(old)?;
        self.remove(machine, new);
        move_pages(machine, old, new)?;
        self.remove(machine, old);
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
        batch.relocate(new, old.start())?;
    }
    moved
}

impl Region {
    /// The value for what follows the first `offset` bytes, which may be none.
    fn tail_at(&self, offset: u64) -> Region {
        if offset == 0 { self.clone() } else { self.tail(offset) }
    }
}
