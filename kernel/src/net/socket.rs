//! A socket as a file: what a family must be able to do, and how the rest of the kernel sees it.

use super::family::Type;
use super::message::{Address, Flags, Incoming, Outgoing, Route, Sender};
use super::options::Options;
use crate::fs::{File, Lookup, OpenFile, Readiness, anonymous};
use crate::memory::{AddressSpace, Sink, Source};
use crate::task::{Instant, TaskContext, WaitQueue};
use alloc::sync::Arc;
use linux_raw_sys::ioctl;
use logic::errno::{Errno, Result};

/// SIOCOUTQ, which linux-raw-sys calls by its terminal's name.
const SIOCOUTQ: u32 = ioctl::TIOCOUTQ;

/// What is shut down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum How {
    /// Receiving.
    Receive,
    /// Sending.
    Send,
    /// Both.
    Both,
}

/// A socket of some family. Nothing here waits for the other side: `EAGAIN` says that trying again makes sense once `may_receive` or
/// `may_send` says so, and `queue` is woken then.
pub trait Socket: Send + Sync {
    /// The family's number.
    fn family(&self) -> u32;

    /// How it moves bytes.
    fn kind(&self) -> Type;

    /// What getsockopt(2) tells.
    fn options(&self) -> &Options;

    /// It is open as a file with this number.
    fn opened(&self, number: u64);

    /// Gives it an address: bind(2).
    fn bind(&self, ctx: &TaskContext, who: &Lookup, address: &[u8]) -> Result<()>;

    /// Lets others connect to it: listen(2).
    fn listen(&self, ctx: &TaskContext, backlog: u32) -> Result<()>;

    /// The next that connected to it, as a socket: accept(2).
    fn accept(&self) -> Result<Arc<dyn Socket>>;

    /// Connects it; `None` if an address of no family asks to end that: connect(2).
    fn connect(&self, ctx: &TaskContext, who: &Lookup, address: Option<&[u8]>) -> Result<()>;

    /// Whether connecting, having been told `EAGAIN`, would find room.
    fn may_connect(&self) -> bool;

    /// Sends some of it, or all of a message.
    fn send(&self, ctx: &TaskContext, message: &mut Outgoing<'_, '_>) -> Result<usize>;

    /// Whether sending that way would find room.
    fn may_send(&self, route: Option<&Route>) -> bool;

    /// Receives what there is.
    fn receive(&self, ctx: &TaskContext, message: &mut Incoming<'_, '_>) -> Result<usize>;

    /// Ends a direction: shutdown(2).
    fn shutdown(&self, how: How);

    /// Its own address.
    fn name(&self) -> Option<Address>;

    /// The address of whom it is connected to; `ENOTCONN`.
    fn peer_name(&self) -> Result<Option<Address>>;

    /// Who is at the other end.
    fn peer(&self) -> Option<Sender>;

    /// Whether it listens.
    fn listens(&self) -> bool;

    /// How many bytes can be received at once; `EINVAL` where there never are any.
    fn waiting(&self, ctx: &TaskContext) -> Result<usize>;

    /// How much of what it sent was not received yet.
    fn unreceived(&self) -> usize;

    /// How many frames hold what came for it and was not received.
    fn frames(&self) -> usize;

    /// What can be done without waiting.
    fn readiness(&self) -> Readiness;

    /// Woken when that may have grown.
    fn queue(&self) -> &WaitQueue;

    /// Nobody has it open any more.
    fn close(&self);
}

/// A socket, open.
pub struct SocketFile(Arc<dyn Socket>);

/// Opens a socket for who has these ids.
pub fn open(socket: Arc<dyn Socket>, who: &Lookup, nonblock: bool) -> Arc<OpenFile> {
    let file = anonymous::open_socket(Arc::new(SocketFile(socket.clone())), &who.credentials, nonblock);
    socket.opened(file.inode().id().number);
    file
}

/// The socket that is open; `ENOTSOCK` for what is none.
#[inline]
pub fn socket_of(file: &OpenFile) -> Result<&Arc<dyn Socket>> {
    file.check_opened()?;
    file.file_as::<SocketFile>().map(|file| &file.0).ok_or(Errno::ENOTSOCK)
}

impl File for SocketFile {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.0.receive(ctx, &mut Incoming::new(into, Flags::empty()))
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        self.0.send(ctx, &mut Outgoing::plain(from))
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        self.0.readiness()
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(self.0.queue())
    }

    fn frames(&self) -> usize {
        self.0.frames()
    }

    fn read_deadline(&self) -> Option<Instant> {
        self.0.options().receive_deadline()
    }

    fn write_deadline(&self) -> Option<Instant> {
        self.0.options().send_deadline()
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        let number = match request {
            ioctl::FIONREAD => self.0.waiting(ctx)?,
            SIOCOUTQ => self.0.unreceived(),
            _ => return Err(Errno::ENOTTY),
        };
        space.write(ctx, argument, &(number as u32).to_le_bytes())?;
        Ok(0)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        self.0.close();
    }
}
