//! Time: clock_gettime(2), nanosleep(2), gettimeofday(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::record::{self, TIME_SIZE};
use crate::process::clock::{self, Clock};
use crate::task::Instant;
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

/// adjtimex(2): the clock is as the machine's crystal makes it; it can be looked at.
/// Differs: the clock cannot be adjusted: `EINVAL`.
pub(super) fn adjtimex(caller: &mut Caller, into: Pointer) -> Result<u64> {
    const SIZE: usize = 208;
    const UNSYNCHRONISED: u32 = 0x40;
    /// What is not known: sixteen seconds, in microseconds.
    const UNKNOWN: u64 = 16_000_000;
    const TOLERANCE: u64 = 32_768_000;
    const MICROSECONDS_A_TICK: u64 = 10_000;
    const NOT_SYNCHRONISED: u64 = 5;
    let [modes] = caller.halves(into.0)?;
    if modes != 0 {
        caller.process().credentials().need(linux::CAP_SYS_TIME)?;
        return Err(Errno::EINVAL);
    }
    let now = Clock::Realtime.read();
    let mut bytes = [0; SIZE];
    let mut put = |at: usize, value: u64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    put(24, UNKNOWN);
    put(32, UNKNOWN);
    put(40, UNSYNCHRONISED.into());
    put(48, 2);
    put(56, 1);
    put(64, TOLERANCE);
    put(72, now.seconds() as u64);
    put(80, u64::from(now.nanoseconds() / 1000));
    put(88, MICROSECONDS_A_TICK);
    caller.write(into.0, &bytes)?;
    Ok(NOT_SYNCHRONISED)
}

/// clock_adjtime(2)
/// Differs: the clock cannot be adjusted: `EINVAL`.
pub(super) fn clock_adjtime(caller: &mut Caller, clock: i32, into: Pointer) -> Result<u64> {
    if clock != linux::CLOCK_REALTIME as i32 {
        Clock::new(clock, caller.thread())?;
        return Err(Errno::EOPNOTSUPP);
    }
    adjtimex(caller, into)
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
    sleep(caller, clock::now_and(time), left)
}

/// clock_nanosleep(2)
pub(super) fn clock_nanosleep(caller: &mut Caller, clock: i32, flags: u32, time: Pointer, left: Pointer) -> Result<()> {
    let clock = match Clock::new(clock, caller.thread())? {
        // A thread cannot wait for itself to run.
        Clock::Thread(_) | Clock::ThreadUser(_) => return Err(Errno::EOPNOTSUPP),
        clock => clock,
    };
    let time = decode(caller, time)?.to_nanoseconds()?;
    let absolute = flags & linux::TIMER_ABSTIME != 0;
    if absolute && matches!(clock, Clock::Realtime) {
        return if clock::sleep_until_date(caller.ctx, time) { Ok(()) } else { Err(Errno::EINTR) };
    }
    let deadline = clock.deadline(time, absolute)?;
    sleep(caller, deadline, if absolute { Pointer(0) } else { left })
}

/// Sleeps until a time; when a signal ends it, tells how much is left.
fn sleep(caller: &mut Caller, deadline: Instant, left: Pointer) -> Result<()> {
    // A sleep that begins again after a stop ends when it was to end at first.
    let deadline = caller.running.deadline.take().unwrap_or(deadline);
    if caller.ctx.sleep_until(deadline, true) {
        return Ok(());
    }
    caller.running.deadline = Some(deadline);
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
