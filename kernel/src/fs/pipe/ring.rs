//! The bytes in a pipe: a ring of frames, which are had when bytes come and given back, but for the first, when all have gone.

use crate::memory::{Sink, Source};
use crate::task::TaskContext;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// As many pages as Linux gives a pipe.
const PAGES: usize = 16;

/// How many bytes a pipe holds.
pub(super) const CAPACITY: usize = PAGES * PAGE_SIZE;

/// The ring; how much of it is used is kept beside it.
pub(super) struct Ring {
    frames: [Option<Frame>; PAGES],
    /// Where the oldest byte is.
    start: usize,
}

impl Ring {
    pub(super) const fn new() -> Ring {
        Ring { frames: [const { None }; PAGES], start: 0 }
    }

    /// Moves bytes out, up to `used`.
    pub(super) fn take(&mut self, ctx: &TaskContext, used: usize, into: &mut Sink<'_>) -> Result<usize> {
        let mut done = 0;
        while done < used && into.remaining() > 0 {
            let (page, offset) = (self.start / PAGE_SIZE, self.start % PAGE_SIZE);
            let part = (PAGE_SIZE - offset).min(used - done).min(into.remaining());
            let Some(frame) = &self.frames[page] else { return Err(Errno::EIO) };
            match into.write_frame(ctx, frame, offset, part) {
                Ok(went) => {
                    done += went;
                    self.start = (self.start + went) % CAPACITY;
                }
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Moves bytes in behind the `used` ones, up to `room`.
    pub(super) fn put(&mut self, ctx: &TaskContext, used: usize, room: usize, from: &mut Source<'_>) -> Result<usize> {
        let mut done = 0;
        while done < room && from.remaining() > 0 {
            let end = (self.start + used + done) % CAPACITY;
            let offset = end % PAGE_SIZE;
            let part = (PAGE_SIZE - offset).min(room - done).min(from.remaining());
            let went = self.frame(end / PAGE_SIZE).and_then(|frame| from.read_frame(ctx, frame, offset, part));
            match went {
                Ok(went) => done += went,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    fn frame(&mut self, page: usize) -> Result<&Frame> {
        let slot = &mut self.frames[page];
        match slot {
            Some(frame) => Ok(frame),
            None => Ok(slot.insert(Frame::new()?)),
        }
    }

    /// Nothing is in it: it starts again in its first frame, which it keeps.
    pub(super) fn reset(&mut self) {
        self.start = 0;
        self.frames[1..].iter_mut().for_each(|frame| drop(frame.take()));
    }
}
