//! Watching many files: epoll_create1(2), epoll_ctl(2), epoll_wait(2).

use super::arg::{Fd, Known, Pointer};
use super::caller::Caller;
use super::{signal, time};
use crate::fs::epoll::{self, Event, Events, Operation};
use crate::process::clock;
use crate::process::signal::with_blocked;
use crate::task::Instant;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;

/// The size of `struct epoll_event`, which is packed.
const EVENT: usize = size_of::<linux::epoll_event>();

bitflags! {
    /// How a set is made.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct SetFlags: u32 {
        const CLOSE_ON_EXEC = linux::EPOLL_CLOEXEC;
    }
}

/// epoll_create(2)
pub(super) fn epoll_create(caller: &mut Caller, size: i32) -> Result<Fd> {
    if size <= 0 { Err(Errno::EINVAL) } else { epoll_create1(caller, Known(SetFlags::empty())) }
}

/// epoll_create1(2)
pub(super) fn epoll_create1(caller: &mut Caller, flags: Known<SetFlags>) -> Result<Fd> {
    caller.add_file(epoll::watcher(), 0, flags.0.contains(SetFlags::CLOSE_ON_EXEC))
}

/// epoll_ctl(2)
pub(super) fn epoll_ctl(caller: &mut Caller, set: Fd, operation: u32, fd: Fd, event: Pointer) -> Result<()> {
    let operation = match operation {
        linux::EPOLL_CTL_ADD => Some(Operation::Add),
        linux::EPOLL_CTL_MOD => Some(Operation::Change),
        linux::EPOLL_CTL_DEL => Some(Operation::Remove),
        _ => None,
    };
    let event = match operation {
        Some(Operation::Remove) => Event { events: 0, data: 0 },
        _ => {
            let bytes: [u8; EVENT] = caller.read(event.0)?;
            let [a, b, c, d, data @ ..] = bytes;
            Event { events: u32::from_le_bytes([a, b, c, d]), data: u64::from_le_bytes(data) }
        }
    };
    let (watching, file) = (caller.file(set)?, caller.file(fd)?);
    watching.check_opened()?;
    file.check_opened()?;
    if file.file().queue().is_none() {
        return Err(Errno::EPERM);
    }
    let watcher = watching.file().watcher().ok_or(Errno::EINVAL)?;
    let operation = operation.ok_or(Errno::EINVAL)?;
    watcher.control(caller.ctx, operation, fd.number()?, &file, event)
}

/// epoll_wait(2)
pub(super) fn epoll_wait(caller: &mut Caller, set: Fd, into: Pointer, most: i32, milliseconds: i32) -> Result<usize> {
    wait(caller, set, into, most, until(milliseconds), None)
}

/// epoll_pwait(2)
pub(super) fn epoll_pwait(
    caller: &mut Caller,
    set: Fd,
    into: Pointer,
    most: i32,
    milliseconds: i32,
    blocked: Pointer,
    size: u64,
) -> Result<usize> {
    let blocked = signal::read_set(caller, blocked, size)?;
    wait(caller, set, into, most, until(milliseconds), blocked)
}

/// epoll_pwait2(2)
pub(super) fn epoll_pwait2(
    caller: &mut Caller,
    set: Fd,
    into: Pointer,
    most: i32,
    time: Pointer,
    blocked: Pointer,
    size: u64,
) -> Result<usize> {
    let deadline = match time.non_null() {
        Some(from) => Some(clock::now_and(time::decode(caller, Pointer(from))?.to_nanoseconds()?)),
        None => None,
    };
    let blocked = signal::read_set(caller, blocked, size)?;
    wait(caller, set, into, most, deadline, blocked)
}

/// A negative time is for ever.
fn until(milliseconds: i32) -> Option<Instant> {
    u64::try_from(milliseconds).ok().map(|time| clock::now_and(time * 1_000_000))
}

fn wait(
    caller: &Caller,
    set: Fd,
    into: Pointer,
    most: i32,
    deadline: Option<Instant>,
    blocked: Option<SignalSet>,
) -> Result<usize> {
    let most = usize::try_from(most).ok().filter(|&most| most > 0 && most <= i32::MAX as usize / EVENT);
    let most = most.ok_or(Errno::EINVAL)?;
    let watching = caller.file(set)?;
    let watcher = watching.file().watcher().ok_or(Errno::EINVAL)?;
    let mut events = Events::default();
    with_blocked(caller.thread(), blocked, || watcher.wait(caller.ctx, most, deadline, &mut events))?;
    for (index, event) in events.iter().enumerate() {
        let mut bytes = [0; EVENT];
        bytes[..4].copy_from_slice(&event.events.to_le_bytes());
        bytes[4..].copy_from_slice(&event.data.to_le_bytes());
        caller.write(into.0.wrapping_add((index * EVENT) as u64), &bytes)?;
    }
    Ok(events.len())
}
