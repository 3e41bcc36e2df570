//! Counters as files: eventfd(2), and timerfd_create(2), whose counter a clock counts up.

use super::anonymous;
use super::file::File;
use super::open_file::OpenFile;
use super::poll::Readiness;
use crate::memory::{Sink, Source};
use crate::task::{self, Instant, TaskContext, Timer, WaitQueue, Wake};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::clock::{now, wall_clock_at_boot};
use machine::lock::SpinLock;

/// One more than an eventfd ever counts to.
const LIMIT: u64 = u64::MAX;

/// The size of a counter.
const SIZE: usize = 8;

/// A counter that programs count up and take: eventfd(2).
struct Counter {
    count: SpinLock<Count>,
    changed: WaitQueue,
    /// A read takes one, not all.
    semaphore: bool,
}

/// What it has counted to, and how often something was taken.
struct Count {
    value: u64,
    taken: u64,
}

/// A new eventfd.
pub fn counter(start: u32, semaphore: bool, nonblock: bool) -> Arc<OpenFile> {
    let count = SpinLock::new("eventfd", Count { value: u64::from(start), taken: 0 });
    let counter = Counter { count, changed: WaitQueue::new(), semaphore };
    anonymous::open(Arc::new(counter), "anon_inode:[eventfd]", nonblock)
}

impl File for Counter {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        if into.remaining() < SIZE {
            return Err(Errno::EINVAL);
        }
        let taken = {
            let mut count = self.count.lock();
            if count.value == 0 {
                return Err(Errno::EAGAIN);
            }
            let taken = if self.semaphore { 1 } else { count.value };
            count.value -= taken;
            count.taken = count.taken.wrapping_add(1);
            taken
        };
        self.changed.wake_all();
        give(ctx, taken, into)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        if from.remaining() < SIZE {
            return Err(Errno::EINVAL);
        }
        // The number is taken only once there is room for it: who has to wait comes here again with all of it.
        let mut bytes = [0; SIZE];
        if from.peek(ctx, &mut bytes)? < SIZE {
            return Err(Errno::EFAULT);
        }
        let more = u64::from_le_bytes(bytes);
        if more == LIMIT {
            return Err(Errno::EINVAL);
        }
        {
            let mut count = self.count.lock();
            count.value = count.value.checked_add(more).filter(|&sum| sum < LIMIT).ok_or(Errno::EAGAIN)?;
        }
        from.limit(0);
        self.changed.wake_all();
        Ok(SIZE)
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let count = self.count.lock().value;
        let mut ready = Readiness::empty();
        ready.set(Readiness::IN | Readiness::RDNORM, count > 0);
        ready.set(Readiness::OUT | Readiness::WRNORM, count < LIMIT - 1);
        ready
    }

    fn room_made(&self) -> Option<u64> {
        Some(self.count.lock().taken)
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.changed)
    }
}

fn give(ctx: &TaskContext, count: u64, into: &mut Sink<'_>) -> Result<usize> {
    let went = into.write(ctx, &count.to_le_bytes())?;
    if went == SIZE { Ok(SIZE) } else { Err(Errno::EFAULT) }
}

/// A counter of a timer's expirations: timerfd_create(2).
pub struct Alarm {
    state: SpinLock<Setting>,
    expired: WaitQueue,
    /// The number of the clock that absolute times are of.
    pub clock: u32,
    /// Itself, for the clock to call.
    own: Weak<Alarm>,
}

/// How an alarm is set.
#[derive(Default)]
struct Setting {
    /// When it expires next; `None`: never.
    next: Option<Instant>,
    /// How often after that, in nanoseconds; 0: not again.
    interval: u64,
    /// Expirations before `next` that nobody has read yet.
    count: u64,
    timer: Option<Timer>,
    /// `next` is a date, and moves when that is set.
    dated: Option<Dated>,
}

/// A time by the date.
#[derive(Clone, Copy)]
struct Dated {
    /// When the machine started, as it was when `next` was reckoned.
    start: u64,
    /// Who reads is to know when the date is set.
    cancels: bool,
    /// It was set.
    cancelled: bool,
}

/// What an alarm goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// A clock that nobody sets.
    Span,
    /// The date.
    Date,
    /// The date; and who reads is to know when that is set.
    SteadyDate,
}

/// Alarms that go by the date.
static DATED: SpinLock<Vec<Weak<Alarm>>> = SpinLock::new("alarms by the date", Vec::new());

/// Called when the date was set: who waits for a date waits shorter or longer now.
pub fn date_was_set() {
    let mut index = 0;
    loop {
        let Some(alarm) = DATED.lock().get(index).cloned() else { break };
        if let Some(alarm) = alarm.upgrade() {
            alarm.follow_date();
        }
        index += 1;
    }
}

