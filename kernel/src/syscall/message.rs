//! Sending and receiving through sockets: send(2), sendmsg(2), sendmmsg(2), recv(2), recvmsg(2), recvmmsg(2).

use super::ancillary;
use super::arg::{Buffer, Fd, Pointer, Vector};
use super::caller::Caller;
use super::socket::{GivenAddress, LONGEST_ADDRESS, tell_address, write_address};
use crate::fs::OpenFile;
use crate::memory::{Sink, Source};
use crate::net::family::Type;
use crate::net::message::{Flags, Incoming, Outgoing};
use crate::net::{socket_of, transfer};
use crate::process::clock;
use crate::task::Instant;
use core::mem::offset_of;
use linux_raw_sys::{general as linux, net as abi};
use logic::errno::{Errno, Result};

/// An entry of sendmmsg(2), and where in it the length is told.
const ENTRY: u64 = size_of::<abi::mmsghdr>() as u64;
const ENTRY_LENGTH: u64 = offset_of!(abi::mmsghdr, msg_len) as u64;

/// MSG_WAITFORONE, which linux-raw-sys does not have.
const WAIT_FOR_ONE: u32 = 0x10000;

/// `struct msghdr` as a program gave it.
struct Header {
    name: Pointer,
    name_length: u32,
    ranges: Vector,
    control: Buffer,
}

/// sendto(2)
pub(super) fn sendto(caller: &mut Caller, fd: Fd, from: Buffer, flags: u32, to: Pointer, length: u32) -> Result<usize> {
    let mut source = caller.source(from)?;
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    let address = match to.non_null() {
        Some(_) => Some(GivenAddress::read(caller, to, length)?),
        None => None,
    };
    let given = address.as_ref().filter(|address| !address.is_empty());
    let mut message = Outgoing::plain(&mut source);
    message.flags = Flags::from_bits_truncate(flags);
    message.to = given.map(|address| address.of(&**socket)?.ok_or(Errno::EINVAL)).transpose()?;
    send(caller, &file, &mut message)
}

/// sendmsg(2)
pub(super) fn sendmsg(caller: &mut Caller, fd: Fd, header: Pointer, flags: u32) -> Result<usize> {
    let file = caller.file(fd)?;
    send_header(caller, &file, header, flags)
}

/// sendmmsg(2)
pub(super) fn sendmmsg(caller: &mut Caller, fd: Fd, headers: Pointer, count: u32, flags: u32) -> Result<usize> {
    let file = caller.file(fd)?;
    socket_of(&file)?;
    let many = count.min(linux::UIO_MAXIOV) as usize;
    for index in 0..many {
        let header = headers.0.wrapping_add(index as u64 * ENTRY);
        let sent = send_header(caller, &file, Pointer(header), flags)
            .and_then(|sent| caller.write(header.wrapping_add(ENTRY_LENGTH), &(sent as u32).to_le_bytes()));
        match sent {
            Ok(()) => {}
            Err(errno) if index == 0 => return Err(errno),
            Err(_) => return Ok(index),
        }
    }
    Ok(many)
}

/// recvfrom(2)
pub(super) fn recvfrom(
    caller: &mut Caller,
    fd: Fd,
    into: Buffer,
    flags: u32,
    from: Pointer,
    length: Pointer,
) -> Result<usize> {
    let mut sink = caller.sink(into)?;
    let file = caller.file(fd)?;
    let family = socket_of(&file)?.family();
    let mut message = Incoming::new(&mut sink, Flags::from_bits_truncate(flags));
    message.wants_address = from.0 != 0;
    let received = transfer::receive(caller.ctx, &file, &mut message)?;
    if from.0 != 0 {
        match message.from {
            Some(address) => tell_address(caller, family, Some(&address), from, length)?,
            None => caller.write(length.0, &[0; 4])?,
        }
    }
    Ok(received)
}

/// recvmsg(2)
pub(super) fn recvmsg(caller: &mut Caller, fd: Fd, header: Pointer, flags: u32) -> Result<usize> {
    let file = caller.file(fd)?;
    receive_header(caller, &file, header, flags)
}

