//! A place in a program's memory that bytes go to or come from, piece by piece: what is common to [`Sink`](super::Sink) and
//! [`Source`](super::Source).
//!
//! The machine copies as far as pages are there; then the next page is faulted in and the copy goes on. So no lock is held
//! and nothing is looked up while all is well.

use super::AddressSpace;
use crate::task::TaskContext;
use alloc::vec::{self, Vec};
use logic::address::{PAGE_SIZE, USER_END, UserAddr};
use logic::errno::{Errno, Result};
use machine::frame::Frame;
use machine::inject::{self, Kind};
use machine::user_space::{Access, UserSpace};

/// How often in a row a page may vanish between its fault and the copy before the copy gives up. Another thread that unmaps
/// and maps it all the time could do that.
const PATIENCE: usize = 16;

/// Some bytes of a program's memory that lie side by side.
#[derive(Clone, Copy, Debug)]
pub struct UserRange {
    start: u64,
    length: usize,
}

impl UserRange {
    /// `length` bytes from `start` on; `EFAULT` if they reach beyond the program's half.
    pub fn new(start: u64, length: usize) -> Result<UserRange> {
        match start.checked_add(length as u64) {
            Some(end) if end <= USER_END => Ok(UserRange { start, length }),
            _ => Err(Errno::EFAULT),
        }
    }

    /// How many bytes.
    pub fn length(&self) -> usize {
        self.length
    }
}

/// A piece of a frame that a program sees.
pub struct FramePart {
    /// The frame.
    pub frame: Frame,
    /// Where in it the piece begins.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
}

/// Ranges of one address space that are used up from the front.
#[derive(Clone)]
pub(super) struct Ranges<'a> {
    space: &'a AddressSpace,
    first: UserRange,
    /// `None`: the first is the only one.
    rest: Option<vec::IntoIter<UserRange>>,
    /// Bytes in `first` and `rest` together, or less where the transfer was cut short.
    left: usize,
}

