//! The clocks that programs read, wait for and set: clock_gettime(2), clock_settime(2).

use super::adjust;
use super::process::Process;
use super::table::{self, Pid};
use super::thread::{Thread, find_thread};
use crate::fs;
use crate::task::{Instant, Patience, TaskContext, WaitQueue};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU64, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::clock;

/// A clock.
#[derive(Clone)]
pub enum Clock {
    /// The date.
    Realtime,
    /// The date by atomic time, without leap seconds.
    Atomic,
    /// Since the machine started.
    Monotonic,
    /// How long a process has run, in its program and in the kernel.
    Process(Arc<Process>),
    /// How long a process has run in its program.
    ProcessUser(Arc<Process>),
    /// How long a thread has run.
    Thread(Arc<Thread>),
    /// How long a thread has run in its program.
    ThreadUser(Arc<Thread>),
}

/// A moment by a clock, in nanoseconds.
pub type Reading = u64;

/// What is told for the clocks that Linux moves by its own ticks.
const COARSE: u64 = 4_000_000;

/// How often the date was set; who waits for a date looks anew then.
static SETTINGS: AtomicU64 = AtomicU64::new(0);
static SET: WaitQueue = WaitQueue::new();

impl Clock {
    /// The clock of a number; `EINVAL`. Negative numbers name the clocks of a process or thread: clock_getcpuclockid(3).
    pub fn new(number: i32, caller: &Arc<Thread>) -> Result<Clock> {
        let Ok(number) = u32::try_from(number) else { return Clock::of_number(number, caller) };
        Ok(match number {
            linux::CLOCK_REALTIME | linux::CLOCK_REALTIME_COARSE | linux::CLOCK_REALTIME_ALARM => Clock::Realtime,
            linux::CLOCK_TAI => Clock::Atomic,
            linux::CLOCK_MONOTONIC | linux::CLOCK_MONOTONIC_RAW | linux::CLOCK_MONOTONIC_COARSE => Clock::Monotonic,
            linux::CLOCK_BOOTTIME | linux::CLOCK_BOOTTIME_ALARM => Clock::Monotonic,
            linux::CLOCK_PROCESS_CPUTIME_ID => Clock::Process(caller.process.clone()),
            linux::CLOCK_THREAD_CPUTIME_ID => Clock::Thread(caller.clone()),
            _ => return Err(Errno::EINVAL),
        })
    }

    /// Of a process or thread: the number's complement above its three lowest bits, of which one tells a thread and two the part.
    fn of_number(number: i32, caller: &Arc<Thread>) -> Result<Clock> {
        const OF_THREAD: i32 = 4;
        const ALL_TIME: [i32; 2] = [0, 2];
        const USER: i32 = 1;
        let (id, kind) = (Pid(!(number >> 3) as u32), number & 3);
        if kind != USER && !ALL_TIME.contains(&kind) {
            return Err(Errno::EINVAL);
        }
        if number & OF_THREAD != 0 {
            let own = caller.process.pid();
            let thread = if id.0 == 0 { Ok(caller.clone()) } else { find_thread(Some(own), id) };
            let thread = thread.map_err(|_| Errno::EINVAL)?;
            return Ok(if kind == USER { Clock::ThreadUser(thread) } else { Clock::Thread(thread) });
        }
        let process = if id.0 == 0 { Ok(caller.process.clone()) } else { table::find(id) };
        let process = process.map_err(|_| Errno::EINVAL)?;
        Ok(if kind == USER { Clock::ProcessUser(process) } else { Clock::Process(process) })
    }

    /// The clock of a number, to wait by: `EOPNOTSUPP` for those that only tell the time; `EPERM` for those that wake the machine.
    pub fn to_wait(number: i32, caller: &Arc<Thread>) -> Result<Clock> {
        let clock = Clock::new(number, caller)?;
        match number as u32 {
            linux::CLOCK_REALTIME_COARSE | linux::CLOCK_MONOTONIC_COARSE | linux::CLOCK_MONOTONIC_RAW => {
                Err(Errno::EOPNOTSUPP)
            }
            linux::CLOCK_REALTIME_ALARM | linux::CLOCK_BOOTTIME_ALARM => {
                caller.process.credentials().need(linux::CAP_WAKE_ALARM).map(|()| clock)
            }
            _ => Ok(clock),
        }
    }

    /// The clock to measure spans with that begin now: nobody sets it.
    pub fn steady(&self) -> Clock {
        if self.is_date() { Clock::Monotonic } else { self.clone() }
    }

    /// Whose running it tells, if it does.
    fn process(&self) -> Option<&Arc<Process>> {
        match self {
            Clock::Process(process) | Clock::ProcessUser(process) => Some(process),
            Clock::Thread(thread) | Clock::ThreadUser(thread) => Some(&thread.process),
            Clock::Realtime | Clock::Atomic | Clock::Monotonic => None,
        }
    }

