//! The bytes in a pipe: a row of buffers, each a part of a frame, of which there may be so many. A write of a few bytes goes behind those
//! of the last buffer if all of it fits there; in packet mode each write has buffers of its own.

use crate::memory::{FramePart, Parts, Sink, Source};
use crate::task::TaskContext;
use alloc::collections::VecDeque;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// How many buffers Linux gives a pipe.
pub(super) const SLOTS: usize = 16;

/// Some bytes in a pipe.
#[derive(Clone)]
pub struct Buffer {
    frame: Frame,
    start: usize,
    end: usize,
    /// A read stops behind it, and what it has no room for is lost.
    packet: bool,
}

/// The buffers, the oldest first.
pub(super) struct Ring {
    buffers: VecDeque<Buffer>,
    slots: usize,
    /// A frame that was emptied and is kept for the next bytes.
    spare: Option<Frame>,
}

impl Buffer {
    /// The first `length` bytes of a frame.
    pub(in crate::fs) fn new(frame: Frame, length: usize) -> Buffer {
        Buffer { frame, start: 0, end: length, packet: false }
    }

    /// A piece of a frame.
    fn part(part: FramePart) -> Buffer {
        Buffer { frame: part.frame, start: part.offset, end: part.offset + part.length, packet: false }
    }

    /// Its bytes, to be read.
    pub(in crate::fs) fn source(&self, length: usize) -> Source<'_> {
        Source::frame(&self.frame, self.start, length.min(self.length()))
    }

    /// How many bytes.
    pub(in crate::fs) fn length(&self) -> usize {
        self.end - self.start
    }

    /// The same bytes but for those behind the first `length`.
    pub(in crate::fs) fn front(&self, length: usize) -> Buffer {
        Buffer { end: self.start + length.min(self.length()), ..self.clone() }
    }

    /// Steps over bytes at the front.
    pub(in crate::fs) fn skip(&mut self, length: usize) {
        self.start += length.min(self.length());
    }
}

impl Ring {
    /// How many frames it holds.
    pub(super) fn frames(&self) -> usize {
        self.buffers.len() + usize::from(self.spare.is_some())
    }

    pub(super) const fn new() -> Ring {
        Ring { buffers: VecDeque::new(), slots: SLOTS, spare: None }
    }

    /// How many bytes are in it.
    pub(super) fn bytes(&self) -> usize {
        self.buffers.iter().map(Buffer::length).sum()
    }

    pub(super) fn is_full(&self) -> bool {
        self.buffers.len() >= self.slots
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// Gives it another number of buffers; `EBUSY` if more are in use.
    pub(super) fn set_slots(&mut self, slots: usize) -> Result<()> {
        if self.buffers.len() > slots {
            return Err(Errno::EBUSY);
        }
        self.buffers.try_reserve_exact(slots - self.buffers.len()).map_err(|_| Errno::ENOMEM)?;
        self.slots = slots;
        Ok(())
    }

    /// Moves bytes out.
    pub(super) fn take(&mut self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        let mut done = 0;
        while into.remaining() > 0
            && let Some(buffer) = self.buffers.front_mut()
        {
            match into.write_frame(ctx, &buffer.frame, buffer.start, buffer.length().min(into.remaining())) {
                Ok(went) => {
                    done += went;
                    buffer.skip(went);
                }
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
            let (packet, empty) = (buffer.packet, buffer.length() == 0);
            if packet || empty {
                self.drop_front();
            }
            if packet {
                break;
            }
        }
        Ok(done)
    }

    /// Moves bytes in, as far as there is room; `EAGAIN` if there is none.
    pub(super) fn put(&mut self, ctx: &TaskContext, from: &mut Source<'_>, packets: bool) -> Result<usize> {
        let mut done = if packets { 0 } else { self.put_behind(ctx, from)? };
        while from.remaining() > 0 {
            if self.is_full() {
                return if done > 0 { Ok(done) } else { Err(Errno::EAGAIN) };
            }
            match self.put_new(ctx, from, packets) {
                Ok(went) => done += went,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Takes the oldest buffer out.
    pub(super) fn pop(&mut self) -> Option<Buffer> {
        self.buffers.pop_front()
    }

    /// Puts back what is left of a buffer.
    pub(super) fn push_front(&mut self, buffer: Buffer) {
        // There is room unless others have filled it meanwhile; then one more is no harm.
        if self.buffers.try_reserve(1).is_ok() {
            self.buffers.push_front(buffer);
        }
    }

    /// Adds a buffer; `EAGAIN` if there is no room.
    pub(super) fn push(&mut self, buffer: Buffer) -> Result<()> {
        if self.is_full() {
            return Err(Errno::EAGAIN);
        }
        self.buffers.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        self.buffers.push_back(buffer);
        Ok(())
    }

    /// Adds pieces of frames as far as there is room, and says how many bytes they are; `EAGAIN` if there is no room.
    pub(super) fn push_parts(&mut self, parts: Parts) -> Result<usize> {
        let mut bytes = 0;
        for part in parts {
            let buffer = Buffer::part(part);
            let length = buffer.length();
            match self.push(buffer) {
                Ok(()) => bytes += length,
                Err(errno) if bytes == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(bytes)
    }

    /// A buffer by its place, the oldest first.
    pub(super) fn nth(&self, index: usize) -> Option<&Buffer> {
        self.buffers.get(index)
    }

    /// Puts what does not fill a page behind the bytes of the last buffer, if that has room for all of it and nobody else sees it.
    fn put_behind(&mut self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<usize> {
        let rest = from.remaining() % PAGE_SIZE;
        let Some(last) = self.buffers.back_mut().filter(|last| !last.packet && last.frame.count() == 1) else {
            return Ok(0);
        };
        if rest == 0 || last.end + rest > PAGE_SIZE {
            return Ok(0);
        }
        let went = from.read_frame(ctx, &last.frame, last.end, rest)?;
        last.end += went;
        Ok(went)
    }

    fn put_new(&mut self, ctx: &TaskContext, from: &mut Source<'_>, packet: bool) -> Result<usize> {
        self.buffers.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let frame = match self.spare.take() {
            Some(frame) => frame,
            None => Frame::new()?,
        };
        let length = from.remaining().min(PAGE_SIZE);
        match from.read_frame(ctx, &frame, 0, length) {
            Ok(went) => {
                self.buffers.push_back(Buffer { frame, start: 0, end: went, packet });
                Ok(went)
            }
            Err(errno) => {
                self.spare = Some(frame);
                Err(errno)
            }
        }
    }

    fn drop_front(&mut self) {
        if let Some(buffer) = self.buffers.pop_front()
            && self.spare.is_none()
            && buffer.frame.count() == 1
        {
            self.spare = Some(buffer.frame);
        }
    }
}
