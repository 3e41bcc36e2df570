//! What travels through a socket: bytes, and what goes with them; sendmsg(2), recvmsg(2), cmsg(3).

use crate::fs::OpenFile;
use crate::memory::{Sink, Source};
use crate::process::{Process, caller};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use core::any::Any;
use linux_raw_sys::net;

/// An address without its family; empty: none.
pub type Address = Arc<[u8]>;

/// What a family found for an address, so that it need not look twice.
pub type Route = Arc<dyn Any + Send + Sync>;

bitflags! {
    /// How something is sent or received: `MSG_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Flags: u32 {
        /// Out of band.
        const OUT_OF_BAND = net::MSG_OOB;
        /// What is received stays.
        const PEEK = net::MSG_PEEK;
        /// Does not wait.
        const AT_ONCE = net::MSG_DONTWAIT;
        /// Waits until all is there.
        const ALL = net::MSG_WAITALL;
        /// Tells the whole length of a message that had to be cut; or: it was cut.
        const CUT = net::MSG_TRUNC;
        /// What goes with it was cut.
        const ANCILLARY_CUT = net::MSG_CTRUNC;
        /// No SIGPIPE.
        const NO_SIGNAL = net::MSG_NOSIGNAL;
        /// Descriptors that come are closed when a program is started.
        const CLOSE_ON_EXEC = net::MSG_CMSG_CLOEXEC;
    }
}

/// Who sent something: `struct ucred`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sender {
    /// Its process; 0: not known.
    pub process: u32,
    /// Its user.
    pub user: u32,
    /// Its group.
    pub group: u32,
}

/// What is to be sent.
pub struct Outgoing<'a, 'b> {
    /// The bytes that were not sent yet.
    pub bytes: &'a mut Source<'b>,
    /// Where to, if not to the peer.
    pub to: Option<&'a [u8]>,
    /// What the family found for that.
    pub route: Option<Route>,
    /// Files that go with it; taken by the first part that goes.
    pub files: Vec<Arc<OpenFile>>,
    /// Who the sender says to be.
    pub sender: Option<Sender>,
    /// How.
    pub flags: Flags,
}

/// What was received, or is to be.
pub struct Incoming<'a, 'b> {
    /// Where the bytes go.
    pub bytes: &'a mut Sink<'b>,
    /// How.
    pub flags: Flags,
    /// Who sent it, if the receiver wants to know that.
    pub sender: Option<Sender>,
    /// The files that came with it.
    pub files: Vec<Arc<OpenFile>>,
    /// The sender's address.
    pub from: Option<Address>,
    /// Whether a stream, whose bytes have no sender's address, is to tell its peer's.
    pub wants_address: bool,
    /// A message was longer than the place for it.
    pub cut: bool,
    /// Nothing more belongs to what came, though there may be more.
    pub complete: bool,
}

impl Sender {
    /// What is told when nobody knows: the overflow ids of Linux.
    pub const UNKNOWN: Sender = Sender { process: 0, user: 65534, group: 65534 };

    /// The calling process, by its real ids: what goes with a message.
    pub fn calling(ctx: &TaskContext) -> Sender {
        caller(ctx).map_or(Sender::UNKNOWN, |thread| Sender::real(&thread.process))
    }

    /// A process by its real ids.
    pub fn real(process: &Process) -> Sender {
        let credentials = process.credentials();
        Sender { process: process.pid().0, user: credentials.user.real, group: credentials.group.real }
    }

    /// The calling process by its effective ids: what a peer sees of who connected or listened.
    pub fn effective(ctx: &TaskContext) -> Sender {
        caller(ctx).map_or(Sender::UNKNOWN, |thread| {
            let credentials = thread.process.credentials();
            let (user, group) = (credentials.user.effective, credentials.group.effective);
            Sender { process: thread.process.pid().0, user, group }
        })
    }

    /// As programs see it.
    pub fn bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        for (place, value) in bytes.chunks_mut(4).zip([self.process, self.user, self.group]) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }
}

impl<'a, 'b> Outgoing<'a, 'b> {
    /// Bytes for the peer, and nothing else.
    pub fn plain(bytes: &'a mut Source<'b>) -> Outgoing<'a, 'b> {
        Outgoing { bytes, to: None, route: None, files: Vec::new(), sender: None, flags: Flags::empty() }
    }
}

impl<'a, 'b> Incoming<'a, 'b> {
    /// A place for bytes.
    pub fn new(bytes: &'a mut Sink<'b>, flags: Flags) -> Incoming<'a, 'b> {
        Incoming {
            bytes,
            flags,
            sender: None,
            files: Vec::new(),
            from: None,
            wants_address: false,
            cut: false,
            complete: false,
        }
    }
}
