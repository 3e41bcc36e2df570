//! What a socket is told and asked: setsockopt(2), getsockopt(2), level `SOL_SOCKET` of socket(7).

use super::arg::{Fd, Pointer};
use super::caller::Caller;
use crate::net::options::{Options, Value};
use crate::net::{Socket, socket_of};
use arrayvec::ArrayVec;
use linux_raw_sys::{general as linux, net as abi};
use logic::errno::{Errno, Result};

/// The longest value: an address.
type Bytes = ArrayVec<u8, { super::socket::LONGEST_ADDRESS }>;

/// setsockopt(2)
pub(super) fn setsockopt(
    caller: &mut Caller,
    fd: Fd,
    level: u32,
    option: u32,
    value: Pointer,
    length: u32,
) -> Result<()> {
    if (length as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    if level != abi::SOL_SOCKET {
        return Err(Errno::EOPNOTSUPP);
    }
    let enough = |needed: usize| if length as usize >= needed { Ok(()) } else { Err(Errno::EINVAL) };
    enough(size_of::<u32>())?;
    let [first] = caller.halves(value.0)?;
    let value = match Options::shape(option)? {
        Value::Int(_) => Value::Int(first),
        Value::Two(_) => {
            enough(size_of::<[u32; 2]>())?;
            Value::Two(caller.halves(value.0)?)
        }
        Value::Time(_) => {
            enough(size_of::<[u64; 2]>())?;
            Value::Time(caller.words(value.0)?)
        }
    };
    socket.options().set(option, value, caller.process().credentials().may(linux::CAP_NET_ADMIN))
}

/// getsockopt(2)
pub(super) fn getsockopt(
    caller: &mut Caller,
    fd: Fd,
    level: u32,
    option: u32,
    into: Pointer,
    length: Pointer,
) -> Result<()> {
    let file = caller.file(fd)?;
    let socket = socket_of(&file)?;
    if level != abi::SOL_SOCKET {
        return Err(Errno::EOPNOTSUPP);
    }
    let [room] = caller.halves(length.0)?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let value = value_of(&**socket, option)?;
    let told = value.len().min(room as usize);
    caller.write(into.0, &value[..told])?;
    caller.write(length.0, &(told as u32).to_le_bytes())
}

fn value_of(socket: &dyn Socket, option: u32) -> Result<Bytes> {
    let mut bytes = Bytes::new();
    let mut number = |value: u32| bytes.extend(value.to_le_bytes());
    match option {
        abi::SO_TYPE => number(socket.kind().number()),
        abi::SO_DOMAIN => number(socket.family()),
        abi::SO_PROTOCOL => number(0),
        abi::SO_ACCEPTCONN => number(socket.listens().into()),
        abi::SO_ERROR => number(socket.options().take_error().err().map_or(0, |errno| errno.number().into())),
        abi::SO_PEERCRED => match socket.peer() {
            Some(sender) => bytes.extend(sender.bytes()),
            None => [0, u32::MAX, u32::MAX].into_iter().for_each(number),
        },
        _ => match socket.options().get(option).ok_or(Errno::ENOPROTOOPT)? {
            Value::Int(value) => number(value),
            Value::Two(values) => values.into_iter().for_each(number),
            Value::Time(values) => values.into_iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        },
    }
    Ok(bytes)
}
