//! Timers: alarm(2), setitimer(2), timer_create(2).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::clock::Clock;
use crate::process::timer::{Event, Setting};
use crate::process::{self, Pid};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use logic::time::TimeSpec;

const SECOND: u64 = 1_000_000_000;
const MICROSECOND: u64 = 1000;

/// alarm(2)
pub(super) fn alarm(caller: &mut Caller, seconds: u32) -> Result<u64> {
    let timer = caller.process().interval_timer(linux::ITIMER_REAL)?;
    let old = timer.set(Setting { value: u64::from(seconds) * SECOND, interval: 0 }, false)?;
    // Rounded, but never to nothing.
    Ok(if old.value == 0 { 0 } else { ((old.value + SECOND / 2) / SECOND).max(1) })
}

/// getitimer(2)
pub(super) fn getitimer(caller: &mut Caller, which: u32, into: Pointer) -> Result<()> {
    let setting = caller.process().interval_timer(which)?.setting();
    caller.write_words(into.0, encode_micro(setting))
}

/// setitimer(2)
pub(super) fn setitimer(caller: &mut Caller, which: u32, new: Pointer, old: Pointer) -> Result<()> {
    let setting = match new.non_null() {
        Some(new) => decode_micro(caller.words(new)?)?,
        None => Setting::default(),
    };
    let before = caller.process().interval_timer(which)?.set(setting, false)?;
    match old.non_null() {
        Some(old) => caller.write_words(old, encode_micro(before)),
        None => Ok(()),
    }
}

/// timer_create(2)
pub(super) fn timer_create(caller: &mut Caller, clock: i32, event: Pointer, into: Pointer) -> Result<()> {
    let clock = Clock::to_wait(clock, caller.thread())?;
    let is_strange = match &clock {
        Clock::Process(process) | Clock::ProcessUser(process) => !Arc::ptr_eq(process, caller.process()),
        Clock::Thread(thread) | Clock::ThreadUser(thread) => !Arc::ptr_eq(&thread.process, caller.process()),
        Clock::Realtime | Clock::Atomic | Clock::Monotonic => false,
    };
    if is_strange {
        return Err(Errno::EINVAL);
    }
    let event = event.non_null().map(|event| read_event(caller, event)).transpose()?;
    let id = caller.process().create_timer(clock, |id| event.unwrap_or(Event::Process(Signal::ALRM, id.into())))?;
    caller.write(into.0, &id.to_le_bytes()).inspect_err(|_| {
        // It has just been made.
        let _ = caller.process().delete_timer(id);
    })
}

/// timer_settime(2)
pub(super) fn timer_settime(caller: &mut Caller, id: u32, flags: u32, new: Pointer, old: Pointer) -> Result<()> {
    let new = new.non_null().ok_or(Errno::EINVAL)?;
    let [interval_seconds, interval_rest, seconds, rest] = caller.words(new)?;
    let time = |seconds: u64, rest: u64| TimeSpec::new(seconds as i64, rest as i64)?.to_nanoseconds();
    let setting = Setting { value: time(seconds, rest)?, interval: time(interval_seconds, interval_rest)? };
    let timer = caller.process().timer(id)?;
    let before = timer.set(setting, flags & linux::TIMER_ABSTIME != 0)?;
    match old.non_null() {
        Some(old) => caller.write_words(old, encode(before)),
        None => Ok(()),
    }
}

/// timer_gettime(2)
pub(super) fn timer_gettime(caller: &mut Caller, id: u32, into: Pointer) -> Result<()> {
    let setting = caller.process().timer(id)?.setting();
    caller.write_words(into.0, encode(setting))
}

/// timer_getoverrun(2)
pub(super) fn timer_getoverrun(caller: &mut Caller, id: u32) -> Result<u32> {
    Ok(caller.process().timer(id)?.overrun())
}

/// timer_delete(2)
pub(super) fn timer_delete(caller: &mut Caller, id: u32) -> Result<()> {
    caller.process().delete_timer(id)
}

/// Words of 4 bytes in a `struct sigevent`.
const SIGEVENT: usize = linux::SIGEV_MAX_SIZE as usize / 4;

/// `struct sigevent`: `EINVAL` for what is none.
fn read_event(caller: &Caller, from: u64) -> Result<Event> {
    let [low, high, signal, notify, thread, ..]: [u32; SIGEVENT] = caller.halves(from)?;
    let value = u64::from(low) | u64::from(high) << 32;
    let signal = || Signal::new(u64::from(signal));
    match notify {
        linux::SIGEV_NONE => Ok(Event::Nothing),
        // A thread of the C library's own is told by a signal too.
        linux::SIGEV_SIGNAL | linux::SIGEV_THREAD => Ok(Event::Process(signal()?, value)),
        linux::SIGEV_THREAD_ID => {
            let thread = process::find_thread(Some(caller.process().pid()), Pid(thread)).map_err(|_| Errno::EINVAL)?;
            Ok(Event::Thread(signal()?, value, Arc::downgrade(&thread)))
        }
        _ => Err(Errno::EINVAL),
    }
}

fn encode(setting: Setting) -> [u64; 4] {
    let time = TimeSpec::from_nanoseconds;
    let (interval, value) = (time(setting.interval), time(setting.value));
    let words = |time: TimeSpec| [time.seconds() as u64, u64::from(time.nanoseconds())];
    let ([a, b], [c, d]) = (words(interval), words(value));
    [a, b, c, d]
}

/// `struct itimerval`: what is left is never rounded to nothing.
fn encode_micro(setting: Setting) -> [u64; 4] {
    let up = |time: u64| if time == 0 { 0 } else { time.max(MICROSECOND) };
    let [a, b, c, d] = encode(Setting { value: up(setting.value), interval: setting.interval });
    [a, b / MICROSECOND, c, d / MICROSECOND]
}

fn decode_micro([interval, interval_micro, value, value_micro]: [u64; 4]) -> Result<Setting> {
    let time = |seconds: u64, micro: u64| {
        let nanoseconds = i64::try_from(micro).ok().and_then(|micro| micro.checked_mul(MICROSECOND as i64));
        TimeSpec::new(seconds as i64, nanoseconds.ok_or(Errno::EINVAL)?)?.to_nanoseconds()
    };
    Ok(Setting { value: time(value, value_micro)?, interval: time(interval, interval_micro)? })
}
