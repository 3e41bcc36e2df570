//! What has come for a socket: parts in a row, mostly of frames, and what goes with them.
//!
//! The sleeping mutex is held while bytes move, from the sender's memory to a frame and from there to the receiver's. In a stream small
//! writes share a frame; a message is one part or several, of which the last says so. The atomics are for those who only look.

use super::queue::{COST, Note, Part, Queue};
use crate::memory::Source;
use crate::net::message::{Flags, Incoming};
use crate::task::{Mutex, TaskContext};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

/// What came and was not received.
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    /// What all parts cost together.
    charge: AtomicUsize,
    /// How many parts end: messages, or pieces of a stream.
    ends: AtomicUsize,
    /// How many parts have a frame.
    frames: AtomicUsize,
    /// Nobody will receive any more.
    closed: AtomicBool,
}

impl Inbox {
    pub(super) fn new() -> Inbox {
        Inbox {
            queue: Mutex::new("socket inbox", Queue::default()),
            charge: AtomicUsize::new(0),
            ends: AtomicUsize::new(0),
            frames: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// What it costs those who sent it.
    pub(super) fn charge(&self) -> usize {
        self.charge.load(Ordering::Acquire)
    }

    /// How many frames hold it, about.
    pub(super) fn frames(&self) -> usize {
        self.messages() * COST / PAGE_SIZE + self.frames.load(Ordering::Acquire)
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
                match queue.put_message_part(ctx, from, note.take(), last) {
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
        self.frames.store(queue.frames, Ordering::Release);
    }
}