/// A new alarm by a clock, not set.
pub fn alarm(clock: u32, nonblock: bool) -> Arc<OpenFile> {
    let alarm = Arc::new_cyclic(|own| Alarm {
        state: SpinLock::new("timerfd", Setting::default()),
        expired: WaitQueue::new(),
        clock,
        own: own.clone(),
    });
    anonymous::open(alarm, "anon_inode:[timerfd]", nonblock)
}

impl Alarm {
    /// Goes by the date as it is now.
    fn follow_date(&self) {
        let mut state = self.state.lock();
        let Some(dated) = state.dated else { return };
        let start = wall_clock_at_boot();
        let next = state.next.map(|next| Instant(next.0.saturating_add(dated.start).saturating_sub(start)));
        (state.next, state.dated) = (next, Some(Dated { start, cancelled: dated.cancels, ..dated }));
        drop(state);
        if let Some(next) = next {
            // Without memory for the deadline it falls silent.
            let timer = task::at(next, self.own.clone()).ok();
            let old = core::mem::replace(&mut self.state.lock().timer, timer);
            drop(old);
        }
        self.expired.wake_all();
    }

    /// Has it hear of the date's being set.
    fn listen(&self) -> Result<()> {
        let mut listeners = DATED.lock();
        if listeners.iter().any(|other| Weak::ptr_eq(other, &self.own)) {
            return Ok(());
        }
        listeners.retain(|other| other.strong_count() > 0);
        listeners.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        listeners.push(self.own.clone());
        Ok(())
    }

    /// Sets it, or stops it with `None`; tells how long it would have been to the next expiration (0: it was not set), and the interval.
    pub fn set(&self, next: Option<Instant>, interval: u64, by: By) -> Result<(u64, u64)> {
        if by != By::Span {
            self.listen()?;
        }
        let dated = Dated { start: wall_clock_at_boot(), cancels: by == By::SteadyDate, cancelled: false };
        let dated = (by != By::Span).then_some(dated);
        let timer = next.map(|next| task::at(next, self.own.clone())).transpose()?;
        let mut state = self.state.lock();
        let before = state.remaining();
        let old = core::mem::replace(&mut *state, Setting { next, interval, count: 0, timer, dated });
        drop(state);
        drop(old);
        self.expired.wake_all();
        Ok(before)
    }

    /// How long it is to the next expiration (0: it is not set), and the interval.
    pub fn get(&self) -> (u64, u64) {
        self.state.lock().remaining()
    }
}

impl Setting {
    /// Counts what has expired until now.
    fn advance(&mut self) {
        let now = now().0;
        let Some(next) = self.next.filter(|next| next.0 <= now) else { return };
        let Some(more) = (now - next.0).checked_div(self.interval) else {
            self.count += 1;
            self.next = None;
            return;
        };
        self.count = self.count.saturating_add(more + 1);
        self.next = Some(Instant(next.0.saturating_add((more + 1).saturating_mul(self.interval))));
    }

    /// Whether the date was set since somebody looked who wants to know.
    fn take_cancelled(&mut self) -> bool {
        self.dated.as_mut().is_some_and(|dated| core::mem::take(&mut dated.cancelled))
    }

    fn remaining(&mut self) -> (u64, u64) {
        self.advance();
        let left = self.next.map_or(0, |next| next.0.saturating_sub(now().0).max(1));
        (left, self.interval)
    }
}

impl Wake for Alarm {
    fn wake(&self) {
        self.expired.wake_all();
    }
}

impl File for Alarm {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        if into.remaining() < SIZE {
            return Err(Errno::EINVAL);
        }
        let (count, next) = {
            let mut state = self.state.lock();
            state.advance();
            let count = core::mem::take(&mut state.count);
            if state.take_cancelled() {
                return Err(Errno::ECANCELED);
            }
            (count, state.next)
        };
        if count == 0 {
            return Err(Errno::EAGAIN);
        }
        // The next expiration is to wake again.
        if let Some(next) = next {
            let timer = task::at(next, self.own.clone())?;
            let old = self.state.lock().timer.replace(timer);
            drop(old);
        }
        give(ctx, count, into)
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let mut state = self.state.lock();
        state.advance();
        if state.count > 0 || state.dated.is_some_and(|dated| dated.cancelled) {
            Readiness::IN | Readiness::RDNORM
        } else {
            Readiness::empty()
        }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.expired)
    }

    fn alarm(&self) -> Option<&Alarm> {
        Some(self)
    }
}
