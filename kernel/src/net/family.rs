//! The families of sockets: which there are, and making one; socket(2), socketpair(2).

use super::socket::Socket;
use super::unix::{self, Unix};
use crate::task::TaskContext;
use alloc::sync::Arc;
use linux_raw_sys::net;
use logic::errno::{Errno, Result};

/// Families have numbers below this, as in Linux.
const FAMILIES: u32 = 46;

/// Types have numbers below this.
const TYPES: u32 = 11;

/// How a socket moves bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Type {
    /// As a pipe in both directions.
    Stream,
    /// One message at a time, without a connection.
    Datagram,
    /// One message at a time over a connection.
    Packet,
}

impl Type {
    /// Its number: `SOCK_`.
    pub fn number(self) -> u32 {
        match self {
            Type::Stream => net::SOCK_STREAM,
            Type::Datagram => net::SOCK_DGRAM,
            Type::Packet => net::SOCK_SEQPACKET,
        }
    }

    /// Whether somebody listens and others connect.
    pub fn connects(self) -> bool {
        self != Type::Datagram
    }
}

/// A new socket.
pub fn make(family: u32, number: u32, protocol: u32) -> Result<Arc<dyn Socket>> {
    let kind = check(family, number, protocol)?;
    Ok(Unix::new(kind))
}

/// Two that are connected to each other.
pub fn make_pair(ctx: &TaskContext, family: u32, number: u32, protocol: u32) -> Result<[Arc<dyn Socket>; 2]> {
    let kind = check(family, number, protocol)?;
    let [one, other] = unix::pair(ctx, kind);
    Ok([one, other])
}

/// Whether there are such sockets. The errors come in Linux's order.
fn check(family: u32, number: u32, protocol: u32) -> Result<Type> {
    if family >= FAMILIES {
        return Err(Errno::EAFNOSUPPORT);
    }
    if number >= TYPES {
        return Err(Errno::EINVAL);
    }
    if family != net::AF_UNIX {
        return Err(Errno::EAFNOSUPPORT);
    }
    if protocol != 0 && protocol != net::AF_UNIX {
        return Err(Errno::EPROTONOSUPPORT);
    }
    match number {
        net::SOCK_STREAM => Ok(Type::Stream),
        // A raw one is taken for a datagram socket, as Linux does.
        net::SOCK_DGRAM | net::SOCK_RAW => Ok(Type::Datagram),
        net::SOCK_SEQPACKET => Ok(Type::Packet),
        _ => Err(Errno::ESOCKTNOSUPPORT),
    }
}
