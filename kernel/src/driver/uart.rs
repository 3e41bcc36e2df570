//! A serial port as a terminal's line, driven by interrupts both ways.
//!
//! Sending: bytes go into a ring; as long as the chip's FIFO is empty they go on from there, and "FIFO is empty"
//! interrupts fetch the rest. Receiving: the interrupt handler hands bytes to the receiver. One that has no room left
//! keeps them waiting here, the chip's receive interrupt goes off and its "please send" signal down, until `resume`; so
//! nothing is lost.
//!
//! The lock protects chip, ring and the state of both directions; the receiver is called without it.

use crate::task::Instant;
use crate::task::WaitQueue;
use crate::tty::line::{Line, Receiver};
use crate::tty::magic;
use alloc::boxed::Box;
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use core::time::Duration;
use logic::errno::Result;
use logic::ring::Ring;
use machine::irq::IrqContext;
use machine::lock::SpinLock;
use machine::serial::{FIFO_SIZE, Interrupts, LineStatus, ModemControl, Received, Uart};
use machine::{clock, irq};
use spin::Once;

/// Bytes that wait to be sent.
const RING: usize = 16 << 10;
/// Bytes taken from the chip at once.
const GULP: usize = 4 * FIFO_SIZE;
/// FIFOs filled at once: some hosts' chips are never full.
const BURSTS: usize = 8;
/// How long the other side may take no byte before the last ones are given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long after a break a key is magic.
const MAGIC_PATIENCE: Duration = Duration::from_secs(5);
/// How often an interrupt handler asks the chip for more to do; it comes again if there is.
const ROUNDS: usize = 64;

/// The port.
pub(super) struct SerialLine {
    state: SpinLock<State>,
    receiver: Once<Arc<dyn Receiver>>,
    room: WaitQueue,
    /// What else sees the bytes that programs send: the screen.
    tap: fn(&[u8]),
}

struct State {
    uart: Uart,
    burst: usize,
    outgoing: Ring,
    interrupts: Interrupts,
    /// Received, and not taken yet.
    held: ArrayVec<u8, GULP>,
    /// Somebody is handing `held` to the receiver.
    delivering: bool,
    /// The receiver has had room again meanwhile.
    resumed: bool,
    /// There was a break: a key that comes before then is magic.
    magic_until: Option<Instant>,
    /// The magic key that nobody has been told of yet.
    magic_key: Option<u8>,
    /// After what is held comes a break, which the receiver has not been told of yet.
    break_follows: bool,
}

impl SerialLine {
    /// Starts to drive the chip. Nothing is received before there is a receiver. `tap` sees all that is sent.
    pub(super) fn open(uart: Uart, tap: fn(&[u8])) -> Result<Arc<SerialLine>> {
        let number = uart.interrupt_line();
        let state = State {
            burst: uart.burst(),
            uart,
            outgoing: Ring::try_new(RING)?,
            interrupts: Interrupts::empty(),
            held: ArrayVec::new(),
            delivering: false,
            resumed: false,
            magic_until: None,
            magic_key: None,
            break_follows: false,
        };
        let state = SpinLock::new("serial port", state);
        let line = Arc::new(SerialLine { state, receiver: Once::new(), room: WaitQueue::new(), tap });
        let interrupted = line.clone();
        irq::name(number, "ttyS0");
        irq::register(number, Box::new(move |context| interrupted.on_interrupt(context)))?;
        Ok(line)
    }

    /// Sends all of it, by polling where the ring is full: for the kernel's own words, from anywhere. The tap does not see it.
    pub(super) fn send_all(&self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let mut state = self.state.lock();
            let taken = state.outgoing.push(rest);
            state.pump();
            rest = &rest[taken..];
        }
    }

    /// Sends what is in the ring by polling, if the lock can be had: in a panic, and before the machine is switched
    /// off. Gives up when nothing has left for a while.
    pub(super) fn flush(&self) {
        let Some(mut state) = self.state.try_lock() else { return };
        let mut progress = clock::now();
        while !state.outgoing.is_empty() {
            let before = state.outgoing.len();
            state.pump();
            let now = clock::now();
            if state.outgoing.len() != before {
                progress = now;
            } else if now.since(progress) > PATIENCE {
                return;
            }
        }
    }

    /// The chip's interrupts come by an edge: all reasons must be dealt with before the handler leaves, or there is no
    /// next one.
    fn on_interrupt(&self, context: &IrqContext) {
        for _ in 0..ROUNDS {
            if !self.state.lock().uart.interrupt_pending() {
                return;
            }
            self.deliver();
            let key = self.state.lock().magic_key.take();
            if let Some(key) = key {
                magic::press(context, key);
            }
            self.go_on_sending();
        }
    }

    fn go_on_sending(&self) {
        let room = {
            let mut state = self.state.lock();
            state.pump();
            state.outgoing.free() >= RING / 2
        };
        if room {
            self.room.wake_all();
        }
    }

    /// Hands what has been received to the receiver, until there is nothing more or it has no room.
    fn deliver(&self) {
        let Some(receiver) = self.receiver.get() else { return };
        while let Some(bytes) = self.begin_delivery() {
            let taken = receiver.receive(&bytes);
            if taken == bytes.len() && self.state.lock().take_break() {
                receiver.receive_break();
            }
            if !self.end_delivery(taken) {
                return;
            }
        }
    }

    fn begin_delivery(&self) -> Option<ArrayVec<u8, GULP>> {
        self.state.lock().begin_delivery()
    }

    fn end_delivery(&self, taken: usize) -> bool {
        self.state.lock().end_delivery(taken)
    }
}

