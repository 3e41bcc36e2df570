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
    let time = Clock::new(clock)?.read(caller.thread());
    caller.write(into.0, &encode(time))
}

/// clock_getres(2)
pub(super) fn clock_getres(caller: &mut Caller, clock: i32, into: Pointer) -> Result<()> {
    let resolution = Clock::new(clock)?.resolution();
    match into.non_null() {
        Some(into) => caller.write(into, &encode(resolution)),
        None => Ok(()),
    }
}

/// gettimeofday(2)
pub(super) fn gettimeofday(caller: &mut Caller, time: Pointer, zone: Pointer) -> Result<()> {
    if let Some(into) = time.non_null() {
        let now = Clock::Realtime.read(caller.thread());
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
    let seconds = Clock::Realtime.read(caller.thread()).seconds() as u64;
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
    let clock = Clock::new(clock)?;
    let time = decode(caller, time)?.to_nanoseconds()?;
    let absolute = flags & linux::TIMER_ABSTIME != 0;
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

/// `struct rusage` of one who has run so many nanoseconds; times of programs and of the kernel are not told apart yet.
pub(super) fn usage(run_time: u64) -> [u8; size_of::<linux::rusage>()] {
    let time = TimeSpec::from_nanoseconds(run_time);
    let mut bytes = [0; size_of::<linux::rusage>()];
    bytes[..8].copy_from_slice(&time.seconds().to_le_bytes());
    bytes[8..16].copy_from_slice(&i64::from(time.nanoseconds() / 1000).to_le_bytes());
    bytes
}
