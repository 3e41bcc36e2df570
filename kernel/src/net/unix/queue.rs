//! The parts that lie in an inbox, in a row, and what goes with them. Whoever has the inbox's mutex changes them.

use super::bytes::{Bytes, FEW};
use super::flight::Flight;
use crate::memory::{Sink, Source};
use crate::net::message::{Address, Flags, Incoming, Sender};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::ops::Range;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// What a part costs of a sender's buffer, besides its bytes.
pub(super) const COST: usize = 256;

/// All parts, and sums over them.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) parts: VecDeque<Part>,
    pub(super) charge: usize,
    pub(super) ends: usize,
    pub(super) frames: usize,
    /// A frame that was emptied and is kept for the next bytes.
    spare: Option<Frame>,
}

/// Some bytes that lie together.
pub(super) struct Part {
    bytes: Bytes,
    pub(super) start: usize,
    end: usize,
    /// A message ends with it; in a stream always so.
    last: bool,
    note: Option<Box<Note>>,
}

/// What goes with bytes.
#[derive(Default)]
pub(super) struct Note {
    pub(super) sender: Option<Sender>,
    pub(super) files: Option<Arc<Flight>>,
    pub(super) from: Option<Address>,
}

impl Queue {
    /// How many parts the first message has, and how many bytes.
    pub(super) fn first_message(&self) -> (usize, usize) {
        let mut bytes = 0;
        for (index, part) in self.parts.iter().enumerate() {
            bytes += part.length();
            if part.last {
                return (index + 1, bytes);
            }
        }
        (0, 0)
    }

    /// Puts what does not fill a page behind the bytes of the last part, if all of it fits there and goes with the same.
    pub(super) fn put_behind(
        &mut self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        note: Option<&Note>,
    ) -> Result<usize> {
        let length = from.remaining();
        let Some(last) = self.parts.back_mut() else { return Ok(0) };
        // What nobody else sees can be written to.
        let is_own = |frame: &&Frame| length > 0 && last.end + length <= PAGE_SIZE && frame.count() == 1;
        let Some(frame) = last.bytes.frame().filter(is_own) else {
            return Ok(0);
        };
        if note.is_some_and(|note| note.files.is_some()) || !last.goes_with(note) {
            return Ok(0);
        }
        let went = from.read_frame(ctx, frame, last.end, length)?;
        last.end += went;
        self.charge += went;
        Ok(went)
    }

    /// Adds a part of up to a page; tells how many bytes it has.
    pub(super) fn put_part(
        &mut self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        note: Option<Box<Note>>,
        last: bool,
    ) -> Result<usize> {
        self.put(note, last, |queue| queue.take_page(ctx, from))
    }

    /// The same of a message, behind which nothing will be put: few bytes need no frame of their own.
    pub(super) fn put_message_part(
        &mut self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        note: Option<Box<Note>>,
        last: bool,
    ) -> Result<usize> {
        let is_small = (1..=FEW).contains(&from.remaining()) && self.spare.is_none();
        self.put(note, last, |queue| if is_small { Bytes::take_few(ctx, from) } else { queue.take_page(ctx, from) })
    }

    /// Bytes in a frame, and where in it they are.
    fn take_page(&mut self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<(Bytes, Range<usize>)> {
        let length = from.remaining().min(PAGE_SIZE);
        if let Some(part) = from.take_part() {
            // Of a file that is sent (sendfile(2), splice(2)): its own frame.
            return Ok((Bytes::Frame(part.frame), part.offset..part.offset + part.length));
        }
        if length == 0 {
            return Ok((Bytes::None, 0..0));
        }
        let new = self.spare.take().map_or_else(Frame::new, Ok)?;
        let end = from.read_frame(ctx, &new, 0, length)?;
        Ok((Bytes::Frame(new), 0..end))
    }

    /// Adds a part of what is taken once there is room for it.
    fn put(
        &mut self,
        note: Option<Box<Note>>,
        last: bool,
        take: impl FnOnce(&mut Queue) -> Result<(Bytes, Range<usize>)>,
    ) -> Result<usize> {
        self.parts.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let (bytes, Range { start, end }) = take(self)?;
        self.charge += COST + end;
        self.ends += usize::from(last);
        self.frames += usize::from(bytes.frame().is_some());
        self.parts.push_back(Part { bytes, start, end, last, note });
        Ok(end - start)
    }

    pub(super) fn drop_first(&mut self) {
        let Some(part) = self.parts.pop_front() else { return };
        self.forget(&part);
        if let (None, Bytes::Frame(frame)) = (&self.spare, part.bytes) {
            // Who spliced it sees it still.
            self.spare = Some(frame).filter(|frame| frame.count() == 1);
        }
    }

    /// Takes parts from the back until there are only so many.
    pub(super) fn cut(&mut self, parts: usize) {
        while self.parts.len() > parts
            && let Some(part) = self.parts.pop_back()
        {
            self.forget(&part);
        }
    }

    fn forget(&mut self, part: &Part) {
        self.charge -= COST + part.end;
        self.ends -= usize::from(part.last);
        self.frames -= usize::from(part.bytes.frame().is_some());
    }

    pub(super) fn take_all(&mut self) -> VecDeque<Part> {
        (self.charge, self.ends, self.frames, self.spare) = (0, 0, 0, None);
        core::mem::take(&mut self.parts)
    }
}

impl Part {
    pub(super) fn length(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn sender(&self) -> Sender {
        self.note.as_ref().and_then(|note| note.sender).unwrap_or(Sender::UNKNOWN)
    }

    /// Whether bytes with that note may stand behind these.
    fn goes_with(&self, note: Option<&Note>) -> bool {
        let own = self.note.as_deref();
        own.is_none_or(|own| own.files.is_none()) && own.and_then(|own| own.sender) == note.and_then(|note| note.sender)
    }

    pub(super) fn copy(&self, ctx: &TaskContext, into: &mut Sink<'_>, length: usize) -> Result<usize> {
        self.bytes.copy(ctx, into, self.start, length)
    }

    /// Hands over what goes with it; says whether files came.
    pub(super) fn tell(&mut self, ctx: &TaskContext, message: &mut Incoming<'_, '_>, senders: bool) -> bool {
        if senders {
            message.sender = Some(self.sender());
        }
        let Some(note) = &mut self.note else { return false };
        message.from = message.from.take().or_else(|| note.from.clone());
        let peek = message.flags.contains(Flags::PEEK);
        let Some(flight) = note.files.as_ref() else { return false };
        message.files = if peek { flight.look(ctx) } else { flight.land(ctx) };
        if !peek {
            note.files = None;
        }
        true
    }
}
