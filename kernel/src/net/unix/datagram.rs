//! Messages: sending and receiving each as a whole, with or without a connection.

use super::queue::Note;
use super::room::MOST_MESSAGES;
use super::stream::note_for;
use super::{Phase, RECEIVE, SEND, Type, Unix, names};
use crate::net::message::{Flags, Incoming, Outgoing, Route};
use crate::process::caller;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use logic::errno::{Errno, Result};

/// What a message may be shorter than the sender's buffer, at least.
const MARGIN: usize = 32;

impl Unix {
    /// Sends a message.
    pub(super) fn send_message(&self, ctx: &TaskContext, message: &mut Outgoing<'_, '_>) -> Result<usize> {
        if message.flags.contains(Flags::OUT_OF_BAND) {
            return Err(Errno::EOPNOTSUPP);
        }
        self.name_if_telling()?;
        if message.bytes.remaining() > self.send_buffer() - MARGIN {
            return Err(Errno::EMSGSIZE);
        }
        let target = self.target(ctx, message)?;
        if !self.may_reach(&target) {
            return Err(Errno::EPERM);
        }
        if self.is_shut(SEND) || target.is_shut(RECEIVE) {
            return Err(Errno::EPIPE);
        }
        if !self.may_add(&target) {
            message.route = Some(target as Route);
            return Err(Errno::EAGAIN);
        }
        let sender = self.sender_for(ctx, message, &target);
        let mut note = note_for(ctx, message, sender, &target)?;
        if let Some(name) = self.state.lock().name.clone() {
            note.get_or_insert_with(|| Box::new(Note::default())).from = Some(name);
        }
        let sent = target.inbox.put_message(ctx, message.bytes, note)?;
        message.bytes.limit(0);
        target.changed.wake_all();
        Ok(sent)
    }

    /// Receives a message.
    pub(super) fn receive_message(&self, ctx: &TaskContext, message: &mut Incoming<'_, '_>) -> Result<usize> {
        if message.flags.contains(Flags::OUT_OF_BAND) {
            return Err(Errno::EOPNOTSUPP);
        }
        if self.kind == Type::Packet && self.phase() != Phase::Connected {
            return Err(Errno::ENOTCONN);
        }
        self.options.take_error()?;
        if self.inbox.is_empty() {
            let shut = self.is_shut(RECEIVE);
            if self.inbox.is_empty() {
                return if shut { Ok(0) } else { Err(Errno::EAGAIN) };
            }
        }
        let before = message.bytes.written();
        let length = self.inbox.take_message(ctx, message, self.wants_sender())?;
        message.complete = true;
        self.blocked.wake_if(self.inbox.charge());
        Ok(if message.flags.contains(Flags::CUT) { length } else { message.bytes.written() - before })
    }

    /// Whom a message goes to.
    fn target(&self, ctx: &TaskContext, message: &Outgoing<'_, '_>) -> Result<Arc<Unix>> {
        if let Some(route) = &message.route {
            return route.clone().downcast().map_err(|_| Errno::ECONNREFUSED);
        }
        let to = message.to.filter(|_| self.kind == Type::Datagram);
        if to.is_none() && self.phase() != Phase::Connected {
            return Err(Errno::ENOTCONN);
        }
        self.options.take_error()?;
        if let Some(to) = to {
            let thread = caller(ctx).ok_or(Errno::ECONNREFUSED)?;
            return names::find(ctx, &*thread.lookup()?, self.kind, to);
        }
        let mut state = self.state.lock();
        match state.peer.upgrade().filter(|peer| self.kind == Type::Packet || peer.is_open()) {
            Some(peer) => Ok(peer),
            None if self.kind == Type::Packet => Err(Errno::EPIPE),
            None => {
                state.phase = Phase::Idle;
                state.peer = Weak::new();
                Err(Errno::ECONNREFUSED)
            }
        }
    }

    fn may_add(&self, target: &Unix) -> bool {
        if self.is_bounded_by_bytes(target) {
            target.inbox.charge() < self.send_buffer()
        } else {
            target.inbox.messages() <= MOST_MESSAGES
        }
    }
}
