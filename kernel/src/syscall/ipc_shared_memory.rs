//! System V's shared memory: shmget(2), shmat(2), shmdt(2), shmctl(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::ipc::{INFO, OWNER_SIZE, REMOVE, Record, SET, STATUS, as_asker, read_owner};
use crate::ipc::owner::{Owner, READ};
use crate::ipc::shared_memory::{self, LARGEST, MOST, Manner, SEGMENTS, Segment};
use crate::ipc::table::Object;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

/// SHM_HUGETLB, of shmget(2).
const HUGE: u32 = 0o4000;

/// SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC, of shmat(2).
const READ_ONLY: u32 = 0o10000;
const ROUND: u32 = 0o20000;
const REPLACE: u32 = 0o40000;
const RUN: u32 = 0o100000;

/// SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY.
const LOCK: u32 = 11;
const UNLOCK: u32 = 12;
const STATUS_AT: u32 = 13;
const USAGE: u32 = 14;
const STATUS_AT_ANY: u32 = 15;

/// `struct shmid64_ds`.
const SIZE: usize = 112;

/// shmget(2)
/// Differs: no huge pages: SHM_HUGETLB is `ENOMEM`.
pub(super) fn shmget(caller: &mut Caller, key: i32, size: u64, flags: u32) -> Result<u32> {
    as_asker(caller, |asker| {
        let fits = |segment: &Segment| if size <= segment.size { Ok(()) } else { Err(Errno::EINVAL) };
        SEGMENTS.get(asker, key, flags, fits, || match flags & HUGE {
            0 => Segment::new(Owner::new(key, flags as u16, asker), size, asker.process),
            _ => Err(Errno::ENOMEM),
        })
    })
}

/// shmat(2)
pub(super) fn shmat(caller: &mut Caller, number: i32, at: u64, flags: u32) -> Result<u64> {
    let (page, has) = (PAGE_SIZE as u64, |flag| flags & flag != 0);
    let start = if has(ROUND) { at & !(page - 1) } else { at };
    if number < 0 || !start.is_multiple_of(page) || has(REPLACE) && start == 0 {
        return Err(Errno::EINVAL);
    }
    let manner = Manner { read_only: has(READ_ONLY), executable: has(RUN), replaces: has(REPLACE) };
    let segment = SEGMENTS.find(number)?;
    as_asker(caller, |asker| segment.attach(caller.ctx, asker, caller.space(), start, manner))
}

/// shmdt(2)
pub(super) fn shmdt(caller: &mut Caller, at: u64) -> Result<()> {
    shared_memory::detach(caller.ctx, caller.space(), at, caller.process().pid().0)
}

/// shmctl(2)
pub(super) fn shmctl(caller: &mut Caller, number: i32, command: u32, into: Pointer) -> Result<u32> {
    if number < 0 {
        return Err(Errno::EINVAL);
    }
    match command {
        INFO => tell_limits(caller, into),
        USAGE => tell_usage(caller, into),
        STATUS => tell(caller, 0, &SEGMENTS.find(number)?, true, into),
        STATUS_AT | STATUS_AT_ANY => {
            let (number, segment) = SEGMENTS.at(number)?;
            tell(caller, number, &segment, command == STATUS_AT, into)
        }
        SET => {
            let (user, group, mode) = read_owner::<{ SIZE / 4 }>(caller, into.0)?;
            let segment = SEGMENTS.find(number)?;
            as_asker(caller, |asker| segment.owner().lock().check_rule(asker))?;
            segment.change(user, group, mode);
            Ok(0)
        }
        REMOVE => {
            let segment = SEGMENTS.find(number)?;
            as_asker(caller, |asker| segment.owner().lock().check_rule(asker))?;
            shared_memory::remove(caller.ctx, &segment);
            Ok(0)
        }
        LOCK | UNLOCK => {
            let segment = SEGMENTS.find(number)?;
            let free = caller.process().credentials().may(linux::CAP_IPC_LOCK);
            as_asker(caller, |asker| if free { Ok(()) } else { segment.owner().lock().check_rule(asker) })?;
            if command == LOCK && !free && caller.process().soft_limit(linux::RLIMIT_MEMLOCK) == 0 {
                return Err(Errno::EPERM);
            }
            segment.set_locked(command == LOCK);
            Ok(0)
        }
        _ => Err(Errno::EINVAL),
    }
}

fn tell(caller: &Caller, number: u32, segment: &Arc<Segment>, checked: bool, into: Pointer) -> Result<u32> {
    let owner = *segment.owner().lock();
    if checked {
        as_asker(caller, |asker| owner.check(asker, READ))?;
    }
    let facts = segment.facts();
    let mut record = Record::<SIZE>::new(&owner);
    let times = [facts.attached, facts.detached, facts.changed].map(|time| time as u64);
    record.put_words(OWNER_SIZE, &[segment.size]);
    record.put_words(OWNER_SIZE + 8, &times);
    record.put(80, &facts.maker.to_le_bytes());
    record.put(84, &facts.last.to_le_bytes());
    record.put_words(88, &[segment.attachments(caller.ctx)]);
    caller.write(into.0, &record.0)?;
    Ok(number)
}

/// `struct shminfo64`; the result is the highest place in use.
fn tell_limits(caller: &Caller, into: Pointer) -> Result<u32> {
    let most = MOST as u64;
    caller.write_words(into.0, [LARGEST, 1, most, most, LARGEST, 0, 0, 0, 0])?;
    Ok(SEGMENTS.count().1 as u32)
}

/// `struct shm_info`; the result is the highest place in use.
fn tell_usage(caller: &Caller, into: Pointer) -> Result<u32> {
    shared_memory::sweep(caller.ctx);
    let (count, highest) = SEGMENTS.count();
    let (mut pages, mut touched) = (0, 0);
    SEGMENTS.for_each(|_, segment| {
        pages += segment.size.div_ceil(PAGE_SIZE as u64);
        touched += segment.pages();
    });
    caller.write_words(into.0, [count as u64, pages, touched, 0, 0, 0])?;
    Ok(highest as u32)
}
