//! A timer that sends signals: alarm(2), setitimer(2), timer_create(2). `timers` has those of a process.
//!
//! A timer by a clock of the world is an entry in the task layer's list of deadlines, and rings in the clock's interrupt. One by a
//! clock of a process is looked at when that process was found running by a tick (`Process::clocked`).
//!
//! A timer that repeats is set anew when its signal is *taken*, not when it is sent: what it would have sent meanwhile is counted as
//! overrun. So no interval is too short. The lock of each timer protects its setting.

use super::clock::{Clock, Reading};
use super::process::Process;
use super::signal::{self, Detail, Info, Sent};
use super::thread::Thread;
use crate::task::{self, Wake};
use alloc::sync::{Arc, Weak};
use core::mem::discriminant;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::errno::Result;
use logic::signal::Signal;
use machine::lock::SpinLock;

/// How soon a timer rings again at the earliest whose signal nobody wants.
const IGNORED_INTERVAL: u64 = 1_000_000;

/// What a timer does when it rings.
#[derive(Clone)]
pub enum Event {
    /// Nothing: it can only be looked at.
    Nothing,
    /// The kernel's own signal to the process.
    Alarm(Signal),
    /// A signal with a value to the process.
    Process(Signal, u64),
    /// A signal with a value to one thread.
    Thread(Signal, u64, Weak<Thread>),
}

/// A timer.
pub struct Timer {
    process: Weak<Process>,
    /// Its number; for the signal.
    id: u32,
    clock: Clock,
    event: Event,
    state: SpinLock<State>,
    this: Weak<Timer>,
}

struct State {
    /// What `next` is told by: the timer's clock. One that rings after some time goes by a clock that nobody sets.
    by: Clock,
    /// When it rings, by its clock; stays while the signal waits to be taken.
    next: Option<Reading>,
    interval: u64,
    /// Its signal has been sent and not been taken.
    sent: bool,
    /// How often it would have rung before its last signal was taken.
    overrun: u64,
    alarm: Option<task::Timer>,
}

/// How a timer is set: nanoseconds until it rings (0: never), and then again and again (0: once).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Setting {
    /// Until it rings.
    pub value: u64,
    /// Between one time and the next.
    pub interval: u64,
}

impl Timer {
    pub(super) fn new(process: &Arc<Process>, id: u32, clock: Clock, event: Event) -> Arc<Timer> {
        let by = clock.clone();
        let state = State { by, next: None, interval: 0, sent: false, overrun: 0, alarm: None };
        let state = SpinLock::new("timer", state);
        let process = Arc::downgrade(process);
        Arc::new_cyclic(|this| Timer { process, id, clock, event, state, this: this.clone() })
    }

    /// Whether it goes by a clock of the world.
    pub(super) fn is_of_world(&self) -> bool {
        self.clock.is_of_world()
    }

    /// Sets it anew if it rings at a date.
    pub(super) fn date_was_set(&self) {
        let mut state = self.state.lock();
        if state.by.is_date() {
            // Without memory for the deadline it falls silent.
            let _ = self.arm(&mut state);
        }
    }

    /// How it is set.
    pub fn setting(&self) -> Setting {
        let now = self.by().now();
        let state = self.state.lock();
        self.setting_at(now, state.next, state.interval)
    }

    /// What it goes by now. A clock is read without the lock.
    fn by(&self) -> Clock {
        self.state.lock().by.clone()
    }

    fn setting_at(&self, now: Reading, next: Option<Reading>, interval: u64) -> Setting {
        let value = match next {
            None => 0,
            Some(next) if next > now => next - now,
            Some(next) if interval > 0 => interval - (now - next) % interval,
            // One that sends a signal will do so in a moment.
            Some(_) => u64::from(!matches!(self.event, Event::Nothing)),
        };
        Setting { value, interval }
    }

    /// Sets it, from now on or (`absolute`) for when its clock shows the value; how it was set. `ENOMEM`.
    pub fn set(&self, new: Setting, absolute: bool) -> Result<Setting> {
        let state = self.state.lock();
        let (by, next, interval) = (state.by.clone(), state.next, state.interval);
        drop(state);
        // What time it is matters only to a timer that is, or will be, set.
        let now = if next.is_some() || new.value != 0 { by.now() } else { 0 };
        let old = self.setting_at(now, next, interval);
        let next_by = if absolute { self.clock.clone() } else { self.clock.steady() };
        // Of a kind there is one that a timer goes by, and some are dear to read.
        let now = if discriminant(&next_by) == discriminant(&by) || new.value == 0 { now } else { next_by.now() };
        let by = next_by;
        let mut state = self.state.lock();
        state.by = by;
        let first = if absolute { new.value } else { now.saturating_add(new.value) };
        state.next = (new.value != 0).then_some(first);
        state.interval = if new.value != 0 { new.interval } else { 0 };
        (state.sent, state.overrun) = (false, 0);
        let armed = self.arm(&mut state);
        drop(state);
        if new.value != 0 && first <= now {
            self.ring();
        }
        if !self.clock.is_of_world()
            && let Some(process) = self.process.upgrade()
        {
            match new.value {
                0 => process.watch_clock(),
                _ => process.clocked.store(true, Ordering::Relaxed),
            }
        }
        armed.map(|()| old)
    }

