//! Sockets between processes of one machine: unix(7).
//!
//! [`Unix`] is a socket: its inbox holds what came for it, its state says to whom it is connected. `connection` is bind, connect, listen and
//! accept; `stream` and `datagram` are sending and receiving; `names` finds a socket by address. Files on their way are in `flight`, and
//! `collect` finds those that nobody can receive any more.
//!
//! A peer is held weakly: a socket lives as long as its file, or as long as it waits to be accepted.

mod address;
mod bytes;
mod collect;
mod connection;
mod datagram;
mod flight;
mod inbox;
mod queue;
mod names;
mod room;
mod show;
mod stream;

use super::family::Type;
use super::message::{Address, Incoming, Outgoing, Route, Sender};
use super::options::Options;
use super::socket::{How, Socket};
use crate::fs::{Lookup, Path, Readiness};
use crate::task::{TaskContext, WaitQueue};
use alloc::collections::VecDeque;
use alloc::sync::{Arc, Weak};
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use inbox::Inbox;
use linux_raw_sys::net;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;
use room::Blocked;

/// Bits of `shut`.
const RECEIVE: u8 = 1;
const SEND: u8 = 2;
const BOTH: u8 = RECEIVE | SEND;

/// A socket.
pub(super) struct Unix {
    kind: Type,
    options: Options,
    state: SpinLock<State>,
    /// What came and was not received.
    inbox: Inbox,
    /// What was shut down, here or at the other end.
    shut: AtomicU8,
    /// The number of its file; 0: it is not open.
    number: AtomicU64,
    /// Woken when something came, or there may be room at the other end.
    changed: WaitQueue,
    /// Who waits for room in the inbox, or among those to be accepted.
    blocked: Blocked,
    own: Weak<Unix>,
}

/// To whom it is connected, and what it is called.
struct State {
    phase: Phase,
    peer: Weak<Unix>,
    /// Who is at the other end; of one that listens: who it was that said so.
    peer_sender: Option<Sender>,
    name: Option<Address>,
    /// Where the name is in the file system, which keeps the inode.
    place: Option<Path>,
    /// Those who connected and were not accepted, and how many there may be.
    backlog: VecDeque<Arc<Unix>>,
    most: usize,
    /// The listening socket that it waits at: to be accepted, or for room.
    waits_at: Weak<Unix>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Idle,
    /// In the middle of it.
    Connecting,
    Listening,
    Connected,
}

/// Starts what belongs to the family: its task and its file in /proc.
pub fn start() -> Result<()> {
    collect::start()?;
    show::register()
}

/// Two sockets that are connected to each other.
pub(super) fn pair(ctx: &TaskContext, kind: Type) -> [Arc<Unix>; 2] {
    let [one, other] = [Unix::new(kind), Unix::new(kind)];
    let maker = Sender::effective(ctx);
    one.state.lock().connect(&other, Some(maker));
    other.state.lock().connect(&one, Some(maker));
    [one, other]
}

impl State {
    fn connect(&mut self, peer: &Arc<Unix>, sender: Option<Sender>) {
        self.phase = Phase::Connected;
        self.peer = Arc::downgrade(peer);
        self.peer_sender = sender;
    }
}

impl Unix {
    /// A socket that is connected to nobody.
    pub(super) fn new(kind: Type) -> Arc<Unix> {
        let state = State {
            phase: Phase::Idle,
            peer: Weak::new(),
            peer_sender: None,
            name: None,
            place: None,
            backlog: VecDeque::new(),
            most: 0,
            waits_at: Weak::new(),
        };
        let socket = Arc::new_cyclic(|own| Unix {
            kind,
            options: Options::new(),
            state: SpinLock::new("socket's state", state),
            inbox: Inbox::new(),
            shut: AtomicU8::new(0),
            number: AtomicU64::new(0),
            changed: WaitQueue::new(),
            blocked: Blocked::new(),
            own: own.clone(),
        });
        show::enter(&socket);
        socket
    }

    /// Whether any of these directions is shut down.
    fn is_shut(&self, direction: u8) -> bool {
        self.shut.load(Ordering::Acquire) & direction != 0
    }

    fn is_open(&self) -> bool {
        self.number.load(Ordering::Relaxed) != 0
    }

    fn phase(&self) -> Phase {
        self.state.lock().phase
    }

    /// Who is at the other end, if it is there still.
    fn peer(&self) -> Option<Arc<Unix>> {
        self.state.lock().peer.upgrade()
    }

    /// Whether its peer is that socket.
    fn has_peer(&self, other: &Unix) -> bool {
        core::ptr::eq(self.state.lock().peer.as_ptr(), other)
    }

    fn send_buffer(&self) -> usize {
        self.options.send_buffer.load(Ordering::Relaxed) as usize
    }

    /// Ends directions and tells who waits.
    fn shut_down(&self, directions: u8) {
        self.shut.fetch_or(directions, Ordering::AcqRel);
        self.changed.wake_all();
        self.blocked.wake_all();
    }