impl<'a> Ranges<'a> {
    pub(super) fn one(space: &'a AddressSpace, start: UserAddr, length: usize) -> Ranges<'a> {
        let first = UserRange { start: start.get(), length };
        Ranges { space, first, rest: None, left: length }
    }

    pub(super) fn many(space: &'a AddressSpace, ranges: Vec<UserRange>) -> Ranges<'a> {
        let left = ranges.iter().fold(0, |sum: usize, range| sum.saturating_add(range.length));
        let mut rest = ranges.into_iter();
        let first = rest.next().unwrap_or(UserRange { start: 0, length: 0 });
        Ranges { space, first, rest: Some(rest), left }
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn limit(&mut self, left: usize) {
        self.left = self.left.min(left);
    }

    /// Copies up to `wanted` bytes, paging in what is missing. `piece(space, at, done, length)` copies `length` bytes at `at`,
    /// `done` bytes after the beginning, and says how many went. The result is less than `wanted` only if nothing is left or an
    /// address was bad after some bytes; an error means that no byte went.
    #[inline]
    pub(super) fn copy(
        &mut self,
        ctx: &TaskContext,
        access: Access,
        wanted: usize,
        mut piece: impl FnMut(&UserSpace, UserAddr, usize, usize) -> usize,
    ) -> Result<usize> {
        let wanted = wanted.min(self.left);
        if inject::fails(Kind::Copy) {
            return Err(Errno::EFAULT);
        }
        let mut done = 0;
        // Nearly always the first range is enough and its pages are there.
        if wanted <= self.first.length
            && let Ok(at) = UserAddr::new(self.first.start)
        {
            done = piece(self.space.machine(), at, 0, wanted);
            self.advance(done);
            if done == wanted {
                return Ok(done);
            }
        }
        self.copy_on(ctx, access, wanted, done, &mut piece)
    }

    /// What `copy` does when it is not as usual; `done` bytes have gone already.
    #[cold]
    fn copy_on(
        &mut self,
        ctx: &TaskContext,
        access: Access,
        wanted: usize,
        mut done: usize,
        piece: &mut dyn FnMut(&UserSpace, UserAddr, usize, usize) -> usize,
    ) -> Result<usize> {
        let mut idle = 0;
        loop {
            let went =
                self.copy_now(wanted - done, |space, at, before, length| piece(space, at, done + before, length));
            done += went;
            if done == wanted {
                return Ok(done);
            }
            idle = if went == 0 { idle + 1 } else { 0 };
            let next = if idle > PATIENCE { Err(Errno::EFAULT) } else { self.touch_to_copy(ctx, access) };
            if let Err(error) = next {
                return if done > 0 { Ok(done) } else { Err(error) };
            }
        }
    }

    /// Copies as far as pages are there.
    pub(super) fn copy_now(
        &mut self,
        wanted: usize,
        mut piece: impl FnMut(&UserSpace, UserAddr, usize, usize) -> usize,
    ) -> usize {
        let wanted = wanted.min(self.left);
        let mut done = 0;
        while done < wanted {
            self.skip_empty();
            let length = self.first.length.min(wanted - done);
            let Ok(at) = UserAddr::new(self.first.start) else { break };
            let went = piece(self.space.machine(), at, done, length);
            done += went;
            self.advance(went);
            if went < length {
                break;
            }
        }
        done
    }

    /// Pages in the page that the next byte lies in, for a copy: a page that cannot be had, for whatever reason, is a bad address as on
    /// Linux. Hardly a call documents `ENOMEM` for it.
    pub(super) fn touch_to_copy(&mut self, ctx: &TaskContext, access: Access) -> Result<()> {
        self.touch(ctx, access).map_err(|_| Errno::EFAULT)
    }

    /// Pages in the page that the next byte lies in.
    fn touch(&mut self, ctx: &TaskContext, access: Access) -> Result<()> {
        if self.left == 0 {
            return Ok(());
        }
        self.skip_empty();
        Ok(self.space.fault(ctx, UserAddr::new(self.first.start)?, access)?)
    }

    /// The frames behind the next `wanted` bytes, made writable and counted, so that they stay whatever becomes of the mapping.
    pub(super) fn take_frames(&mut self, ctx: &TaskContext, wanted: usize) -> Result<Vec<FramePart>> {
        let wanted = wanted.min(self.left);
        let mut frames = Vec::new();
        let (mut done, mut idle) = (0, 0);
        // Not by `take_part`: a disk's megabyte is 256 pages, and moving each piece twice is an eighth of what reading it costs.
        while done < wanted {
            self.skip_empty();
            let at = UserAddr::new(self.first.start)?;
            let length = self.first.length.min(wanted - done).min(PAGE_SIZE - at.offset());
            match self.space.machine().lookup(at).filter(|(_, access)| access.contains(Access::WRITE)) {
                Some((frame, _)) => {
                    frames.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
                    frames.push(FramePart { frame, offset: at.offset(), length });
                    self.advance(length);
                    (done, idle) = (done + length, 0);
                }
                None if idle > PATIENCE => return Err(Errno::EFAULT),
                None => {
                    idle += 1;
                    self.touch(ctx, Access::WRITE)?;
                }
            }
        }
        Ok(frames)
    }

    /// The frame behind the next bytes, as far as they lie side by side and are wanted; counted likewise. There are such bytes.
    pub(super) fn take_part(&mut self, ctx: &TaskContext, access: Access, wanted: usize) -> Result<FramePart> {
        let mut idle = 0;
        loop {
            self.skip_empty();
            let at = UserAddr::new(self.first.start)?;
            let length = self.first.length.min(wanted).min(PAGE_SIZE - at.offset());
            match self.space.machine().lookup(at) {
                Some((frame, found)) if found.contains(access) => {
                    self.advance(length);
                    return Ok(FramePart { frame, offset: at.offset(), length });
                }
                _ if idle > PATIENCE => return Err(Errno::EFAULT),
                _ => {
                    idle += 1;
                    self.touch(ctx, access)?;
                }
            }
        }
    }

    fn skip_empty(&mut self) {
        while self.first.length == 0 {
            let Some(next) = self.rest.as_mut().and_then(Iterator::next) else { return };
            self.first = next;
        }
    }

    /// Steps over `bytes` of the first range.
    fn advance(&mut self, bytes: usize) {
        self.left -= bytes;
        self.first.length -= bytes;
        self.first.start += bytes as u64;
    }
}