    /// How often it would have rung before its last signal was taken.
    pub fn overrun(&self) -> u32 {
        self.state.lock().overrun.min(i32::MAX as u64) as u32
    }

    pub(super) fn is_set(&self) -> bool {
        self.state.lock().next.is_some()
    }

    pub(super) fn stop(&self) {
        let mut state = self.state.lock();
        state.next = None;
        let alarm = state.alarm.take();
        drop(state);
        drop(alarm);
    }

    /// Sees that it rings in time.
    fn arm(&self, state: &mut State) -> Result<()> {
        let silent = state.sent || matches!(self.event, Event::Nothing);
        let Some(next) = state.next.filter(|_| !silent && self.clock.is_of_world()) else {
            state.alarm = None;
            return Ok(());
        };
        let time = state.by.instant_of(next);
        if !state.alarm.as_ref().is_some_and(|alarm| alarm.change(time)) {
            state.alarm = None;
            state.alarm = Some(task::at(time, self.this.clone())?);
        }
        Ok(())
    }

    /// Sends the signal if it is time.
    pub(super) fn ring(&self) {
        let now = self.by().now();
        let mut state = self.state.lock();
        let is_due = !state.sent && state.next.is_some_and(|next| next <= now);
        if !is_due {
            // The date may have been set back meanwhile. Without memory for the deadline it falls silent.
            let _ = self.arm(&mut state);
            return;
        }
        let repeats_by_itself = matches!(self.event, Event::Alarm(_)) && !self.clock.is_of_world();
        if state.interval == 0 {
            state.next = None;
        } else if repeats_by_itself {
            state.pass(now);
        }
        state.sent = state.interval != 0 && !repeats_by_itself;
        drop(state);
        if self.send() == Sent::Ignored {
            self.ring_later(now);
        }
    }

    fn send(&self) -> Sent {
        let Some(process) = self.process.upgrade() else { return Sent::Kept };
        let info = |signal, value| {
            let detail = Detail::Timer { id: self.id, overrun: 0, value };
            Info { signal, code: linux::SI_TIMER, detail }
        };
        match &self.event {
            Event::Nothing => Sent::Kept,
            Event::Alarm(signal) => signal::send_to_process(&process, Info::kernel(*signal)),
            Event::Process(signal, value) => signal::send_to_process(&process, info(*signal, *value)),
            Event::Thread(signal, value, thread) => {
                thread.upgrade().map_or(Sent::Kept, |thread| signal::send_to_thread(&thread, info(*signal, *value)))
            }
        }
    }

    /// Goes on with a timer whose signal nobody will take.
    fn ring_later(&self, now: Reading) {
        let mut state = self.state.lock();
        if core::mem::take(&mut state.sent) {
            state.pass(now);
            state.next = state.next.map(|next| next.max(now + IGNORED_INTERVAL));
            // Without memory for the deadline it falls silent.
            let _ = self.arm(&mut state);
        }
    }

    /// Its signal was taken: it goes on. How often it would have rung since.
    pub(super) fn taken(&self) -> u32 {
        let now = self.by().now();
        let mut state = self.state.lock();
        if core::mem::take(&mut state.sent) {
            state.overrun = state.pass(now);
            // Without memory for the deadline it falls silent.
            let _ = self.arm(&mut state);
        }
        state.overrun.min(i32::MAX as u64) as u32
    }
}

impl State {
    /// Moves on to the first time that is not past; how many are skipped.
    fn pass(&mut self, now: Reading) -> u64 {
        let Some(next) = self.next.filter(|_| self.interval > 0) else { return 0 };
        let skipped = now.saturating_sub(next) / self.interval;
        self.next = Some(next.saturating_add(self.interval.saturating_mul(skipped + 1)));
        skipped
    }
}

impl Wake for Timer {
    fn wake(&self) {
        self.ring();
    }
}
