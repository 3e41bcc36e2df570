//! futex(2), but for FUTEX_WAIT_REQUEUE_PI and FUTEX_CMP_REQUEUE_PI, which no C library uses any more.

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::clock::{self, Clock};
use crate::process::futex::{ANY, Change, Word};
use crate::process::signal::Restarts;
use crate::task::Instant;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

/// What may be added to an operation.
const OPTIONS: u32 = linux::FUTEX_PRIVATE_FLAG | linux::FUTEX_CLOCK_REALTIME;

/// futex(2)
/// Differs: operations on locks with inherited priorities are `ENOSYS`.
pub(super) fn futex(
    caller: &mut Caller,
    address: u64,
    operation: u32,
    value: u32,
    time: Pointer,
    other: u64,
    value3: u32,
) -> Result<usize> {
    let private = operation & linux::FUTEX_PRIVATE_FLAG != 0;
    let realtime = operation & linux::FUTEX_CLOCK_REALTIME != 0;
    let operation = operation & !OPTIONS;
    if realtime && ![linux::FUTEX_WAIT_BITSET, linux::FUTEX_LOCK_PI2].contains(&operation) {
        return Err(Errno::ENOSYS);
    }
    let clock = if realtime { Clock::Realtime } else { Clock::Monotonic };
    match operation {
        linux::FUTEX_WAIT => {
            let deadline = after(caller, time)?;
            return wait(caller, address, private, value, ANY, deadline);
        }
        linux::FUTEX_WAIT_BITSET => {
            let deadline = at(caller, time, clock)?;
            return wait(caller, address, private, value, value3, deadline);
        }
        linux::FUTEX_LOCK_PI => return lock(caller, address, private, time, Clock::Realtime),
        linux::FUTEX_LOCK_PI2 => return lock(caller, address, private, time, clock),
        _ => {}
    }
    let (ctx, space, thread) = (caller.ctx, caller.space(), caller.thread());
    let word = |address| UserAddr::new(address).map(|address| Word { space, address, private });
    // Where no time is wanted, its register holds a second number.
    let (first, second) = (value.cast_signed(), (time.0 as u32).cast_signed());
    // As on Linux, who is to wake nobody wakes one.
    let most = |number: i32| number.max(1) as usize;
    match operation {
        linux::FUTEX_WAKE => word(address)?.wake(ctx, most(first), ANY),
        linux::FUTEX_WAKE_BITSET if value3 == 0 => Err(Errno::EINVAL),
        linux::FUTEX_WAKE_BITSET => word(address)?.wake(ctx, most(first), value3),
        linux::FUTEX_WAKE_OP => {
            let change = Change::decode(value3)?;
            word(address)?.wake_and_change(ctx, most(first), word(other)?, most(second), change)
        }
        linux::FUTEX_REQUEUE | linux::FUTEX_CMP_REQUEUE => {
            let expected = (operation == linux::FUTEX_CMP_REQUEUE).then_some(value3);
            let (Ok(first), Ok(second)) = (usize::try_from(first), usize::try_from(second)) else {
                return Err(Errno::EINVAL);
            };
            let (woken, moved) = word(address)?.requeue(ctx, first, word(other)?, second, expected)?;
            Ok(woken + moved)
        }
        linux::FUTEX_TRYLOCK_PI => word(address)?.try_lock(ctx, thread).map(|()| 0),
        linux::FUTEX_UNLOCK_PI => word(address)?.unlock(ctx, thread).map(|()| 0),
        _ => Err(Errno::ENOSYS),
    }
}

fn wait(
    caller: &mut Caller,
    address: u64,
    private: bool,
    value: u32,
    bits: u32,
    deadline: Option<Instant>,
) -> Result<usize> {
    if bits == 0 {
        return Err(Errno::EINVAL);
    }
    let word = Word { space: caller.space(), address: UserAddr::new(address)?, private };
    let waited = word.wait(caller.ctx, value, bits, deadline);
    if waited == Err(Errno::EINTR) && deadline.is_some() {
        // If it goes on after a stop, it ends when it was to end at first.
        caller.running.deadline = deadline;
        caller.running.restarts = Some(Restarts::Unhandled);
    }
    waited.map(|()| 0)
}

fn lock(caller: &mut Caller, address: u64, private: bool, time: Pointer, clock: Clock) -> Result<usize> {
    let deadline = at(caller, time, clock)?;
    let word = Word { space: caller.space(), address: UserAddr::new(address)?, private };
    let locked = word.lock(caller.ctx, caller.thread(), deadline);
    if locked == Err(Errno::EINTR) {
        caller.running.restarts = Some(Restarts::Always);
    }
    locked.map(|()| 0)
}

/// When a wait ends that lasts for a time.
fn after(caller: &mut Caller, time: Pointer) -> Result<Option<Instant>> {
    if time.0 == 0 {
        return Ok(None);
    }
    let time = super::time::decode(caller, time)?.to_nanoseconds()?;
    Ok(Some(caller.running.deadline.take().unwrap_or(clock::now_and(time))))
}

/// When a wait ends that lasts until a clock shows a time.
fn at(caller: &Caller, time: Pointer, clock: Clock) -> Result<Option<Instant>> {
    if time.0 == 0 {
        return Ok(None);
    }
    let time = super::time::decode(caller, time)?.to_nanoseconds()?;
    clock.deadline(time, true).map(Some)
}