    /// What goes with a message besides its bytes and files: who sent it, if one of the two wants that to be known.
    fn sender_for(&self, ctx: &TaskContext, message: &mut Outgoing<'_, '_>, receiver: &Unix) -> Option<Sender> {
        let wanted = |socket: &Unix| socket.options.pass_sender.load(Ordering::Relaxed);
        match message.sender {
            Some(sender) => Some(sender),
            None if wanted(self) || wanted(receiver) || !receiver.is_open() => Some(Sender::calling(ctx)),
            None => None,
        }
    }

    /// A socket that tells who sends has an address to be answered at.
    fn name_if_telling(&self) -> Result<()> {
        let tells = self.options.pass_sender.load(Ordering::Relaxed);
        if tells && self.state.lock().name.is_none() { self.bind_somewhere() } else { Ok(()) }
    }

    /// Tells a receiver that wants it who sent what it gets.
    fn wants_sender(&self) -> bool {
        self.options.pass_sender.load(Ordering::Relaxed)
    }
}

impl Drop for Unix {
    fn drop(&mut self) {
        show::leave(self);
    }
}

impl Socket for Unix {
    fn family(&self) -> u32 {
        net::AF_UNIX
    }

    fn kind(&self) -> Type {
        self.kind
    }

    fn options(&self) -> &Options {
        &self.options
    }

    fn opened(&self, number: u64) {
        self.number.store(number, Ordering::Relaxed);
    }

    fn bind(&self, ctx: &TaskContext, who: &Lookup, address: &[u8]) -> Result<()> {
        self.bind_to(ctx, who, address)
    }

    fn listen(&self, ctx: &TaskContext, backlog: u32) -> Result<()> {
        self.begin_to_listen(ctx, backlog)
    }

    fn accept(&self) -> Result<Arc<dyn Socket>> {
        self.next_accepted().map(|socket| socket as Arc<dyn Socket>)
    }

    fn connect(&self, ctx: &TaskContext, who: &Lookup, address: Option<&[u8]>) -> Result<()> {
        if self.kind.connects() {
            self.connect_stream(ctx, who, address)
        } else {
            self.connect_datagrams(ctx, who, address)
        }
    }

    fn may_connect(&self) -> bool {
        self.has_place_at_listener()
    }

    fn send(&self, ctx: &TaskContext, message: &mut Outgoing<'_, '_>) -> Result<usize> {
        if self.kind == Type::Stream { self.send_stream(ctx, message) } else { self.send_message(ctx, message) }
    }

    fn may_send(&self, route: Option<&Route>) -> bool {
        self.has_room(route)
    }

    fn receive(&self, ctx: &TaskContext, message: &mut Incoming<'_, '_>) -> Result<usize> {
        if self.kind == Type::Stream { self.receive_stream(ctx, message) } else { self.receive_message(ctx, message) }
    }

    fn shutdown(&self, how: How) {
        let (here, there) = match how {
            How::Receive => (RECEIVE, SEND),
            How::Send => (SEND, RECEIVE),
            How::Both => (BOTH, BOTH),
        };
        let peer = self.peer().filter(|_| self.kind.connects());
        self.shut_down(here);
        if let Some(peer) = peer {
            peer.shut_down(there);
        }
    }

    fn name(&self) -> Option<Address> {
        self.state.lock().name.clone()
    }

    fn peer_name(&self) -> Result<Option<Address>> {
        let peer = self.peer().ok_or(Errno::ENOTCONN)?;
        Ok(peer.name())
    }

    fn peer(&self) -> Option<Sender> {
        self.state.lock().peer_sender
    }

    fn listens(&self) -> bool {
        self.phase() == Phase::Listening
    }

    fn waiting(&self, ctx: &TaskContext) -> Result<usize> {
        match self.phase() {
            Phase::Listening => Err(Errno::EINVAL),
            _ => Ok(self.inbox.readable(ctx, self.kind == Type::Stream)),
        }
    }

    fn unreceived(&self) -> usize {
        self.peer().map_or(0, |peer| peer.inbox.charge())
    }

    fn frames(&self) -> usize {
        // Who listens has what came for those whom he has not accepted.
        let waiting: usize = self.state.lock().backlog.iter().map(|waiting| waiting.inbox.frames()).sum();
        waiting + self.inbox.frames()
    }

    fn readiness(&self) -> Readiness {
        let (phase, nobody_waits) = {
            let state = self.state.lock();
            (state.phase, state.backlog.is_empty())
        };
        let mut ready = Readiness::empty();
        ready.set(Readiness::ERR, self.options.failed());
        ready.set(Readiness::IN | Readiness::RDNORM, !self.inbox.is_empty() || !nobody_waits);
        let shut = self.shut.load(Ordering::Acquire);
        if shut & RECEIVE != 0 {
            ready |= Readiness::RDHUP | Readiness::IN | Readiness::RDNORM;
        }
        let unconnected = matches!(phase, Phase::Idle | Phase::Connecting) && self.kind.connects();
        ready.set(Readiness::HUP, shut == BOTH || unconnected);
        let writable = phase != Phase::Listening && self.has_room(None);
        ready.set(Readiness::OUT | Readiness::WRNORM | Readiness::WRBAND, writable);
        ready
    }

    fn queue(&self) -> &WaitQueue {
        &self.changed
    }

    fn close(&self) {
        self.end();
    }
}
