//! Where bytes come from: the one way in which the kernel takes bytes from a program, or from itself.

use super::AddressSpace;
use super::parts::Parts;
use super::transfer::{FramePart, Ranges, UserRange};
use crate::task::TaskContext;
use alloc::vec::Vec;
use logic::address::UserAddr;
use logic::errno::Result;
use machine::frame::Frame;
use machine::user_space::Access;

/// A place that gives bytes from front to back: a range of a program's memory, several of them, the kernel's own, or a piece of a frame.
///
/// Every reading method gives as many bytes as there are and says how many: fewer than asked if the source is empty, or if a
/// page could not be had after some bytes went. Only when no byte went is it an error: `EFAULT`. `taken` tells the
/// sum.
pub struct Source<'a> {
    place: Place<'a>,
    taken: usize,
}

enum Place<'a> {
    User(Ranges<'a>),
    /// What is not taken yet.
    Kernel(&'a [u8]),
    /// What is not taken yet: where it begins in the frame, and how much it is.
    Frame(&'a Frame, usize, usize),
}

impl<'a> Source<'a> {
    /// `length` bytes of a program's memory. What reaches beyond the program's half is `EFAULT` when its turn comes.
    pub fn user(space: &'a AddressSpace, start: UserAddr, length: usize) -> Source<'a> {
        Source { place: Place::User(Ranges::one(space, start, length)), taken: 0 }
    }

    /// Ranges of a program's memory, in this order: writev(2).
    pub fn vector(space: &'a AddressSpace, ranges: Vec<UserRange>) -> Source<'a> {
        Source { place: Place::User(Ranges::many(space, ranges)), taken: 0 }
    }

    /// Bytes of the kernel's own.
    pub fn kernel(from: &'a [u8]) -> Source<'a> {
        Source { place: Place::Kernel(from), taken: 0 }
    }

    /// `length` bytes of a frame from `offset` on.
    pub fn frame(frame: &'a Frame, offset: usize, length: usize) -> Source<'a> {
        Source { place: Place::Frame(frame, offset, length), taken: 0 }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        match &self.place {
            Place::User(ranges) => ranges.left(),
            Place::Kernel(from) => from.len(),
            Place::Frame(_, _, left) => *left,
        }
    }

    /// How many bytes were taken so far.
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Leaves at most `remaining` bytes to be taken.
    pub fn limit(&mut self, remaining: usize) {
        match &mut self.place {
            Place::User(ranges) => ranges.limit(remaining),
            Place::Kernel(from) => *from = &from[..remaining.min(from.len())],
            Place::Frame(_, _, left) => *left = remaining.min(*left),
        }
    }

    /// Reads bytes; may sleep.
    pub fn read(&mut self, ctx: &TaskContext, into: &mut [u8]) -> Result<usize> {
        let went = match &mut self.place {
            Place::User(ranges) => ranges.copy(ctx, Access::READ, into.len(), |space, at, done, length| {
                space.copy_in(at, &mut into[done..done + length])
            })?,
            Place::Kernel(from) => take_front(from, into.len(), |front| into[..front.len()].copy_from_slice(front)),
            Place::Frame(frame, offset, left) => {
                step(offset, left, into.len(), |offset, length| frame.copy_out(offset, &mut into[..length]))
            }
        };
        self.taken += went;
        Ok(went)
    }

    /// Reads bytes, and leaves them where they are; may sleep.
    pub fn peek(&self, ctx: &TaskContext, into: &mut [u8]) -> Result<usize> {
        let place = match &self.place {
            Place::User(ranges) => Place::User(ranges.clone()),
            Place::Kernel(from) => Place::Kernel(from),
            Place::Frame(frame, offset, left) => Place::Frame(frame, *offset, *left),
        };
        Source { place, taken: 0 }.read(ctx, into)
    }

    /// Reads `length` bytes into a frame from `offset` on; may sleep.
    pub fn read_frame(&mut self, ctx: &TaskContext, into: &Frame, offset: usize, length: usize) -> Result<usize> {
        let went = match &mut self.place {
            Place::User(ranges) => ranges.copy(ctx, Access::READ, length, |space, at, done, length| {
                space.copy_in_frame(at, into, offset + done, length)
            })?,
            Place::Kernel(from) => take_front(from, length, |front| into.copy_in(offset, front)),
            Place::Frame(frame, start, left) => {
                step(start, left, length, |start, length| into.copy_part(offset, frame, start, length))
            }
        };
        self.taken += went;
        Ok(went)
    }

    /// Reads as far as pages are there, and says how far; for use under a lock. When it comes short though there is more, the
    /// caller lets go of the lock, calls `touch`, and tries again.
    pub fn read_now(&mut self, into: &mut [u8]) -> usize {
        let went = match &mut self.place {
            Place::User(ranges) => {
                ranges.copy_now(into.len(), |space, at, done, length| space.copy_in(at, &mut into[done..done + length]))
            }
            Place::Kernel(from) => take_front(from, into.len(), |front| into[..front.len()].copy_from_slice(front)),
            Place::Frame(frame, offset, left) => {
                step(offset, left, into.len(), |offset, length| frame.copy_out(offset, &mut into[..length]))
            }
        };
        self.taken += went;
        went
    }

    /// Makes the page that the next byte comes from readable, if it can be; may sleep.
    pub fn touch(&mut self, ctx: &TaskContext) -> Result<()> {
        match &mut self.place {
            Place::User(ranges) => ranges.touch_to_copy(ctx, Access::READ),
            Place::Kernel(_) | Place::Frame(..) => Ok(()),
        }
    }

    /// All that is left, if it lies in one frame that may be kept and not copied.
    pub fn take_part(&mut self) -> Option<FramePart> {
        let Place::Frame(frame, offset, left) = &mut self.place else { return None };
        let part = FramePart { frame: (*frame).clone(), offset: *offset, length: core::mem::take(left) };
        self.taken += part.length;
        Some(part).filter(|part| part.length > 0)
    }

    /// Takes the frames behind the next bytes, as many as there is room for: they are not copied, and a later change of them is seen. How
    /// many bytes they are: less than there are if a page could not be had. `EFAULT` and `ENOMEM` if none went.
    pub fn take_parts(&mut self, ctx: &TaskContext, into: &mut Parts) -> Result<usize> {
        let Place::User(ranges) = &mut self.place else { return Ok(0) };
        let mut went = 0;
        while ranges.left() > 0 && !into.is_full() {
            match ranges.take_part(ctx, Access::READ, ranges.left()) {
                Ok(part) => {
                    went += part.length;
                    into.push(part);
                }
                Err(errno) if went == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        self.taken += went;
        Ok(went)
    }
}

/// Has up to `length` bytes moved from `offset` on, and steps over them; says how many.
fn step(offset: &mut usize, left: &mut usize, length: usize, copy: impl FnOnce(usize, usize)) -> usize {
    let length = length.min(*left);
    copy(*offset, length);
    (*offset, *left) = (*offset + length, *left - length);
    length
}

/// Hands over up to `length` bytes at the front of `from` and leaves the rest in it.
fn take_front(from: &mut &[u8], length: usize, give: impl FnOnce(&[u8])) -> usize {
    let (front, rest) = from.split_at(length.min(from.len()));
    give(front);
    *from = rest;
    front.len()
}