    /// Sleeps until it shows this, for a clock that tells how long somebody has run: as exact as the ticks. False if a signal came
    /// first.
    pub fn sleep_until(&self, ctx: &TaskContext, reading: Reading) -> bool {
        let Some(process) = self.process() else { return true };
        process.clock_watchers.fetch_add(1, Ordering::Relaxed);
        process.watch_clock();
        let is_time = || (self.now() >= reading).then_some(());
        let patience = Patience { interruptible: true, deadline: None };
        let result = process.clock_moved.wait(ctx, patience, is_time);
        process.clock_watchers.fetch_sub(1, Ordering::Relaxed);
        result.is_ok()
    }

    /// What it shows, in nanoseconds.
    pub fn now(&self) -> Reading {
        match self {
            Clock::Realtime => date_at(clock::now().0),
            Clock::Atomic => date_at(clock::now().0).saturating_add_signed(adjust::tai()),
            Clock::Monotonic => clock::now().0,
            Clock::Process(process) => process.run_time(),
            Clock::ProcessUser(process) => process.used().usage.user,
            Clock::Thread(thread) => thread.run_time(),
            Clock::ThreadUser(thread) => thread.usage().user,
        }
    }

    /// What it shows.
    pub fn read(&self) -> TimeSpec {
        TimeSpec::from_nanoseconds(self.now())
    }

    /// The smallest step that the clock of a number shows.
    pub fn resolution(number: i32) -> TimeSpec {
        let coarse = [linux::CLOCK_REALTIME_COARSE as i32, linux::CLOCK_MONOTONIC_COARSE as i32].contains(&number);
        TimeSpec::from_nanoseconds(if coarse { COARSE } else { 1 })
    }

    /// Whether it goes on while a process sleeps.
    pub fn is_of_world(&self) -> bool {
        self.is_date() || matches!(self, Clock::Monotonic)
    }

    /// Whether it can be set.
    pub fn is_date(&self) -> bool {
        matches!(self, Clock::Realtime | Clock::Atomic)
    }

    /// When it will show this; for the clocks of the world.
    pub fn instant_of(&self, reading: Reading) -> Instant {
        match self {
            Clock::Realtime => {
                let now = clock::now().0;
                Instant(reading.saturating_sub(clock::wall_clock_at_boot()).saturating_add_signed(-adjust::ahead(now)))
            }
            Clock::Atomic => Clock::Realtime.instant_of(reading.saturating_add_signed(-adjust::tai())),
            _ => Instant(reading),
        }
    }

    /// When a wait by this clock ends that lasts for so many nanoseconds, or until the clock shows them. `EOPNOTSUPP` for clocks
    /// that stand still in a sleep.
    pub fn deadline(&self, time: u64, absolute: bool) -> Result<Instant> {
        match self {
            _ if !self.is_of_world() => Err(Errno::EOPNOTSUPP),
            _ if !absolute => Ok(now_and(time)),
            _ => Ok(self.instant_of(time)),
        }
    }
}

/// The date at a time of the machine's clock.
fn date_at(now: u64) -> Reading {
    clock::wall_clock_at_boot().saturating_add(now).saturating_add_signed(adjust::ahead(now))
}

/// Sets the date; `EINVAL` for one before the machine's start would be 1970.
pub fn set_date(nanoseconds: Reading) -> Result<()> {
    let now = clock::now().0;
    let start = nanoseconds.checked_sub(now).and_then(|start| start.checked_add_signed(-adjust::ahead(now)));
    let start = start.ok_or(Errno::EINVAL)?;
    clock::set_wall_clock_at_boot(start);
    SETTINGS.fetch_add(1, Ordering::Release);
    SET.wake_all();
    super::timers::date_was_set();
    fs::event::date_was_set();
    Ok(())
}

/// Sleeps until the date is this by a clock, however often it is set meanwhile; false if a signal came first.
pub fn sleep_until_date(ctx: &TaskContext, clock: &Clock, date: Reading) -> bool {
    loop {
        let seen = SETTINGS.load(Ordering::Acquire);
        let deadline = Some(clock.instant_of(date));
        let was_set = || (SETTINGS.load(Ordering::Acquire) != seen).then_some(());
        match SET.wait(ctx, Patience { interruptible: true, deadline }, was_set) {
            Ok(()) => {}
            Err(Errno::EINTR) => return false,
            // It may have gone more slowly than it was to.
            Err(_) if clock.now() < date => {}
            Err(_) => return true,
        }
    }
}

/// The time so many nanoseconds from now. Who does not want to wait need not know what time it is.
pub fn now_and(nanoseconds: u64) -> Instant {
    if nanoseconds == 0 { Instant(0) } else { Instant(clock::now().0.saturating_add(nanoseconds)) }
}

/// The nanoseconds until a time; 0 if it is past.
pub fn until(time: Instant) -> u64 {
    time.0.saturating_sub(clock::now().0)
}
