//! What is on its way to a line: a ring, and the order in which it leaves.
//!
//! Programs write from tasks, echo comes from interrupts, and the line takes what it has room for. Whoever puts bytes in also sends:
//! one at a time, with no lock held while the line is called; who finds another sending leaves its bytes to that one. When
//! the line is full, its queue calls back (`Wake`).

use super::line::Line;
use crate::task::{Instant, TaskContext, WaitQueue, Waiter, Wake};
use alloc::sync::{Arc, Weak};
use arrayvec::ArrayVec;
use logic::errno::Result;
use logic::ring::Ring;
use machine::list::Node;
use machine::lock::SpinLock;

/// Bytes that wait to be sent.
const CAPACITY: usize = 8 << 10;

/// How many bytes are sent at once.
const PIECE: usize = 256;

/// How long `drain` sleeps between looks at the line, in nanoseconds.
const DRAIN_STEP: u64 = 1_000_000;

/// How long `finish` waits for a reader that takes nothing, in nanoseconds.
const PATIENCE_AT_THE_END: u64 = 10_000_000_000;

/// The output side of a terminal.
pub(super) struct Output {
    line: Arc<dyn Line>,
    state: SpinLock<State>,
    /// Woken when there is room again; the terminal's readers wait here too.
    pub(super) queue: WaitQueue,
    waiter: Arc<Node<Waiter>>,
}

struct State {
    ring: Ring,
    /// Taken out of the ring, and perhaps refused by the line so far.
    piece: ArrayVec<u8, PIECE>,
    /// Somebody is handing `piece` to the line.
    sending: bool,
    /// `waiter` is in the line's queue.
    waiting: bool,
    /// Nothing leaves: Ctrl-S.
    stopped: bool,
}

impl Output {
    pub(super) fn new(line: Arc<dyn Line>) -> Result<Arc<Output>> {
        let ring = Ring::try_new(CAPACITY)?;
        let state = State { ring, piece: ArrayVec::new(), sending: false, waiting: false, stopped: false };
        Ok(Arc::new_cyclic(|this: &Weak<Output>| {
            let waiter = Waiter::other(this.clone());
            Output { line, state: SpinLock::new("terminal output", state), queue: WaitQueue::new(), waiter }
        }))
    }

    pub(super) fn line(&self) -> &Arc<dyn Line> {
        &self.line
    }

    /// How many bytes of a program's there is room for. What is stopped takes none where a program is at the other end, for there, as in
    /// Linux, nothing is kept on this side.
    pub(super) fn room(&self) -> usize {
        let state = self.state.lock();
        if state.stopped && self.line.is_pseudo() { 0 } else { state.ring.free() }
    }

    /// How many bytes have not been handed to the line.
    fn waiting(&self) -> usize {
        let state = self.state.lock();
        state.ring.len() + state.piece.len()
    }

    /// How many bytes have not left the machine; where a program is at the other end, none: `TIOCOUTQ`.
    pub(super) fn unsent(&self) -> usize {
        if self.line.is_pseudo() { 0 } else { self.waiting() + self.line.waiting() }
    }

    /// Puts bytes in, if at least `spare` bytes of room stay free; says whether it did. `send` must follow.
    pub(super) fn put(&self, bytes: &[u8], spare: usize) -> bool {
        let mut state = self.state.lock();
        let fits = state.ring.free() >= bytes.len() + spare;
        if fits {
            state.ring.push(bytes);
        }
        fits
    }

    /// Hands to the line what it takes.
    pub(super) fn send(&self) {
        let Some(mut piece) = self.state.lock().begin() else { return };
        loop {
            let sent = self.line.send(&piece);
            let (next, wait) = self.state.lock().next(sent, piece.len());
            if wait {
                // Room that came before this is found at the next turn of the loop, and what comes later calls `wake`.
                self.line.queue().join(self.waiter.clone());
            }
            match next {
                Some(next) => piece = next,
                None => break,
            }
        }
        self.queue.wake_all();
    }

    /// Stops what is not yet with the line, or lets it go on.
    pub(super) fn stop(&self, stopped: bool) {
        self.state.lock().stopped = stopped;
        self.send();
    }

    /// Forgets what is not yet with the line; what a stopped pseudo-terminal has is echo, which stays (tcflush(3)).
    pub(super) fn flush(&self) {
        let echo_only = self.line.is_pseudo() && self.state.lock().stopped;
        if !echo_only {
            self.discard();
        }
    }

    /// Forgets what is not yet with the line.
    pub(super) fn discard(&self) {
        let mut state = self.state.lock();
        state.ring.clear();
        if !state.sending {
            state.piece.clear();
        }
    }

    /// Sleeps until everything has left the machine, because that is about to stop, or what is under way would be forgotten; gives up
    /// when it is stopped, or nothing moves for a while.
    pub(super) fn finish(&self, ctx: &TaskContext) {
        let mut left = self.waiting();
        let mut give_up = machine::clock::now().0 + PATIENCE_AT_THE_END;
        while left > 0 || !self.line.drained() {
            let now = machine::clock::now();
            if now.0 > give_up || self.state.lock().stopped {
                return;
            }
            ctx.sleep_until(Instant(now.0 + DRAIN_STEP), false);
            if self.waiting() != left {
                left = self.waiting();
                give_up = now.0 + PATIENCE_AT_THE_END;
            }
        }
    }

    /// Sleeps until everything has left the machine; `EINTR` if a signal comes.
    pub(super) fn drain(&self, ctx: &TaskContext) -> Result<()> {
        while !self.line.is_pseudo() && (self.waiting() > 0 || !self.line.drained()) {
            let mut time = machine::clock::now();
            time.0 += DRAIN_STEP;
            if !ctx.sleep_until(time, true) {
                return Err(logic::errno::Errno::EINTR);
            }
        }
        Ok(())
    }
}

impl State {
    /// What is to be sent now, unless somebody else sends.
    fn begin(&mut self) -> Option<ArrayVec<u8, PIECE>> {
        if self.sending { None } else { self.take() }
    }

    /// Notes that the line took `sent` of `offered` bytes. Gives what is to be sent next, and whether to join the line's queue
    /// before.
    fn next(&mut self, sent: usize, offered: usize) -> (Option<ArrayVec<u8, PIECE>>, bool) {
        self.piece.drain(..sent.min(self.piece.len()));
        if sent >= offered {
            return (self.take(), false);
        }
        let wait = !core::mem::replace(&mut self.waiting, true);
        self.sending = wait;
        (if wait { Some(self.piece.clone()) } else { None }, wait)
    }

    fn take(&mut self) -> Option<ArrayVec<u8, PIECE>> {
        self.sending = false;
        if self.stopped {
            return None;
        }
        if self.piece.is_empty() {
            let mut bytes = [0; PIECE];
            let count = self.ring.pop(&mut bytes);
            self.piece.extend(bytes[..count].iter().copied());
        }
        self.sending = !self.piece.is_empty();
        self.sending.then(|| self.piece.clone())
    }
}

impl Wake for Output {
    fn wake(&self) {
        self.state.lock().waiting = false;
        self.send();
    }
}