/// recvmmsg(2)
pub(super) fn recvmmsg(
    caller: &mut Caller,
    fd: Fd,
    headers: Pointer,
    count: u32,
    flags: u32,
    time: Pointer,
) -> Result<usize> {
    let deadline = match time.non_null() {
        Some(_) => Some(clock::now_and(super::time::decode(caller, time)?.to_nanoseconds()?)),
        None => None,
    };
    let file = caller.file(fd)?;
    socket_of(&file)?;
    let mut flags = flags;
    let many = count.min(linux::UIO_MAXIOV) as usize;
    for index in 0..many {
        let header = headers.0.wrapping_add(index as u64 * ENTRY);
        let received = receive_header(caller, &file, Pointer(header), flags & !WAIT_FOR_ONE)
            .and_then(|count| caller.write(header.wrapping_add(ENTRY_LENGTH), &(count as u32).to_le_bytes()));
        match received {
            Ok(()) => {}
            Err(errno) if index == 0 => return Err(errno),
            Err(_) => return Ok(index),
        }
        if flags & WAIT_FOR_ONE != 0 {
            flags |= abi::MSG_DONTWAIT;
        }
        if is_over(deadline) {
            return Ok(index + 1);
        }
    }
    Ok(many)
}

/// The time is looked at after each message only, as Linux does (recvmmsg(2), BUGS).
fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| deadline <= machine::clock::now())
}

fn send_header(caller: &Caller, file: &OpenFile, header: Pointer, flags: u32) -> Result<usize> {
    let socket = socket_of(file)?;
    let header = Header::read(caller, header)?;
    let address = match header.name.non_null() {
        Some(_) => Some(GivenAddress::read(caller, header.name, header.name_length)?),
        None => None,
    };
    let given = address.as_ref().filter(|address| !address.is_empty());
    let mut source = Source::vector(caller.space(), caller.ranges(header.ranges)?);
    let mut message = Outgoing::plain(&mut source);
    message.flags = Flags::from_bits_truncate(flags);
    message.to = given.map(|address| address.of(&**socket)?.ok_or(Errno::EINVAL)).transpose()?;
    ancillary::read(caller, header.control, &mut message)?;
    send(caller, file, &mut message)
}

/// Sends, with SIGPIPE where a stream's other end is gone.
fn send(caller: &Caller, file: &OpenFile, message: &mut Outgoing) -> Result<usize> {
    let signals = !message.flags.contains(Flags::NO_SIGNAL) && socket_of(file)?.kind() == Type::Stream;
    let sent = transfer::send(caller.ctx, file, message);
    if signals { caller.written(sent) } else { sent }
}

fn receive_header(caller: &Caller, file: &OpenFile, at: Pointer, flags: u32) -> Result<usize> {
    let socket = socket_of(file)?;
    let header = Header::read(caller, at)?;
    let flags = Flags::from_bits_truncate(flags);
    let mut sink = Sink::vector(caller.space(), caller.ranges(header.ranges)?);
    let mut message = Incoming::new(&mut sink, flags);
    message.wants_address = header.name.0 != 0;
    let received = transfer::receive(caller.ctx, file, &mut message)?;
    let mut told = flags & Flags::CLOSE_ON_EXEC;
    told.set(Flags::CUT, message.cut);
    if header.name.0 != 0 {
        let length = match &message.from {
            Some(from) => write_address(caller, socket.family(), Some(from), header.name, header.name_length as usize)?,
            None => 0,
        };
        put(caller, at, offset_of!(abi::msghdr, msg_namelen), &(length as u32).to_le_bytes())?;
    }
    let (used, cut) = ancillary::write(caller, header.control, message)?;
    told.set(Flags::ANCILLARY_CUT, cut);
    put(caller, at, offset_of!(abi::msghdr, msg_controllen), &used.to_le_bytes())?;
    put(caller, at, offset_of!(abi::msghdr, msg_flags), &told.bits().to_le_bytes())?;
    Ok(received)
}

fn put(caller: &Caller, header: Pointer, offset: usize, bytes: &[u8]) -> Result<()> {
    caller.write(header.0.wrapping_add(offset as u64), bytes)
}

impl Header {
    fn read(caller: &Caller, from: Pointer) -> Result<Header> {
        let [name, name_length, start, count, control, length, _flags] = caller.words(from.0)?;
        if (name_length as i32) < 0 {
            return Err(Errno::EINVAL);
        }
        if count > u64::from(linux::UIO_MAXIOV) {
            return Err(Errno::EMSGSIZE);
        }
        Ok(Header {
            name: Pointer(name),
            name_length: (name_length as u32).min(LONGEST_ADDRESS as u32),
            ranges: Vector { start, count },
            control: Buffer { start: control, length: if control == 0 { 0 } else { length } },
        })
    }
}
