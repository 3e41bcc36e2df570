//! An order to a disk that can be waited for.
//!
//! Its life: made with segments; the driver takes the transfer out of it and hands that to the hardware; the interrupt
//! handler puts it back with the result, which wakes who waits. The lock protects where in this life it is.

use super::{Operation, Segment, Transfer};
use crate::task::{TaskContext, WaitQueue};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use machine::inject::{self, Kind};
use machine::lock::SpinLock;

/// One order.
pub struct Request {
    operation: Operation,
    sector: u64,
    length: u64,
    /// When the disk was given it, in nanoseconds since boot.
    begun: AtomicU64,
    state: SpinLock<State>,
    done: WaitQueue,
}

enum State {
    /// Not started yet.
    New(Vec<Segment>),
    /// The driver has the segments.
    Started,
    /// The driver has given them back.
    Done(Vec<Segment>, Result<()>),
}

impl Request {
    /// To read or write from a sector on, into or from the segments in their order; or another operation.
    pub fn new(operation: Operation, sector: u64, segments: Vec<Segment>) -> Arc<Request> {
        let length = segments.iter().map(|segment| u64::from(segment.length)).sum();
        let state = SpinLock::new("disk request", State::New(segments));
        Arc::new(Request { operation, sector, length, begun: AtomicU64::new(0), state, done: WaitQueue::new() })
    }

    /// What is to be done.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The first sector.
    pub fn sector(&self) -> u64 {
        self.sector
    }

    pub(super) fn note_begin(&self, now: u64) {
        self.begun.store(now, Ordering::Relaxed);
    }

    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// How many bytes it moves.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Waits until the disk is done with it, and tells how it went: `EIO` if the disk failed.
    pub fn wait(&self, ctx: &TaskContext) -> Result<()> {
        self.done.wait_until(ctx, || self.result().is_some());
        if inject::fails(Kind::Request) {
            return Err(Errno::EIO);
        }
        self.result().unwrap_or(Err(Errno::EIO))
    }

    /// How it went, if the disk is done with it.
    pub fn result(&self) -> Option<Result<()>> {
        match &*self.state.lock() {
            State::Done(_, result) => Some(*result),
            _ => None,
        }
    }

    /// The segments, once the disk is done with them (or before it began).
    pub fn take_segments(&self) -> Vec<Segment> {
        match &mut *self.state.lock() {
            State::New(segments) | State::Done(segments, _) => core::mem::take(segments),
            State::Started => Vec::new(),
        }
    }

    /// For the driver: what the hardware is to do; `None` if that was asked before.
    pub fn start(&self) -> Option<Transfer> {
        let mut state = self.state.lock();
        let State::New(segments) = &mut *state else { return None };
        let segments = core::mem::take(segments);
        *state = State::Started;
        Some(Transfer { operation: self.operation, sector: self.sector, segments })
    }

    /// For the driver: the hardware is done. May be called from an interrupt handler, with no lock held.
    pub fn complete(&self, transfer: Transfer, result: Result<()>) {
        *self.state.lock() = State::Done(transfer.segments, result);
        self.done.wake_all();
    }
}
