//! A transfer, page by page.

use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

pub(super) const PAGE: u64 = PAGE_SIZE as u64;

/// A part of a transfer that lies in one page.
pub(super) struct Piece {
    pub(super) number: u64,
    pub(super) offset: usize,
    pub(super) length: usize,
}

impl Piece {
    /// The next one when `done` bytes from `position` on are done and `left` are left; none at the end.
    pub(super) fn next(position: u64, done: usize, left: usize, end: u64) -> Option<Piece> {
        let at = position.checked_add(done as u64)?;
        let left = u64::min(left as u64, end.checked_sub(at)?);
        let offset = (at % PAGE) as usize;
        let length = left.min(PAGE - offset as u64) as usize;
        (length > 0).then_some(Piece { number: at / PAGE, offset, length })
    }
}

/// No bytes, where there was room for some, is a bad address.
pub(super) fn full(went: usize) -> Result<usize> {
    if went > 0 { Ok(went) } else { Err(Errno::EFAULT) }
}
