//! What has come for a socket: parts of frames in a row, and what goes with them.
//!
//! The sleeping mutex is held while bytes move, from the sender's memory to a frame and from there to the receiver's. In a stream small
//! writes share a frame; a message is one part or several, of which the last says so. The atomics are for those who only look.

use super::flight::Flight;
use crate::memory::{Sink, Source};
use crate::net::message::{Address, Flags, Incoming, Sender};
use crate::task::{Mutex, TaskContext};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// What a part costs of a sender's buffer, besides its bytes.
const COST: usize = 256;

/// What came and was not received.
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    /// What all parts cost together.
    charge: AtomicUsize,
    /// How many parts end: messages, or pieces of a stream.
    ends: AtomicUsize,
    /// Nobody will receive any more.
    closed: AtomicBool,
}

struct Queue {
    parts: VecDeque<Part>,
    charge: usize,
    ends: usize,
    /// A frame that was emptied and is kept for the next bytes.
    spare: Option<Frame>,
}

/// Some bytes that lie together.
struct Part {
    /// `None`: no bytes.
    frame: Option<Frame>,
    start: usize,
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

impl Inbox {
    pub(super) fn new() -> Inbox {
        let queue = Queue { parts: VecDeque::new(), charge: 0, ends: 0, spare: None };
        Inbox {
            queue: Mutex::new("socket inbox", queue),
            charge: AtomicUsize::new(0),
            ends: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// What it costs those who sent it.
    pub(super) fn charge(&self) -> usize {
        self.charge.load(Ordering::Acquire)
    }

    /// How many frames hold it, about: a message begins a new one.
    pub(super) fn frames(&self) -> usize {
        self.charge() / PAGE_SIZE + self.messages()
    }

    /// How many messages are in it.
    pub(super) fn messages(&self) -> usize {
        self.ends.load(Ordering::Acquire)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages() == 0
    }

    /// How many bytes one could receive: all of a stream, or the first message's.
    pub(super) fn readable(&self, ctx: &TaskContext, stream: bool) -> usize {
        let queue = self.queue.lock(ctx);
        if stream { queue.parts.iter().map(Part::length).sum() } else { queue.first_message().1 }
    }

    /// Adds bytes of a stream until they cost `most` together; `EAGAIN` if they do already.
    pub(super) fn put_stream(
        &self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        note: Option<Box<Note>>,
        most: usize,
    ) -> Result<usize> {
        self.change(ctx, |queue| {
            if queue.charge >= most {
                return Err(Errno::EAGAIN);
            }
            let mut done = queue.put_behind(ctx, from, note.as_deref())?;
            let mut note = if done > 0 && from.remaining() == 0 { None } else { note };
            while from.remaining() > 0 && queue.charge < most {
                match queue.put_part(ctx, from, note.take(), true) {
                    Ok(went) => done += went,
                    Err(errno) if done == 0 => return Err(errno),
                    Err(_) => break,
                }
            }
            Ok(done)
        })
    }

    /// Adds a message, all or nothing.
    pub(super) fn put_message(
        &self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        mut note: Option<Box<Note>>,
    ) -> Result<usize> {
        self.change(ctx, |queue| {
            let (before, length) = (queue.parts.len(), from.remaining());
            loop {
                let wanted = from.remaining().min(PAGE_SIZE);
                let last = wanted == from.remaining();
                match queue.put_part(ctx, from, note.take(), last) {
                    Ok(went) if went == wanted && last => return Ok(length),
                    Ok(went) if went == wanted => {}
                    failed => {
                        queue.cut(before);
                        return Err(failed.err().unwrap_or(Errno::EFAULT));
                    }
                }
            }
        })
    }

    /// Receives what there is of a stream. What goes with bytes ends them: files, or (if it is asked for) another sender.
    pub(super) fn take_stream(
        &self,
        ctx: &TaskContext,
        message: &mut Incoming<'_, '_>,
        senders: bool,
    ) -> Result<usize> {
        let peek = message.flags.contains(Flags::PEEK);
        self.change(ctx, |queue| {
            let (mut done, mut index) = (0, 0);
            while let Some(part) = queue.parts.get_mut(index) {
                let from_other = senders && message.sender.is_some() && message.sender != Some(part.sender());
                if from_other || done > 0 && message.bytes.remaining() == 0 {
                    message.complete |= from_other;
                    break;
                }
                let wanted = part.length().min(message.bytes.remaining());
                let went = match part.copy(ctx, message.bytes, wanted) {
                    Ok(went) => went,
                    Err(errno) if done == 0 => return Err(errno),
                    Err(_) => break,
                };
                done += went;
                let files = part.tell(ctx, message, senders);
                if peek {
                    index += 1;
                } else {
                    part.start += went;
                    if part.length() == 0 {
                        queue.drop_first();
                    }
                }
                message.complete |= files;
                if files || went < wanted || wanted == 0 {
                    break;
                }
            }
            Ok(done)
        })
    }

    /// Receives a message, as far as there is room; tells how long it is.
    pub(super) fn take_message(
        &self,
        ctx: &TaskContext,
        message: &mut Incoming<'_, '_>,
        senders: bool,
    ) -> Result<usize> {
        self.change(ctx, |queue| {
            let (parts, length) = queue.first_message();
            if parts == 0 {
                return Err(Errno::EAGAIN);
            }
            let mut copied = Ok(0);
            for part in queue.parts.iter().take(parts) {
                let wanted = part.length().min(message.bytes.remaining());
                copied = part
                    .copy(ctx, message.bytes, wanted)
                    .and_then(|went| if went == wanted { Ok(went) } else { Err(Errno::EFAULT) });
                if copied.is_err() || message.bytes.remaining() == 0 {
                    break;
                }
            }
            message.cut = length > message.bytes.written();
            if let Some(first) = queue.parts.front_mut() {
                first.tell(ctx, message, senders);
            }
            if !message.flags.contains(Flags::PEEK) {
                (0..parts).for_each(|_| queue.drop_first());
            }
            copied.map(|_| length)
        })
    }

    /// Drops all that is in it.
    pub(super) fn empty(&self, ctx: &TaskContext) {
        let parts = self.change(ctx, |queue| Ok(queue.take_all()));
        drop(parts);
    }

    /// Drops all that is in it and all that will come; says whether there was anything. Never sleeps.
    pub(super) fn close(&self) -> bool {
        let unread = !self.is_empty();
        self.closed.store(true, Ordering::SeqCst);
        self.drop_if_closed();
        unread
    }

    /// Who is at it drops what is in it when it is done.
    fn drop_if_closed(&self) {
        if self.closed.load(Ordering::SeqCst)
            && let Some(mut queue) = self.queue.try_lock()
        {
            let parts = queue.take_all();
            self.publish(&queue);
            drop(queue);
            drop(parts);
        }
    }

    fn change<R>(&self, ctx: &TaskContext, work: impl FnOnce(&mut Queue) -> Result<R>) -> Result<R> {
        let mut queue = self.queue.lock(ctx);
        let done = work(&mut queue);
        self.publish(&queue);
        drop(queue);
        self.drop_if_closed();
        done
    }

    fn publish(&self, queue: &Queue) {
        self.charge.store(queue.charge, Ordering::Release);
        self.ends.store(queue.ends, Ordering::Release);
    }
}

impl Queue {
    /// How many parts the first message has, and how many bytes.
    fn first_message(&self) -> (usize, usize) {
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
    fn put_behind(&mut self, ctx: &TaskContext, from: &mut Source<'_>, note: Option<&Note>) -> Result<usize> {
        let length = from.remaining();
        let Some(last) = self.parts.back_mut() else { return Ok(0) };
        // What nobody else sees can be written to.
        let is_own = |frame: &&Frame| length > 0 && last.end + length <= PAGE_SIZE && frame.count() == 1;
        let Some(frame) = last.frame.as_ref().filter(is_own) else {
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

    /// Adds a part of up to a page.
    fn put_part(
        &mut self,
        ctx: &TaskContext,
        from: &mut Source<'_>,
        note: Option<Box<Note>>,
        last: bool,
    ) -> Result<usize> {
        self.parts.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let length = from.remaining().min(PAGE_SIZE);
        let (mut frame, mut start, mut end) = (None, 0, 0);
        if let Some(part) = from.take_part() {
            // Of a file that is sent (sendfile(2), splice(2)): its own frame.
            (start, end) = (part.offset, part.offset + part.length);
            frame = Some(part.frame);
        } else if length > 0 {
            let new = self.spare.take().map_or_else(Frame::new, Ok)?;
            end = from.read_frame(ctx, &new, 0, length)?;
            frame = Some(new);
        }
        self.parts.push_back(Part { frame, start, end, last, note });
        self.charge += COST + end;
        self.ends += usize::from(last);
        Ok(end - start)
    }

    fn drop_first(&mut self) {
        let Some(part) = self.parts.pop_front() else { return };
        self.forget(&part);
        if self.spare.is_none() {
            // Who spliced it sees it still.
            self.spare = part.frame.filter(|frame| frame.count() == 1);
        }
    }

    /// Takes parts from the back until there are only so many.
    fn cut(&mut self, parts: usize) {
        while self.parts.len() > parts
            && let Some(part) = self.parts.pop_back()
        {
            self.forget(&part);
        }
    }

    fn forget(&mut self, part: &Part) {
        self.charge -= COST + part.end;
        self.ends -= usize::from(part.last);
    }

    fn take_all(&mut self) -> VecDeque<Part> {
        (self.charge, self.ends, self.spare) = (0, 0, None);
        core::mem::take(&mut self.parts)
    }
}

impl Part {
    fn length(&self) -> usize {
        self.end - self.start
    }

    fn sender(&self) -> Sender {
        self.note.as_ref().and_then(|note| note.sender).unwrap_or(Sender::UNKNOWN)
    }

    /// Whether bytes with that note may stand behind these.
    fn goes_with(&self, note: Option<&Note>) -> bool {
        let own = self.note.as_deref();
        own.is_none_or(|own| own.files.is_none()) && own.and_then(|own| own.sender) == note.and_then(|note| note.sender)
    }

    fn copy(&self, ctx: &TaskContext, into: &mut Sink<'_>, length: usize) -> Result<usize> {
        match &self.frame {
            Some(frame) => into.write_frame(ctx, frame, self.start, length),
            None => Ok(0),
        }
    }

    /// Hands over what goes with it; says whether files came.
    fn tell(&mut self, ctx: &TaskContext, message: &mut Incoming<'_, '_>, senders: bool) -> bool {
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
