//! Sending and receiving with flags: send(2), recv(2), connect(2), accept(2), as far as they wait.

use super::family::Type;
use super::message::{Flags, Incoming, Outgoing};
use super::socket::{Socket, socket_of};
use crate::fs::{Lookup, OpenFile, Readiness};
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};

/// Sends all of it, unless it is not to wait.
pub fn send(ctx: &TaskContext, file: &OpenFile, message: &mut Outgoing<'_, '_>) -> Result<usize> {
    let socket = socket_of(file)?;
    let (at_once, deadline) = (message.flags.contains(Flags::AT_ONCE), socket.options().send_deadline());
    let mut sent = 0;
    loop {
        match socket.send(ctx, message) {
            Ok(count) => {
                sent += count;
                if message.bytes.remaining() == 0 {
                    return Ok(sent);
                }
            }
            Err(Errno::EAGAIN) => {}
            Err(_) if sent > 0 => return Ok(sent),
            Err(errno) => return Err(errno),
        }
        let route = message.route.as_ref();
        match file.wait(ctx, deadline, at_once, || socket.may_send(route)) {
            Ok(()) => {}
            Err(_) if sent > 0 => return Ok(sent),
            Err(errno) => return Err(late(errno)),
        }
    }
}

/// Receives a message, or what there is of a stream; with `ALL`, or if the socket wants so many at least, as much as there is room for.
pub fn receive(ctx: &TaskContext, file: &OpenFile, message: &mut Incoming<'_, '_>) -> Result<usize> {
    let socket = socket_of(file)?;
    let (at_once, deadline) = (message.flags.contains(Flags::AT_ONCE), socket.options().receive_deadline());
    let wanted = least(&**socket, message);
    let mut received = 0;
    loop {
        match socket.receive(ctx, message) {
            Ok(0) => return Ok(received),
            Ok(count) => {
                received += count;
                if received >= wanted || message.complete {
                    return Ok(received);
                }
            }
            Err(Errno::EAGAIN) => {}
            Err(_) if received > 0 => return Ok(received),
            Err(errno) => return Err(errno),
        }
        match file.wait(ctx, deadline, at_once, || socket.readiness().intersects(Readiness::READ)) {
            Ok(()) => {}
            Err(_) if received > 0 => return Ok(received),
            Err(errno) => return Err(late(errno)),
        }
    }
}

/// Connects, and waits for a place among those that wait to be accepted.
pub fn connect(ctx: &TaskContext, file: &OpenFile, who: &Lookup, address: Option<&[u8]>) -> Result<()> {
    let socket = socket_of(file)?;
    let deadline = socket.options().send_deadline();
    loop {
        match socket.connect(ctx, who, address) {
            Err(Errno::EAGAIN) => {}
            done => return done,
        }
        file.wait(ctx, deadline, false, || socket.may_connect()).map_err(late)?;
    }
}

/// Waits for one that connects.
pub fn accept(ctx: &TaskContext, file: &OpenFile) -> Result<Arc<dyn Socket>> {
    let socket = socket_of(file)?;
    let deadline = socket.options().receive_deadline();
    loop {
        match socket.accept() {
            Err(Errno::EAGAIN) => {}
            done => return done,
        }
        file.wait(ctx, deadline, false, || socket.readiness().intersects(Readiness::READ)).map_err(late)?;
    }
}

fn least(socket: &dyn Socket, message: &Incoming<'_, '_>) -> usize {
    if socket.kind() != Type::Stream || message.flags.contains(Flags::PEEK) {
        return 0;
    }
    let room = message.bytes.remaining();
    let least = socket.options().least.load(Ordering::Relaxed) as usize;
    if message.flags.contains(Flags::ALL) { room } else { room.min(least) }
}

fn late(errno: Errno) -> Errno {
    if errno == Errno::ETIMEDOUT { Errno::EAGAIN } else { errno }
}
