//! Pieces of frames on their way from one file to another: splice(2), sendfile(2), vmsplice(2). A sink that has room for such takes the
//! frames themselves, counted once more, where others would copy what is in them.

use super::transfer::FramePart;
use arrayvec::ArrayVec;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// How many go at once: what a pipe has room for.
const MOST: usize = 16;

/// Some pieces, in order.
#[derive(Default)]
pub struct Parts(ArrayVec<FramePart, MOST>);

impl Parts {
    /// Whether there is no room for another.
    pub fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// Takes one more; there is room.
    pub(super) fn push(&mut self, part: FramePart) {
        self.0.push(part);
    }

    /// Adds bytes of the kernel's own, behind those that came last if they were such and there is room; says how many. `ENOMEM`.
    pub(super) fn add(&mut self, from: &[u8]) -> Result<usize> {
        if let Some(last) = self.0.last_mut()
            // Nobody else sees the frame: what stands behind its bytes is nobody's.
            && last.frame.count() == 1
            && last.offset + last.length < PAGE_SIZE
        {
            let end = last.offset + last.length;
            let went = from.len().min(PAGE_SIZE - end);
            last.frame.copy_in(end, &from[..went]);
            last.length += went;
            return Ok(went);
        }
        self.add_page(from.len(), |frame, length| frame.copy_in(0, &from[..length]))
    }

    /// Adds up to a page of zeros.
    pub(super) fn add_zeros(&mut self, length: usize) -> Result<usize> {
        self.add_page(length, |frame, length| frame.zero(0, length))
    }

    fn add_page(&mut self, length: usize, fill: impl FnOnce(&Frame, usize)) -> Result<usize> {
        if self.is_full() {
            return Ok(0);
        }
        let length = length.min(PAGE_SIZE);
        let frame = Frame::new()?;
        fill(&frame, length);
        self.0.push(FramePart { frame, offset: 0, length });
        Ok(length)
    }

    /// Adds as `add` does, page by page; says how many bytes went. `ENOMEM` if none did.
    pub(super) fn add_all(
        &mut self,
        length: usize,
        mut add: impl FnMut(&mut Parts, usize) -> Result<usize>,
    ) -> Result<usize> {
        let mut done = 0;
        while done < length && !self.is_full() {
            match add(self, done) {
                Ok(went) => done += went,
                Err(Errno::ENOMEM) if done > 0 => break,
                Err(errno) => return Err(errno),
            }
        }
        Ok(done)
    }
}

impl IntoIterator for Parts {
    type Item = FramePart;
    type IntoIter = arrayvec::IntoIter<FramePart, MOST>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
