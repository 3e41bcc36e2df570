//! Streams: sending and receiving where only the order of bytes counts.

use super::flight::Flight;
use super::queue::Note;
use super::{Phase, RECEIVE, SEND, Unix};
use crate::net::message::{Flags, Incoming, Outgoing, Sender};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

impl Unix {
    /// Sends as much as there is room for.
    pub(super) fn send_stream(&self, ctx: &TaskContext, message: &mut Outgoing<'_, '_>) -> Result<usize> {
        if message.flags.contains(Flags::OUT_OF_BAND) {
            return Err(Errno::EOPNOTSUPP);
        }
        let (phase, peer) = {
            let state = self.state.lock();
            (state.phase, state.peer.upgrade())
        };
        if message.to.is_some() {
            return Err(if phase == Phase::Connected { Errno::EISCONN } else { Errno::EOPNOTSUPP });
        }
        if phase != Phase::Connected {
            return Err(Errno::ENOTCONN);
        }
        let peer = peer.filter(|peer| !self.is_shut(SEND) && !peer.is_shut(RECEIVE)).ok_or(Errno::EPIPE)?;
        if message.bytes.remaining() == 0 {
            return Ok(0);
        }
        let sender = self.sender_for(ctx, message, &peer);
        let note = note_for(ctx, message, sender, &peer)?;
        let sent = peer.inbox.put_stream(ctx, message.bytes, note, self.send_buffer())?;
        peer.changed.wake_all();
        Ok(sent)
    }

    /// Receives what there is.
    pub(super) fn receive_stream(&self, ctx: &TaskContext, message: &mut Incoming<'_, '_>) -> Result<usize> {
        if message.flags.contains(Flags::OUT_OF_BAND) {
            return Err(Errno::EOPNOTSUPP);
        }
        if self.inbox.is_empty() {
            // Who sends and closes right now is seen by the second look.
            let nothing = self.nothing_in_stream();
            if self.inbox.is_empty() {
                return nothing;
            }
        }
        let received = self.inbox.take_stream(ctx, message, self.wants_sender())?;
        if message.from.is_none() && message.wants_address {
            message.from = self.peer().and_then(|peer| peer.state.lock().name.clone());
        }
        self.blocked.wake_if(self.inbox.charge());
        Ok(received)
    }

    /// What a reader is told who finds nothing.
    fn nothing_in_stream(&self) -> Result<usize> {
        self.options.take_error()?;
        match self.phase() {
            _ if self.is_shut(RECEIVE) => Ok(0),
            Phase::Connected => Err(Errno::EAGAIN),
            _ => Err(Errno::EINVAL),
        }
    }
}

/// What goes with the bytes, if anything does; the files leave the message once they are on their way.
pub(super) fn note_for(
    ctx: &TaskContext,
    message: &mut Outgoing<'_, '_>,
    sender: Option<Sender>,
    receiver: &Arc<Unix>,
) -> Result<Option<Box<Note>>> {
    if sender.is_none() && message.files.is_empty() {
        return Ok(None);
    }
    let files = match message.files.is_empty() {
        true => None,
        false => Some(Flight::begin(ctx, &mut message.files, receiver)?),
    };
    Ok(Some(Box::new(Note { sender, files, from: None })))
}
