//! Sockets: socket(2), socketpair(2), bind(2), listen(2), accept(2), connect(2), getsockname(2), getpeername(2), shutdown(2).

use super::arg::{Fd, Pointer};
use super::caller::Caller;
use crate::fs::OpenFile;
use crate::net::message::Address;
use crate::net::{self, How, Socket, family, socket_of, transfer};
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use linux_raw_sys::{general as linux, net as abi};
use logic::errno::{Errno, Result};

/// Flags beside a socket's type: `SOCK_CLOEXEC`, `SOCK_NONBLOCK`.
const CLOSE_ON_EXEC: u32 = linux::O_CLOEXEC;
const NONBLOCK: u32 = linux::O_NONBLOCK;

/// What the type itself takes of that number.
const TYPE: u32 = 0xf;

/// The longest address that any family has: `struct sockaddr_storage`.
pub(super) const LONGEST_ADDRESS: usize = size_of::<abi::__kernel_sockaddr_storage>();

/// The family in front of an address.
const FAMILY: usize = size_of::<abi::__kernel_sa_family_t>();

/// An address as a program hands it in.
pub(super) struct GivenAddress(ArrayVec<u8, LONGEST_ADDRESS>);

/// socket(2)
pub(super) fn socket(caller: &mut Caller, family: u32, kind: u32, protocol: u32) -> Result<Fd> {
    let (kind, flags) = split_type(kind)?;
    add(caller, family::make(family, kind, protocol)?, flags)
}

/// socketpair(2)
pub(super) fn socketpair(caller: &mut Caller, family: u32, kind: u32, protocol: u32, into: Pointer) -> Result<()> {
    let (kind, flags) = split_type(kind)?;
    let [one, other] = family::make_pair(caller.ctx, family, kind, protocol)?;
    let one = add(caller, one, flags)?;
    let both = add(caller, other, flags).and_then(|other| {
        let bytes = [one.0.to_le_bytes(), other.0.to_le_bytes()];
        caller.write(into.0, bytes.as_flattened()).inspect_err(|_| forget(caller, other))
    });
    both.inspect_err(|_| forget(caller, one))
}

/// bind(2)
pub(super) fn bind(caller: &mut Caller, fd: Fd, address: Pointer, length: u32) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    let address = GivenAddress::read(caller, address, length)?;
    let address = address.of(&**socket)?.ok_or(Errno::EINVAL)?;
    socket.bind(caller.ctx, &*caller.lookup()?, address)
}

/// listen(2)
pub(super) fn listen(caller: &mut Caller, fd: Fd, backlog: u32) -> Result<()> {
    socket_of(&*caller.file(fd)?)?.listen(caller.ctx, backlog)
}

/// accept(2)
pub(super) fn accept(caller: &mut Caller, fd: Fd, address: Pointer, length: Pointer) -> Result<Fd> {
    accept4(caller, fd, address, length, 0)
}

/// accept4(2)
pub(super) fn accept4(caller: &mut Caller, fd: Fd, address: Pointer, length: Pointer, flags: u32) -> Result<Fd> {
    if flags & !(CLOSE_ON_EXEC | NONBLOCK) != 0 {
        return Err(Errno::EINVAL);
    }
    let accepted = transfer::accept(caller.ctx, &*caller.file(fd)?)?;
    let peer = accepted.peer_name().unwrap_or(None);
    let family = accepted.family();
    let fd = add(caller, accepted, flags)?;
    let told = if address.0 == 0 { Ok(()) } else { tell_address(caller, family, peer.as_ref(), address, length) };
    told.map(|()| fd).inspect_err(|_| forget(caller, fd))
}

/// connect(2)
pub(super) fn connect(caller: &mut Caller, fd: Fd, address: Pointer, length: u32) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    let address = GivenAddress::read(caller, address, length)?;
    let address = address.of(&**socket)?;
    transfer::connect(caller.ctx, &file, &*caller.lookup()?, address)
}

/// getsockname(2)
pub(super) fn getsockname(caller: &mut Caller, fd: Fd, address: Pointer, length: Pointer) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    tell_address(caller, socket.family(), socket.name().as_ref(), address, length)
}

/// getpeername(2)
pub(super) fn getpeername(caller: &mut Caller, fd: Fd, address: Pointer, length: Pointer) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    tell_address(caller, socket.family(), socket.peer_name()?.as_ref(), address, length)
}

/// shutdown(2)
pub(super) fn shutdown(caller: &mut Caller, fd: Fd, how: u32) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    socket.shutdown(match how {
        abi::SHUT_RD => How::Receive,
        abi::SHUT_WR => How::Send,
        abi::SHUT_RDWR => How::Both,
        _ => return Err(Errno::EINVAL),
    });
    Ok(())
}

impl GivenAddress {
    /// Takes it from a program: `EINVAL` if it is longer than any, `EFAULT`.
    pub(super) fn read(caller: &Caller, from: Pointer, length: u32) -> Result<GivenAddress> {
        let mut bytes = ArrayVec::from([0; LONGEST_ADDRESS]);
        if length as usize > LONGEST_ADDRESS {
            return Err(Errno::EINVAL);
        }
        bytes.truncate(length as usize);
        caller.space().read(caller.ctx, from.0, &mut bytes)?;
        Ok(GivenAddress(bytes))
    }

    /// What stands behind the family; `None` if that is no family. `EINVAL` if it is another than the socket's.
    pub(super) fn of(&self, socket: &dyn Socket) -> Result<Option<&[u8]>> {
        let (family, rest) = self.0.split_first_chunk::<FAMILY>().ok_or(Errno::EINVAL)?;
        match u32::from(u16::from_le_bytes(*family)) {
            family if family == socket.family() => Ok(Some(rest)),
            abi::AF_UNSPEC => Ok(None),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Whether there is none at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes an address, as far as there is room, and how long it is.
pub(super) fn tell_address(
    caller: &Caller,
    family: u32,
    address: Option<&Address>,
    to: Pointer,
    length: Pointer,
) -> Result<()> {
    let [room] = caller.halves(length.0)?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let told = write_address(caller, family, address, to, room as usize)?;
    caller.write(length.0, &(told as u32).to_le_bytes())
}

/// Writes an address as far as there is room; says how long it is.
pub(super) fn write_address(
    caller: &Caller,
    family: u32,
    address: Option<&Address>,
    to: Pointer,
    room: usize,
) -> Result<usize> {
    let mut bytes = ArrayVec::<u8, LONGEST_ADDRESS>::new();
    bytes.extend((family as u16).to_le_bytes());
    bytes.extend(address.iter().flat_map(|address| address.iter().copied()).take(LONGEST_ADDRESS - FAMILY));
    caller.write(to.0, &bytes[..room.min(bytes.len())])?;
    Ok(bytes.len())
}

/// Gives a socket a descriptor.
fn add(caller: &Caller, socket: Arc<dyn Socket>, flags: u32) -> Result<Fd> {
    let file: Arc<OpenFile> = net::open(socket, &*caller.lookup()?, flags & NONBLOCK != 0);
    caller.add_file(file, 0, flags & CLOSE_ON_EXEC != 0)
}

/// Frees a descriptor that the program never learnt of.
fn forget(caller: &Caller, fd: Fd) {
    let _ = caller.files().remove(fd.0 as u32);
}

fn split_type(kind: u32) -> Result<(u32, u32)> {
    let flags = kind & !TYPE;
    if flags & !(CLOSE_ON_EXEC | NONBLOCK) != 0 { Err(Errno::EINVAL) } else { Ok((kind & TYPE, flags)) }
}
