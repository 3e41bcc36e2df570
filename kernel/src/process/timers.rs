//! The timers of a process, and the limit of CPU time, which is minded in the same way: getrlimit(2). A lock protects each of the two
//! lists; it is not held while a timer is set or rings.

use super::clock::Clock;
use super::process::Process;
use super::session;
use super::signal::{self, Detail, Info};
use super::timer::{Event, Timer};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use machine::lock::SpinLock;

const SECOND: u64 = 1_000_000_000;

/// The timers of a process.
pub(super) struct Timers {
    /// Those of setitimer(2), by number, as far as they were ever used.
    intervals: SpinLock<[Option<Arc<Timer>>; 3]>,
    /// Those of timer_create(2), by number.
    list: SpinLock<Vec<Option<Arc<Timer>>>>,
}

impl Timers {
    pub(super) fn new() -> Timers {
        Timers {
            intervals: SpinLock::new("interval timers", [const { None }; 3]),
            list: SpinLock::new("timers", Vec::new()),
        }
    }
}

impl Process {
    /// The interval timer of a number, `linux::ITIMER_`; `EINVAL`.
    pub fn interval_timer(self: &Arc<Self>, which: u32) -> Result<Arc<Timer>> {
        let known = self.timers.intervals.lock().get(which as usize).cloned().ok_or(Errno::EINVAL)?;
        if let Some(timer) = known {
            return Ok(timer);
        }
        let (clock, signal) = match which {
            linux::ITIMER_VIRTUAL => (Clock::ProcessUser(self.clone()), Signal::VTALRM),
            linux::ITIMER_PROF => (Clock::Process(self.clone()), Signal::PROF),
            _ => (Clock::Monotonic, Signal::ALRM),
        };
        let new = Timer::new(self, 0, clock, Event::Alarm(signal));
        let mut timers = self.timers.intervals.lock();
        let place = &mut timers[which as usize];
        let timer = place.get_or_insert(new.clone()).clone();
        drop(timers);
        drop(new);
        Ok(timer)
    }

    /// Makes a timer; its number. `EAGAIN` if there are too many.
    pub fn create_timer(self: &Arc<Self>, clock: Clock, make_event: impl FnOnce(u32) -> Event) -> Result<u32> {
        let most = self.soft_limit(linux::RLIMIT_SIGPENDING);
        let mut list = self.timers.list.lock();
        let index = list.iter().position(Option::is_none).unwrap_or(list.len());
        if index as u64 >= most {
            return Err(Errno::EAGAIN);
        }
        if index == list.len() {
            list.try_reserve(1).map_err(|_| Errno::EAGAIN)?;
            list.push(None);
        }
        list[index] = Some(Timer::new(self, index as u32, clock, make_event(index as u32)));
        Ok(index as u32)
    }

    /// A timer that was made; `EINVAL`.
    pub fn timer(&self, id: u32) -> Result<Arc<Timer>> {
        self.timers.list.lock().get(id as usize).cloned().flatten().ok_or(Errno::EINVAL)
    }

    /// Takes a timer away; `EINVAL`.
    pub fn delete_timer(&self, id: u32) -> Result<()> {
        let timer = self.timers.list.lock().get_mut(id as usize).and_then(Option::take).ok_or(Errno::EINVAL)?;
        timer.stop();
        self.watch_clock();
        Ok(())
    }

    /// Takes all away that timer_create(2) made: execve(2).
    pub(super) fn forget_timers(&self) {
        let list = core::mem::take(&mut *self.timers.list.lock());
        list.iter().flatten().for_each(|timer| timer.stop());
        self.watch_clock();
    }

    /// Takes all timers away: it ends.
    pub(super) fn drop_timers(&self) {
        self.forget_timers();
        let timers = core::mem::take(&mut *self.timers.intervals.lock());
        timers.iter().flatten().for_each(|timer| timer.stop());
    }

    /// Looks whether anything is to happen when it has run for some time: only then do ticks look at it.
    pub fn watch_clock(&self) {
        let limited = self.soft_limit(linux::RLIMIT_CPU) != u64::MAX;
        let watched = self.clock_watchers.load(Ordering::Relaxed) > 0;
        let clocked = limited || watched || self.find_timer(|timer| timer.is_set() && !timer.is_of_world()).is_some();
        self.clocked.store(clocked, Ordering::Relaxed);
    }

    /// Called when a tick found it running: rings the timers that are due, and minds the limit of CPU time.
    pub(super) fn look_at_clock(&self) {
        self.find_timer(|timer| {
            if !timer.is_of_world() {
                timer.ring();
            }
            false
        });
        self.clock_moved.wake_all();
        let seconds = self.run_time() / SECOND;
        let over = self.change_limits(|limits| limits.spend(seconds));
        if let Some(signal) = over {
            signal::send_to_process(self, Info::kernel(signal));
        }
        self.watch_clock();
    }

    /// Called when a signal is taken: a timer that sent it is set anew, and its overrun is told.
    pub(super) fn signal_taken(&self, info: &mut Info) {
        match &mut info.detail {
            Detail::Timer { id, overrun, .. } => {
                if let Ok(timer) = self.timer(*id) {
                    *overrun = timer.taken();
                }
            }
            _ if info.signal == Signal::ALRM => {
                let timer = self.timers.intervals.lock()[linux::ITIMER_REAL as usize].clone();
                if let Some(timer) = timer {
                    timer.taken();
                }
            }
            _ => {}
        }
    }

    fn find_timer(&self, is_meant: impl Fn(&Timer) -> bool) -> Option<Arc<Timer>> {
        let mut index = 0;
        loop {
            let next = self.timers.list.lock().get(index).cloned();
            match next {
                Some(Some(timer)) if is_meant(&timer) => return Some(timer),
                Some(_) => index += 1,
                None => break,
            }
        }
        let intervals = self.timers.intervals.lock().clone();
        intervals.into_iter().flatten().find(|timer| is_meant(timer))
    }
}

/// Sets all timers anew that ring at a date.
pub(super) fn date_was_set() {
    session::find_map(|process| {
        process.find_timer(|timer| {
            timer.date_was_set();
            false
        });
        None::<()>
    });
}