impl State {
    /// Fills the chip's FIFO as long as it is empty and there is something to send.
    fn pump(&mut self) {
        for _ in 0..BURSTS {
            if self.outgoing.is_empty() || !self.uart.status().contains(LineStatus::ROOM) {
                break;
            }
            let mut bytes = [0; FIFO_SIZE];
            let count = self.outgoing.pop(&mut bytes[..self.burst]);
            for &byte in &bytes[..count] {
                self.uart.write(byte);
            }
        }
        self.set_interrupt(Interrupts::TRANSMIT, !self.outgoing.is_empty());
    }

    /// What is to be handed over now; `None` if there is nothing, or somebody else is at it.
    fn begin_delivery(&mut self) -> Option<ArrayVec<u8, GULP>> {
        if self.delivering {
            self.resumed = true;
            return None;
        }
        if self.held.is_empty() {
            while !self.held.is_full()
                && !self.break_follows
                && let Some(received) = self.uart.try_receive()
            {
                self.sort(received);
            }
        }
        if self.held.is_empty() && !self.break_follows {
            self.set_receiving(true);
            return None;
        }
        self.delivering = true;
        self.resumed = false;
        Some(self.held.clone())
    }

    /// A byte is for the receiver, unless it is the magic key: the one right after a break. A second break is for the receiver too.
    fn sort(&mut self, received: Received) {
        let now = clock::now();
        let magic = self.magic_until.take().is_some_and(|until| now < until);
        match received {
            Received::Break if magic => self.break_follows = true,
            Received::Break => self.magic_until = Some(now + MAGIC_PATIENCE),
            Received::Byte(key) if magic => self.magic_key = Some(key),
            Received::Byte(byte) => self.held.push(byte),
        }
    }

    /// Whether the receiver is now to be told of a break.
    fn take_break(&mut self) -> bool {
        core::mem::take(&mut self.break_follows)
    }

    /// The receiver took so many; whether to go on.
    fn end_delivery(&mut self, taken: usize) -> bool {
        self.delivering = false;
        self.held.drain(..taken.min(self.held.len()));
        if !self.held.is_empty() && !self.resumed {
            self.set_receiving(false);
            return false;
        }
        true
    }

    /// Lets bytes in or keeps them out. An emulator keeps them back when the chip's FIFO is full; a real sender heeds
    /// the signal.
    fn set_receiving(&mut self, on: bool) {
        if self.interrupts.contains(Interrupts::RECEIVE) == on {
            return;
        }
        let signals = ModemControl::TERMINAL_READY | ModemControl::INTERRUPT_GATE;
        self.uart.set_modem(if on { signals | ModemControl::REQUEST_TO_SEND } else { signals });
        self.set_interrupt(Interrupts::RECEIVE, on);
    }

    fn set_interrupt(&mut self, interrupt: Interrupts, on: bool) {
        let wanted = if on { self.interrupts | interrupt } else { self.interrupts - interrupt };
        if wanted != self.interrupts {
            self.interrupts = wanted;
            self.uart.set_interrupts(wanted);
        }
    }
}

impl Line for SerialLine {
    fn send(&self, bytes: &[u8]) -> usize {
        let taken = {
            let mut state = self.state.lock();
            let taken = state.outgoing.push(bytes);
            state.pump();
            taken
        };
        (self.tap)(&bytes[..taken]);
        taken
    }

    fn queue(&self) -> &WaitQueue {
        &self.room
    }

    fn waiting(&self) -> usize {
        self.state.lock().outgoing.len()
    }

    fn set_break(&self, on: bool) {
        self.state.lock().uart.set_break(on);
    }

    fn drained(&self) -> bool {
        let mut state = self.state.lock();
        state.outgoing.is_empty() && state.uart.status().contains(LineStatus::IDLE)
    }

    fn set_receiver(&self, receiver: Arc<dyn Receiver>) {
        self.receiver.call_once(|| receiver);
        self.deliver();
    }

    fn resume(&self) {
        self.deliver();
    }
}
