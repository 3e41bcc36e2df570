//! Time: clock_gettime(2), nanosleep(2), gettimeofday(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::record::{self, TIME_SIZE};
use crate::process::clock::{self, Clock};
use crate::task::Instant;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

/// clock_gettime(2)
pub(super) fn clock_gettime(caller: &mut Caller, clock: i32, into: Pointer) -> Result<()> {
    let time = Clock::new(clock, caller.thread())?.read();
    caller.write(into.0, &encode(time))
}

/// clock_getres(2)
pub(super) fn clock_getres(caller: &mut Caller, clock: i32, into: Pointer) -> Result<()> {
    Clock::new(clock, caller.thread())?;
    match into.non_null() {
        Some(into) => caller.write(into, &encode(Clock::resolution(clock))),
        None => Ok(()),
    }
}

/// clock_settime(2)
pub(super) fn clock_settime(caller: &mut Caller, clock: i32, from: Pointer) -> Result<()> {
    if clock != linux::CLOCK_REALTIME as i32 {
        return Err(Errno::EINVAL);
    }
    let date = decode(caller, from)?.to_nanoseconds()?;
    set_date(caller, date)
}

/// settimeofday(2). The kernel's clock is in UTC; another zone is refused.
/// Differs: a zone other than UTC is `EINVAL`.
pub(super) fn settimeofday(caller: &mut Caller, from: Pointer, zone: Pointer) -> Result<()> {
    let date = match from.non_null() {
        Some(from) => {
            let [seconds, micro] = caller.words(from)?;
            let nanoseconds = (micro as i64).checked_mul(1000).ok_or(Errno::EINVAL)?;
            Some(TimeSpec::new(seconds as i64, nanoseconds)?.to_nanoseconds()?)
        }
        None => None,
    };
    if let Some(zone) = zone.non_null() {
        let zone: [u32; 2] = caller.halves(zone)?;
        caller.process().credentials().need(linux::CAP_SYS_TIME)?;
        if zone[0] != 0 {
            return Err(Errno::EINVAL);
        }
    }
    date.map_or(Ok(()), |date| set_date(caller, date))
}

fn set_date(caller: &Caller, date: u64) -> Result<()> {
    caller.process().credentials().need(linux::CAP_SYS_TIME)?;
    clock::set_date(date)
}

/// gettimeofday(2)
pub(super) fn gettimeofday(caller: &mut Caller, time: Pointer, zone: Pointer) -> Result<()> {
    if let Some(into) = time.non_null() {
        let now = Clock::Realtime.read();
        caller.write_words(into, [now.seconds() as u64, u64::from(now.nanoseconds() / 1000)])?;
    }
    match zone.non_null() {
        // The kernel's clock is in UTC.
        Some(zone) => caller.write(zone, &[0; size_of::<linux::timezone>()]),
        None => Ok(()),
    }
}

/// time(2)
pub(super) fn time(caller: &mut Caller, into: Pointer) -> Result<u64> {
    let seconds = Clock::Realtime.read().seconds() as u64;
    if let Some(into) = into.non_null() {
        caller.write_words(into, [seconds])?;
    }
    Ok(seconds)
}

/// nanosleep(2)
pub(super) fn nanosleep(caller: &mut Caller, time: Pointer, left: Pointer) -> Result<()> {
    let time = decode(caller, time)?.to_nanoseconds()?;
    let deadline = caller.deadline(time);
    sleep(caller, deadline, left)
}

/// clock_nanosleep(2)
pub(super) fn clock_nanosleep(caller: &mut Caller, clock: i32, flags: u32, time: Pointer, left: Pointer) -> Result<()> {
    let is_own_number = clock == linux::CLOCK_THREAD_CPUTIME_ID as i32;
    let clock = Clock::to_wait(clock, caller.thread())?;
    if is_own_number {
        return Err(Errno::EOPNOTSUPP);
    }
    let time = decode(caller, time)?.to_nanoseconds()?;
    let absolute = flags & linux::TIMER_ABSTIME != 0;
    if !clock.is_of_world() {
        return sleep_by(caller, &clock, time, absolute, left);
    }
    if absolute && clock.is_date() {
        return if clock::sleep_until_date(caller.ctx, &clock, time) { Ok(()) } else { Err(Errno::EINTR) };
    }
    let deadline = if absolute { clock.deadline(time, true)? } else { caller.deadline(time) };
    sleep(caller, deadline, if absolute { Pointer(0) } else { left })
}

/// Sleeps until somebody has run for so long, or (`absolute`) in all.
fn sleep_by(caller: &mut Caller, clock: &Clock, time: u64, absolute: bool, left: Pointer) -> Result<()> {
    if matches!(clock, Clock::Thread(thread) | Clock::ThreadUser(thread) if Arc::ptr_eq(thread, caller.thread())) {
        // A thread cannot wait for itself to run.
        return Err(Errno::EINVAL);
    }
    let end = if absolute { time } else { clock.now().saturating_add(time) };
    if clock.sleep_until(caller.ctx, end) {
        return Ok(());
    }
    if let Some(left) = left.non_null().filter(|_| !absolute) {
        let rest = end.saturating_sub(clock.now());
        caller.write(left, &encode(TimeSpec::from_nanoseconds(rest)))?;
    }
    Err(Errno::EINTR)
}

/// Sleeps until a time; when a signal ends it, tells how much is left.
fn sleep(caller: &mut Caller, deadline: Instant, left: Pointer) -> Result<()> {
    if caller.ctx.sleep_until(deadline, true) {
        return Ok(());
    }
    if let Some(left) = left.non_null() {
        caller.write(left, &encode(TimeSpec::from_nanoseconds(clock::until(deadline))))?;
    }
    Err(Errno::EINTR)
}

pub(super) fn decode(caller: &Caller, from: Pointer) -> Result<TimeSpec> {
    let [seconds, nanoseconds] = caller.words(from.0)?;
    TimeSpec::new(seconds as i64, nanoseconds as i64)
}

pub(super) fn encode(time: TimeSpec) -> [u8; TIME_SIZE] {
    record::record!(linux::__kernel_timespec { tv_sec: time.seconds(), tv_nsec: i64::from(time.nanoseconds()) })
}
