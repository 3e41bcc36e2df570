//! Descriptors to wait on: eventfd(2), timerfd_create(2).

use super::arg::{Fd, Known, Pointer};
use super::caller::Caller;
use super::time;
use crate::fs::event::{self, Alarm, By};
use crate::fs::open_file::OpenFile;
use crate::process::clock::Clock;
use alloc::sync::Arc;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

bitflags! {
    /// How an eventfd is made.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct CounterFlags: u32 {
        const SEMAPHORE = linux::EFD_SEMAPHORE;
        const CLOSE_ON_EXEC = linux::EFD_CLOEXEC;
        const NONBLOCK = linux::EFD_NONBLOCK;
    }

    /// How a timerfd is made.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct AlarmFlags: u32 {
        const CLOSE_ON_EXEC = linux::TFD_CLOEXEC;
        const NONBLOCK = linux::TFD_NONBLOCK;
    }

    /// How a timerfd is set.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct SetFlags: u32 {
        const ABSOLUTE = linux::TFD_TIMER_ABSTIME;
        /// Who reads is to know when the date is set.
        const CANCEL_ON_SET = linux::TFD_TIMER_CANCEL_ON_SET;
    }
}

/// eventfd(2), without flags
pub(super) fn eventfd(caller: &mut Caller, start: u32) -> Result<Fd> {
    eventfd2(caller, start, Known(CounterFlags::empty()))
}

/// eventfd2(2)
pub(super) fn eventfd2(caller: &mut Caller, start: u32, flags: Known<CounterFlags>) -> Result<Fd> {
    let Known(flags) = flags;
    let semaphore = flags.contains(CounterFlags::SEMAPHORE);
    let counter = event::counter(start, semaphore, flags.contains(CounterFlags::NONBLOCK));
    caller.add_file(counter, 0, flags.contains(CounterFlags::CLOSE_ON_EXEC))
}

/// timerfd_create(2)
pub(super) fn timerfd_create(caller: &mut Caller, clock: u32, flags: Known<AlarmFlags>) -> Result<Fd> {
    match clock {
        linux::CLOCK_REALTIME | linux::CLOCK_MONOTONIC | linux::CLOCK_BOOTTIME => {}
        linux::CLOCK_REALTIME_ALARM | linux::CLOCK_BOOTTIME_ALARM => {
            caller.process().credentials().need(linux::CAP_WAKE_ALARM)?;
        }
        _ => return Err(Errno::EINVAL),
    }
    let alarm = event::alarm(clock, flags.0.contains(AlarmFlags::NONBLOCK));
    caller.add_file(alarm, 0, flags.0.contains(AlarmFlags::CLOSE_ON_EXEC))
}

/// timerfd_settime(2)
pub(super) fn timerfd_settime(
    caller: &mut Caller,
    fd: Fd,
    flags: Known<SetFlags>,
    new: Pointer,
    old: Pointer,
) -> Result<()> {
    let [interval, interval_part, first, first_part] = caller.words(new.0)?;
    let time = |seconds: u64, part: u64| TimeSpec::new(seconds as i64, part as i64)?.to_nanoseconds();
    let (interval, first) = (time(interval, interval_part)?, time(first, first_part)?);
    let file = caller.file(fd)?;
    let alarm = alarm_of(&file)?;
    let by_date = [linux::CLOCK_REALTIME, linux::CLOCK_REALTIME_ALARM].contains(&alarm.clock);
    let by = match flags.0.contains(SetFlags::ABSOLUTE) && by_date {
        true if flags.0.contains(SetFlags::CANCEL_ON_SET) => By::SteadyDate,
        true => By::Date,
        false => By::Span,
    };
    let next = match first {
        0 => None,
        first => {
            let clock = Clock::new(alarm.clock as i32, caller.thread())?;
            Some(clock.deadline(first, flags.0.contains(SetFlags::ABSOLUTE))?)
        }
    };
    let before = alarm.set(next, interval, by)?;
    match old.non_null() {
        Some(old) => tell(caller, before, old),
        None => Ok(()),
    }
}

/// timerfd_gettime(2)
pub(super) fn timerfd_gettime(caller: &mut Caller, fd: Fd, into: Pointer) -> Result<()> {
    let file = caller.file(fd)?;
    let now = alarm_of(&file)?.get();
    tell(caller, now, into.0)
}

fn alarm_of(file: &Arc<OpenFile>) -> Result<&Alarm> {
    file.check_opened()?;
    file.file().alarm().ok_or(Errno::EINVAL)
}

/// `struct itimerspec`: the interval, then what is left.
fn tell(caller: &Caller, (left, interval): (u64, u64), to: u64) -> Result<()> {
    let times = [interval, left].map(|time| time::encode(TimeSpec::from_nanoseconds(time)));
    caller.write(to, times.as_flattened())
}
