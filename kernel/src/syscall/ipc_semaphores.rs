//! System V's semaphores: semget(2), semop(2), semctl(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::ipc::{INFO, OWNER_SIZE, REMOVE, Record, SET, STATUS, as_asker, read_owner};
use super::time;
use crate::ipc::owner::{Owner, READ, WRITE};
use crate::ipc::semaphores::{self, LARGEST, MOST, MOST_IN_SET, MOST_STEPS, SETS, Set, Step};
use crate::ipc::table::Object;
use crate::process::clock;
use crate::task::Instant;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};

/// GETPID, GETVAL, GETALL, GETNCNT, GETZCNT, SETVAL, SETALL.
const GET_PROCESS: u32 = 11;
const GET_VALUE: u32 = 12;
const GET_ALL: u32 = 13;
const GET_WAITERS: u32 = 14;
const GET_ZERO_WAITERS: u32 = 15;
const SET_VALUE: u32 = 16;
const SET_ALL: u32 = 17;
/// SEM_STAT, SEM_INFO, SEM_STAT_ANY.
const STATUS_AT: u32 = 18;
const USAGE: u32 = 19;
const STATUS_AT_ANY: u32 = 20;

/// `struct semid64_ds`, and `struct sembuf`.
const SIZE: usize = 104;
const STEP: usize = 6;

/// semget(2)
pub(super) fn semget(caller: &mut Caller, key: i32, count: i32, flags: u32) -> Result<u32> {
    let count = u32::try_from(count).ok().filter(|&count| count <= MOST_IN_SET).ok_or(Errno::EINVAL)?;
    as_asker(caller, |asker| {
        let fits = |set: &Set| if count <= set.count() { Ok(()) } else { Err(Errno::EINVAL) };
        SETS.get(asker, key, flags, fits, || match count {
            0 => Err(Errno::EINVAL),
            _ => Set::new(Owner::new(key, flags as u16, asker), count),
        })
    })
}

/// semop(2)
pub(super) fn semop(caller: &mut Caller, number: i32, steps: Pointer, count: u64) -> Result<()> {
    operate(caller, number, steps, count, None)
}

/// semtimedop(2)
pub(super) fn semtimedop(caller: &mut Caller, number: i32, steps: Pointer, count: u64, time: Pointer) -> Result<()> {
    let deadline = match time.non_null() {
        Some(_) => Some(clock::now_and(time::decode(caller, time)?.to_nanoseconds()?)),
        None => None,
    };
    operate(caller, number, steps, count, deadline)
}

/// semctl(2)
pub(super) fn semctl(caller: &mut Caller, number: i32, index: i32, command: u32, argument: u64) -> Result<u32> {
    if number < 0 {
        return Err(Errno::EINVAL);
    }
    match command {
        INFO | USAGE => tell_limits(caller, command == USAGE, argument),
        STATUS => tell(caller, 0, &SETS.find(number)?, true, argument),
        STATUS_AT | STATUS_AT_ANY => {
            let (number, set) = SETS.at(number)?;
            tell(caller, number, &set, command == STATUS_AT, argument)
        }
        REMOVE => {
            let set = SETS.find(number)?;
            as_asker(caller, |asker| set.owner().lock().check_rule(asker))?;
            semaphores::remove(&set);
            Ok(0)
        }
        SET => {
            let (user, group, mode) = read_owner(caller, argument)?;
            let set = SETS.find(number)?;
            as_asker(caller, |asker| set.owner().lock().check_rule(asker))?;
            set.change(user, group, mode);
            Ok(0)
        }
        SET_VALUE | SET_ALL => set_values(caller, &*SETS.find(number)?, index, command, argument).map(|()| 0),
        GET_ALL | GET_VALUE | GET_PROCESS | GET_WAITERS | GET_ZERO_WAITERS => {
            get_values(caller, &*SETS.find(number)?, index, command, argument)
        }
        _ => Err(Errno::EINVAL),
    }
}

fn operate(caller: &Caller, number: i32, from: Pointer, count: u64, deadline: Option<Instant>) -> Result<()> {
    if count == 0 || number < 0 {
        return Err(Errno::EINVAL);
    }
    if count > MOST_STEPS {
        return Err(Errno::E2BIG);
    }
    let mut steps = Vec::new();
    steps.try_reserve_exact(count as usize).map_err(|_| Errno::ENOMEM)?;
    for index in 0..count {
        let [i0, i1, c0, c1, f0, f1] = caller.read::<STEP>(from.0.wrapping_add(index * STEP as u64))?;
        let (index, flags) = (u16::from_le_bytes([i0, i1]), u16::from_le_bytes([f0, f1]));
        steps.push(Step { index, change: i16::from_le_bytes([c0, c1]), flags });
    }
    let set = SETS.find(number)?;
    as_asker(caller, |asker| set.operate(caller.ctx, asker, &steps, deadline))
}

fn get_values(caller: &Caller, set: &Set, index: i32, command: u32, into: u64) -> Result<u32> {
    as_asker(caller, |asker| set.owner().lock().check(asker, READ))?;
    if command == GET_ALL {
        for (index, value) in set.values()?.iter().enumerate() {
            caller.write(into.wrapping_add(2 * index as u64), &value.to_le_bytes())?;
        }
        return Ok(0);
    }
    let semaphore = set.get(index)?;
    Ok(match command {
        GET_VALUE => semaphore.value as u32,
        GET_PROCESS => semaphore.process,
        GET_WAITERS => semaphore.wait_for_more,
        _ => semaphore.wait_for_zero,
    })
}

fn set_values(caller: &Caller, set: &Set, index: i32, command: u32, argument: u64) -> Result<()> {
    let process = caller.process().pid().0;
    if command == SET_VALUE {
        if !(0..=LARGEST).contains(&(argument as i32)) {
            return Err(Errno::ERANGE);
        }
        as_asker(caller, |asker| set.owner().lock().check(asker, WRITE))?;
        set.get(index)?;
        return set.set(index as usize, &[argument as i32], process);
    }
    as_asker(caller, |asker| set.owner().lock().check(asker, WRITE))?;
    let mut values = Vec::new();
    let count = set.count() as usize;
    values.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
    for index in 0..count {
        let value = u16::from_le_bytes(caller.read(argument.wrapping_add(2 * index as u64))?);
        values.push(i32::from(value));
    }
    set.set(0, &values, process)
}

fn tell(caller: &Caller, number: u32, set: &Arc<Set>, checked: bool, into: u64) -> Result<u32> {
    let owner = *set.owner().lock();
    if checked {
        as_asker(caller, |asker| owner.check(asker, READ))?;
    }
    let (operated, changed) = set.times();
    let mut record = Record::<SIZE>::new(&owner);
    record.put_words(OWNER_SIZE, &[operated as u64, 0, changed as u64, 0, set.count().into()]);
    caller.write(into, &record.0)?;
    Ok(number)
}

/// `struct seminfo`; the result is the highest place in use.
fn tell_limits(caller: &Caller, used: bool, into: u64) -> Result<u32> {
    let all = MOST_IN_SET * MOST as u32;
    let (count, highest) = SETS.count();
    let mut semaphores = 0;
    SETS.for_each(|_, set| semaphores += set.count());
    let (structure, exit) = if used { (count as u32, semaphores) } else { (20, LARGEST as u32) };
    let steps = MOST_STEPS as u32;
    let fields = [all, MOST as u32, all, all, MOST_IN_SET, steps, steps, structure, LARGEST as u32, exit];
    caller.write(into, fields.map(u32::to_le_bytes).as_flattened())?;
    Ok(highest as u32)
}
