//! futex(2), but for the operations on locks with inherited priorities.

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::clock::{self, Clock};
use crate::process::futex::{ANY, Word};
use crate::task::Instant;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

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
    let space = caller.space();
    let word = |address| UserAddr::new(address).map(|address| Word { space, address, private });
    let ctx = caller.ctx;
    // Where no time is wanted, its register holds a second number.
    let second = time.0 as u32 as usize;
    match operation & !(linux::FUTEX_PRIVATE_FLAG | linux::FUTEX_CLOCK_REALTIME) {
        linux::FUTEX_WAIT => {
            let deadline = deadline(caller, time, None)?;
            word(address)?.wait(ctx, value, ANY, deadline).map(|()| 0)
        }
        linux::FUTEX_WAIT_BITSET if value3 != 0 => {
            let clock = if realtime { Clock::Realtime } else { Clock::Monotonic };
            let deadline = deadline(caller, time, Some(clock))?;
            word(address)?.wait(ctx, value, value3, deadline).map(|()| 0)
        }
        linux::FUTEX_WAKE => word(address)?.wake(ctx, value as usize, ANY),
        linux::FUTEX_WAKE_BITSET if value3 != 0 => word(address)?.wake(ctx, value as usize, value3),
        linux::FUTEX_REQUEUE => {
            let (woken, _) = word(address)?.requeue(ctx, value as usize, word(other)?, second, None)?;
            Ok(woken)
        }
        linux::FUTEX_CMP_REQUEUE => {
            let (woken, moved) = word(address)?.requeue(ctx, value as usize, word(other)?, second, Some(value3))?;
            Ok(woken + moved)
        }
        linux::FUTEX_WAIT_BITSET | linux::FUTEX_WAKE_BITSET => Err(Errno::EINVAL),
        _ => Err(Errno::ENOSYS),
    }
}

/// When a wait ends: after a time, or when a clock shows it.
fn deadline(caller: &Caller, time: Pointer, absolute: Option<Clock>) -> Result<Option<Instant>> {
    if time.0 == 0 {
        return Ok(None);
    }
    let time = super::time::decode(caller, time)?.to_nanoseconds()?;
    match absolute {
        Some(clock) => clock.deadline(time, true).map(Some),
        None => Ok(Some(clock::now_and(time))),
    }
}
