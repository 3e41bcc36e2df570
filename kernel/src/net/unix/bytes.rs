//! Where the bytes of a part lie: few of them in the heap, so that a message of a byte does not cost a frame.

use crate::memory::{Sink, Source};
use crate::task::TaskContext;
use alloc::boxed::Box;
use core::ops::Range;
use logic::errno::Result;
use machine::frame::Frame;

/// So many count as few.
pub(super) const FEW: usize = 256;

/// Bytes of a part.
pub(super) enum Bytes {
    /// There are none.
    None,
    /// In a frame, from its start on.
    Frame(Frame),
    /// As many as there are.
    Few(Box<[u8]>),
}

impl Bytes {
    /// Takes up to `FEW` bytes, and tells where in them those that came are.
    pub(super) fn take_few(ctx: &TaskContext, from: &mut Source<'_>) -> Result<(Bytes, Range<usize>)> {
        let mut buffer = [0; FEW];
        let length = from.remaining().min(FEW);
        let went = from.read(ctx, &mut buffer[..length])?;
        Ok((Bytes::Few(Box::from(&buffer[..went])), 0..went))
    }

    /// The frame, if they lie in one.
    pub(super) fn frame(&self) -> Option<&Frame> {
        if let Bytes::Frame(frame) = self { Some(frame) } else { None }
    }

    /// Writes some of them; tells how many went.
    pub(super) fn copy(&self, ctx: &TaskContext, into: &mut Sink<'_>, start: usize, length: usize) -> Result<usize> {
        match self {
            Bytes::None => Ok(0),
            Bytes::Frame(frame) => into.write_frame(ctx, frame, start, length),
            Bytes::Few(bytes) => bytes.get(start..start + length).map_or(Ok(0), |bytes| into.write(ctx, bytes)),
        }
    }
}
