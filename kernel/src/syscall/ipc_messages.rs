//! System V's message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::ipc::{INFO, OWNER_SIZE, REMOVE, Record, SET, STATUS, as_asker, read_owner};
use crate::ipc::messages::{self, LONGEST, Manner, Message, QUEUES, Queue, Wanted};
use crate::ipc::owner::{Owner, READ};
use crate::ipc::table::{AT_ONCE, Object};
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};

/// MSG_NOERROR, MSG_EXCEPT, MSG_COPY.
const CUT: u32 = 0o10000;
const EXCEPT: u32 = 0o20000;
const COPY: u32 = 0o40000;

/// MSG_STAT, MSG_INFO, MSG_STAT_ANY.
const STATUS_AT: u32 = 11;
const USAGE: u32 = 12;
const STATUS_AT_ANY: u32 = 13;

/// `struct msqid64_ds`, and the offset of its `msg_qbytes`.
const SIZE: usize = 120;
const MOST_BYTES: u64 = 88;

/// The type in front of a message's text.
const KIND: u64 = 8;

/// msgget(2)
pub(super) fn msgget(caller: &mut Caller, key: i32, flags: u32) -> Result<u32> {
    as_asker(caller, |asker| {
        QUEUES.get(asker, key, flags, |_| Ok(()), || Ok(Queue::new(Owner::new(key, flags as u16, asker))))
    })
}

/// msgsnd(2)
pub(super) fn msgsnd(caller: &mut Caller, number: i32, from: Pointer, size: u64, flags: u32) -> Result<()> {
    let [kind] = caller.words(from.0)?;
    if size > LONGEST as u64 || number < 0 || (kind as i64) < 1 {
        return Err(Errno::EINVAL);
    }
    let mut text = Vec::new();
    text.try_reserve_exact(size as usize).map_err(|_| Errno::ENOMEM)?;
    text.resize(size as usize, 0);
    caller.space().read(caller.ctx, from.0.wrapping_add(KIND), &mut text)?;
    let queue = QUEUES.find(number)?;
    let message = Message { kind: kind as i64, text };
    as_asker(caller, |asker| queue.send(caller.ctx, asker, message, flags & AT_ONCE != 0))
}

/// msgrcv(2)
pub(super) fn msgrcv(
    caller: &mut Caller,
    number: i32,
    into: Pointer,
    size: u64,
    kind: i64,
    flags: u32,
) -> Result<usize> {
    if number < 0 || (size as i64) < 0 {
        return Err(Errno::EINVAL);
    }
    if flags & COPY != 0 && (flags & EXCEPT != 0 || flags & AT_ONCE == 0) {
        return Err(Errno::EINVAL);
    }
    let wanted = match kind {
        place if flags & COPY != 0 => Wanted::Copy(place as usize),
        0 => Wanted::Any,
        kind if kind < 0 => Wanted::UpTo(kind.checked_neg().unwrap_or(i64::MAX)),
        kind if flags & EXCEPT != 0 => Wanted::NotKind(kind),
        kind => Wanted::Kind(kind),
    };
    let queue = QUEUES.find(number)?;
    let manner = Manner { room: size as usize, cuts: flags & CUT != 0, at_once: flags & AT_ONCE != 0 };
    let message = as_asker(caller, |asker| queue.receive(caller.ctx, asker, wanted, manner))?;
    let text = &message.text[..message.text.len().min(manner.room)];
    caller.write(into.0, &message.kind.to_le_bytes())?;
    caller.write(into.0.wrapping_add(KIND), text)?;
    Ok(text.len())
}

/// msgctl(2)
pub(super) fn msgctl(caller: &mut Caller, number: i32, command: u32, into: Pointer) -> Result<u32> {
    if number < 0 {
        return Err(Errno::EINVAL);
    }
    match command {
        INFO | USAGE => tell_limits(caller, command == USAGE, into),
        STATUS => tell(caller, 0, &QUEUES.find(number)?, true, into),
        STATUS_AT | STATUS_AT_ANY => {
            let (number, queue) = QUEUES.at(number)?;
            tell(caller, number, &queue, command == STATUS_AT, into)
        }
        SET => {
            let (user, group, mode) = read_owner(caller, into.0)?;
            let [most] = caller.words(into.0.wrapping_add(MOST_BYTES))?;
            let queue = QUEUES.find(number)?;
            as_asker(caller, |asker| {
                queue.owner().lock().check_rule(asker)?;
                if most > messages::BYTES && !asker.exceeds { Err(Errno::EPERM) } else { Ok(()) }
            })?;
            queue.change(user, group, mode, most);
            Ok(0)
        }
        REMOVE => {
            let queue = QUEUES.find(number)?;
            as_asker(caller, |asker| queue.owner().lock().check_rule(asker))?;
            messages::remove(&queue);
            Ok(0)
        }
        _ => Err(Errno::EINVAL),
    }
}

fn tell(caller: &Caller, number: u32, queue: &Arc<Queue>, checked: bool, into: Pointer) -> Result<u32> {
    let owner = *queue.owner().lock();
    if checked {
        as_asker(caller, |asker| owner.check(asker, READ))?;
    }
    let facts = queue.facts();
    let mut record = Record::<SIZE>::new(&owner);
    let times = [facts.sent.0, facts.received.0, facts.changed].map(|time| time as u64);
    record.put_words(OWNER_SIZE, &times);
    record.put_words(OWNER_SIZE + 24, &[facts.bytes, facts.count, facts.most]);
    record.put(96, &facts.sent.1.to_le_bytes());
    record.put(100, &facts.received.1.to_le_bytes());
    caller.write(into.0, &record.0)?;
    Ok(number)
}

/// `struct msginfo`; the result is the highest place in use.
fn tell_limits(caller: &Caller, used: bool, into: Pointer) -> Result<u32> {
    let (most, bytes) = (messages::MOST as u32, messages::BYTES as u32);
    let (count, highest) = QUEUES.count();
    let (mut all, mut all_bytes) = (0, 0);
    QUEUES.for_each(|_, queue| {
        let facts = queue.facts();
        all += facts.count as u32;
        all_bytes += facts.bytes as u32;
    });
    let [pool, map, total] = if used { [count as u32, all, all_bytes] } else { [most / 1024 * bytes, bytes, bytes] };
    let fields = [pool, map, LONGEST as u32, bytes, most, 16, total, 0xffff];
    caller.write(into.0, fields.map(u32::to_le_bytes).as_flattened())?;
    Ok(highest as u32)
}
