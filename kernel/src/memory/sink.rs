//! Where bytes go: the one way in which the kernel hands bytes to a program, or to itself.

use super::AddressSpace;
use super::parts::Parts;
use super::transfer::{FramePart, Ranges, UserRange};
use crate::task::TaskContext;
use alloc::vec::Vec;
use logic::address::UserAddr;
use logic::errno::Result;
use machine::frame::Frame;
use machine::user_space::Access;

/// A place that takes bytes from front to back: a range of a program's memory, several of them, the kernel's own, or a list of frames that
/// keeps them where they are.
///
/// Every writing method takes as many bytes as there is room for and says how many: fewer than offered if the sink is full, or
/// if a page could not be had after some bytes went. Only when no byte went is it an error: `EFAULT`. So a loop
/// that stops at the first short count never loses progress; `written` tells the sum.
pub struct Sink<'a> {
    place: Place<'a>,
    written: usize,
}

enum Place<'a> {
    User(Ranges<'a>),
    /// What is not written yet.
    Kernel(&'a mut [u8]),
    /// Pieces of frames, and how many bytes more.
    Parts(&'a mut Parts, usize),
}

impl<'a> Sink<'a> {
    /// `length` bytes of a program's memory. What reaches beyond the program's half is `EFAULT` when its turn comes.
    pub fn user(space: &'a AddressSpace, start: UserAddr, length: usize) -> Sink<'a> {
        Sink { place: Place::User(Ranges::one(space, start, length)), written: 0 }
    }

    /// Ranges of a program's memory, to be filled in this order: readv(2).
    pub fn vector(space: &'a AddressSpace, ranges: Vec<UserRange>) -> Sink<'a> {
        Sink { place: Place::User(Ranges::many(space, ranges)), written: 0 }
    }

    /// Bytes of the kernel's own.
    pub fn kernel(into: &'a mut [u8]) -> Sink<'a> {
        Sink { place: Place::Kernel(into), written: 0 }
    }

    /// Up to `length` bytes in frames, which are taken as they are and not copied: a later change of them is seen.
    pub fn parts(into: &'a mut Parts, length: usize) -> Sink<'a> {
        Sink { place: Place::Parts(into, length), written: 0 }
    }

    /// How many bytes there is room for.
    pub fn remaining(&self) -> usize {
        match &self.place {
            Place::User(ranges) => ranges.left(),
            Place::Kernel(into) => into.len(),
            Place::Parts(into, left) => {
                if into.is_full() {
                    0
                } else {
                    *left
                }
            }
        }
    }

    /// How many bytes went in so far.
    pub fn written(&self) -> usize {
        self.written
    }

    /// Leaves room for at most `remaining` bytes more.
    pub fn limit(&mut self, remaining: usize) {
        match &mut self.place {
            Place::User(ranges) => ranges.limit(remaining),
            Place::Kernel(into) => {
                let kept = remaining.min(into.len());
                *into = &mut core::mem::take(into)[..kept];
            }
            Place::Parts(_, left) => *left = remaining.min(*left),
        }
    }

    /// Writes bytes; may sleep.
    pub fn write(&mut self, ctx: &TaskContext, from: &[u8]) -> Result<usize> {
        let went = match &mut self.place {
            Place::User(ranges) => ranges.copy(ctx, Access::WRITE, from.len(), |space, at, done, length| {
                space.copy_out(at, &from[done..done + length])
            })?,
            Place::Kernel(into) => take_front(into, from.len(), |to| to.copy_from_slice(&from[..to.len()])),
            Place::Parts(into, left) => add(into, left, from)?,
        };
        self.written += went;
        Ok(went)
    }

    /// Writes `length` bytes of a frame from `offset` on; may sleep.
    pub fn write_frame(&mut self, ctx: &TaskContext, from: &Frame, offset: usize, length: usize) -> Result<usize> {
        let went = match &mut self.place {
            Place::User(ranges) => ranges.copy(ctx, Access::WRITE, length, |space, at, done, length| {
                space.copy_out_frame(at, from, offset + done, length)
            })?,
            Place::Kernel(into) => take_front(into, length, |to| from.copy_out(offset, to)),
            Place::Parts(into, left) => {
                let length = if into.is_full() { 0 } else { length.min(*left) };
                if length > 0 {
                    into.push(FramePart { frame: from.clone(), offset, length });
                }
                *left -= length;
                length
            }
        };
        self.written += went;
        Ok(went)
    }

    /// Writes `length` zero bytes; may sleep.
    pub fn zero(&mut self, ctx: &TaskContext, length: usize) -> Result<usize> {
        let went = match &mut self.place {
            Place::User(ranges) => {
                ranges.copy(ctx, Access::WRITE, length, |space, at, _, length| space.zero_out(at, length))?
            }
            Place::Kernel(into) => take_front(into, length, |to| to.fill(0)),
            Place::Parts(into, left) => {
                let length = length.min(*left);
                let went = into.add_all(length, |into, done| into.add_zeros(length - done))?;
                *left -= went;
                went
            }
        };
        self.written += went;
        Ok(went)
    }

    /// Writes as far as pages are there, and says how far; for use under a lock. When it comes short though there is room, the
    /// caller lets go of the lock, calls `touch`, and tries again.
    pub fn write_now(&mut self, from: &[u8]) -> usize {
        let went = match &mut self.place {
            Place::User(ranges) => {
                ranges.copy_now(from.len(), |space, at, done, length| space.copy_out(at, &from[done..done + length]))
            }
            Place::Kernel(into) => take_front(into, from.len(), |to| to.copy_from_slice(&from[..to.len()])),
            Place::Parts(into, left) => add(into, left, from).unwrap_or(0),
        };
        self.written += went;
        went
    }

    /// The frames behind the next `length` bytes, made writable, for a device to fill; `None` if they are not a program's. They count as
    /// written.
    pub fn take_frames(&mut self, ctx: &TaskContext, length: usize) -> Result<Option<Vec<FramePart>>> {
        let Place::User(ranges) = &mut self.place else { return Ok(None) };
        let frames = ranges.take_frames(ctx, length)?;
        self.written += frames.iter().map(|part| part.length).sum::<usize>();
        Ok(Some(frames))
    }

    /// Makes the page that the next byte goes to writable, if it can be; may sleep.
    pub fn touch(&mut self, ctx: &TaskContext) -> Result<()> {
        match &mut self.place {
            Place::User(ranges) => ranges.touch_to_copy(ctx, Access::WRITE),
            Place::Kernel(_) => Ok(()),
            // There is no page to be had but for want of memory.
            Place::Parts(..) => Frame::new().map(drop),
        }
    }
}

/// Adds copies of bytes to frames that have room for `left`; says how many.
fn add(into: &mut Parts, left: &mut usize, from: &[u8]) -> Result<usize> {
    let from = &from[..from.len().min(*left)];
    let went = into.add_all(from.len(), |into, done| into.add(&from[done..]))?;
    *left -= went;
    Ok(went)
}

/// Fills up to `length` bytes at the front of `into` and leaves the rest in it.
fn take_front(into: &mut &mut [u8], length: usize, fill: impl FnOnce(&mut [u8])) -> usize {
    let length = length.min(into.len());
    let (front, rest) = core::mem::take(into).split_at_mut(length);
    fill(front);
    *into = rest;
    length
}
