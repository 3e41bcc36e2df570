//! What a byte of memory is, whoever maps it: by this futex(2) knows a word again.

use super::{AddressSpace, Content};
use crate::task::TaskContext;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

/// A byte of a space's own memory, or of something that several share. Means anything only as long as somebody maps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Origin {
    /// The space or the pager, by where the kernel keeps it.
    object: usize,
    /// The address in the space, or the offset.
    place: u64,
}

impl AddressSpace {
    /// What lies at an address, as this space alone has it.
    pub fn private_origin(&self, at: UserAddr) -> Origin {
        Origin { object: core::ptr::from_ref(self).addr(), place: at.get() }
    }

    /// What lies at an address, as all have it who share it; `EFAULT` if nothing does.
    pub fn origin(&self, ctx: &TaskContext, at: UserAddr) -> Result<Origin> {
        let map = self.lock(ctx);
        let Some((range, region)) = map.regions.find(at.get()) else { return Err(Errno::EFAULT) };
        match &region.content {
            Content::Paged { pager, offset } if region.shared => {
                Ok(Origin { object: pager.object(), place: offset + (at.get() - range.start()) })
            }
            _ => Ok(self.private_origin(at)),
        }
    }
}
