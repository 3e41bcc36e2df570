//! The console in stream mode: a program's bytes, and nothing else; what bin/run speaks (`console=stream`).
//!
//! It is no terminal. Before anything else it sends a marker, so that the other side can tell a program's output from what firmware
//! and kernel printed, and knows that input is listened for; input is coded so that it can end (`logic::stream`). The lock protects what has come in; nothing is called under it.

use super::line::{Line, Receiver};
use super::output::Output;
use crate::fs::{File, Readiness};
use crate::memory::{Sink, Source};
use crate::task::{Mutex, TaskContext, WaitQueue};
use alloc::sync::Arc;
use logic::errno::{Errno, Result};
use logic::ring::Ring;
use logic::stream::{Decoder, START};
use machine::lock::SpinLock;

/// Bytes that wait to be read.
const CAPACITY: usize = 64 << 10;

/// How many bytes are moved at once.
const PIECE: usize = 512;

/// The console as a stream.
pub(super) struct Stream {
    output: Arc<Output>,
    input: SpinLock<Incoming>,
    /// Held by who writes, so that what is written at once stays together.
    writing: Mutex<()>,
}

struct Incoming {
    ring: Ring,
    decoder: Decoder,
    /// The line holds input back until somebody reads.
    held_back: bool,
}

impl Stream {
    /// A stream on a line, which it begins to receive from.
    pub(super) fn new(line: Arc<dyn Line>) -> Result<Arc<Stream>> {
        let incoming = Incoming { ring: Ring::try_new(CAPACITY)?, decoder: Decoder::default(), held_back: false };
        let (output, input) = (Output::new(line.clone())?, SpinLock::new("console stream", incoming));
        let stream = Arc::new(Stream { output, input, writing: Mutex::new("stream writer", ()) });
        line.set_receiver(stream.clone());
        stream.output.put(&START, 0);
        stream.output.send();
        Ok(stream)
    }

    /// See `Output::finish`.
    pub(super) fn finish(&self, ctx: &TaskContext) {
        self.output.finish(ctx);
    }

    /// Takes bytes out for a program; `EAGAIN` if none have come yet, 0 at the end.
    fn take(&self, into: &mut [u8]) -> Result<usize> {
        let mut input = self.input.lock();
        let count = input.ring.pop(into);
        let resume = input.ring.free() >= CAPACITY / 2 && core::mem::take(&mut input.held_back);
        let ended = input.decoder.has_ended();
        drop(input);
        if resume {
            self.output.line().resume();
        }
        if count == 0 && !ended { Err(Errno::EAGAIN) } else { Ok(count) }
    }
}

impl File for Stream {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut bytes = [0; PIECE];
        let mut count = 0;
        while into.remaining() > 0 {
            let wanted = into.remaining().min(PIECE);
            match self.take(&mut bytes[..wanted]) {
                Ok(0) => break,
                Ok(taken) => count += into.write(ctx, &bytes[..taken])?,
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(count)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        let _writing = self.writing.lock(ctx);
        let mut bytes = [0; PIECE];
        let mut count = 0;
        while from.remaining() > 0 && self.output.room() >= PIECE {
            match from.read(ctx, &mut bytes) {
                Ok(taken) => {
                    self.output.put(&bytes[..taken], 0);
                    count += taken;
                }
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
            self.output.send();
        }
        if count == 0 && from.remaining() > 0 { Err(Errno::EAGAIN) } else { Ok(count) }
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let input = self.input.lock();
        let readable = !input.ring.is_empty() || input.decoder.has_ended();
        drop(input);
        let room = self.output.room() >= PIECE;
        let readable = if readable { Readiness::IN | Readiness::RDNORM } else { Readiness::empty() };
        readable | if room { Readiness::OUT | Readiness::WRNORM } else { Readiness::empty() }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.output.queue)
    }
}

impl Receiver for Stream {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut input = self.input.lock();
        let mut taken = 0;
        for &byte in bytes {
            // One byte may become two.
            if input.ring.free() < 2 {
                break;
            }
            let decoded = input.decoder.decode(byte);
            input.ring.push(&decoded);
            taken += 1;
        }
        input.held_back = taken < bytes.len();
        drop(input);
        self.output.queue.wake_all();
        taken
    }
}
