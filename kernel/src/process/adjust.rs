//! Correcting the date: adjtimex(2). Besides being set, the date may run faster or slower than the machine's clock, by a rate or until
//! some offset is made up for, and its distance to atomic time is known.
//!
//! The lock protects all of it. As long as nobody has corrected anything, reading the date costs one look at `IN_USE`.

use super::clock;
use bitflags::bitflags;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::{Errno, Result};
use machine::clock::now;
use machine::lock::SpinLock;

/// How fast an offset is made up for: so many nanoseconds a second (Linux's MAX_TICKADJ).
const SLEW: i64 = 500_000;
/// Frequencies are told in millionths, times 65,536; this is the most (MAXFREQ).
pub const MOST_FREQUENCY: i64 = 500 << 16;
/// The largest offset, in nanoseconds (MAXPHASE).
const MOST_OFFSET: i64 = 500_000_000;
/// What a tick of 100 in a second is, in microseconds.
const TICK: i64 = 10_000;
const MOST_CONSTANT: i64 = 10;
const MOST_TAI: i64 = 100_000;
/// What is not known: sixteen seconds, in microseconds.
const UNKNOWN: i64 = 16_000_000;
const SECOND: i64 = 1_000_000_000;

bitflags! {
    /// What a program wants changed: `ADJ_`, linux/timex.h.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Modes: u32 {
        /// What is to be made up for.
        const OFFSET = 1;
        /// The rate.
        const FREQUENCY = 2;
        /// How wrong the date is at most.
        const MAX_ERROR = 4;
        /// How wrong it is probably.
        const ESTIMATED_ERROR = 8;
        /// The status.
        const STATUS = 0x10;
        /// How slowly offsets are made up for.
        const CONSTANT = 0x20;
        /// How far atomic time is ahead.
        const TAI = 0x80;
        /// The date is moved at once.
        const STEP = 0x100;
        /// Tell times in microseconds.
        const MICRO = 0x1000;
        /// Tell times in nanoseconds; for adjtime(3): change nothing.
        const NANO = 0x2000;
        /// The length of a tick.
        const TICK = 0x4000;
        /// The offset is for adjtime(3).
        const ADJTIME = 0x8000;
        const _ = !0;
    }

    /// The state of the date: `STA_`, linux/timex.h.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Status: u32 {
        /// The date is locked to another: offsets count.
        const LOCKED = 1;
        /// Nobody says that it is right.
        const UNSYNCHRONISED = 0x40;
        /// Times are told in nanoseconds.
        const NANO = 0x2000;
        /// What a program cannot set.
        const READ_ONLY = 0xff00;
        const _ = !0;
    }
}

/// How the date is corrected, as `struct timex` tells it.
#[derive(Clone, Copy, Debug)]
pub struct Adjustment {
    /// The state.
    pub status: Status,
    /// In microseconds.
    pub max_error: i64,
    /// In microseconds.
    pub estimated_error: i64,
    /// How slowly offsets are made up for.
    pub constant: i64,
    /// In millionths, times 65,536.
    pub frequency: i64,
    /// In microseconds.
    pub tick: i64,
    /// How many seconds atomic time is ahead.
    pub tai: i32,
    /// What is yet to be made up for, in nanoseconds.
    pub offset: i64,
    /// What the date is ahead of what was set, at `since`.
    ahead: i64,
    since: u64,
}

/// What a program wants changed: the fields of `struct timex` that count, and which (`ADJ_`).
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Which of them.
    pub modes: Modes,
    /// In the unit that the status tells.
    pub offset: i64,
    /// As in `Adjustment`.
    pub frequency: i64,
    /// As in `Adjustment`.
    pub max_error: i64,
    /// As in `Adjustment`.
    pub estimated_error: i64,
    /// As in `Adjustment`.
    pub status: Status,
    /// As in `Adjustment`; or the seconds of atomic time.
    pub constant: i64,
    /// As in `Adjustment`.
    pub tick: i64,
    /// How far the date is to be moved: seconds, and micro- or nanoseconds.
    pub step: (i64, i64),
}

static STATE: SpinLock<Adjustment> = SpinLock::new(
    "adjustment",
    Adjustment {
        status: Status::UNSYNCHRONISED,
        max_error: UNKNOWN,
        estimated_error: UNKNOWN,
        constant: 2,
        frequency: 0,
        tick: TICK,
        tai: 0,
        offset: 0,
        ahead: 0,
        since: 0,
    },
);
/// Somebody has corrected something.
static IN_USE: AtomicBool = AtomicBool::new(false);

fn note_use() {
    IN_USE.store(true, Ordering::Relaxed);
    machine::clock::date_is_corrected();
}

/// How far the date is ahead, in nanoseconds, of what the machine's clock makes of what was set.
#[inline]
pub(super) fn ahead(now: u64) -> i64 {
    if IN_USE.load(Ordering::Relaxed) { STATE.lock().at(now).ahead } else { 0 }
}

/// How many nanoseconds atomic time is ahead.
pub(super) fn tai() -> i64 {
    if IN_USE.load(Ordering::Relaxed) { i64::from(STATE.lock().tai) * SECOND } else { 0 }
}

/// How the date is corrected now.
pub fn get() -> Adjustment {
    STATE.lock().at(now().0)
}

/// Changes that; `EINVAL` for a rate that is too far off, or a step that is none.
pub fn change(change: &Change) -> Result<()> {
    let is_set = |mode| change.modes.contains(mode);
    if is_set(Modes::TICK) && (change.tick < TICK * 9 / 10 || change.tick > TICK * 11 / 10) {
        return Err(Errno::EINVAL);
    }
    if is_set(Modes::STEP) {
        step(change.step, is_set(Modes::NANO))?;
    }
    let mut state = STATE.lock();
    *state = state.at(now().0);
    state.take(change);
    note_use();
    Ok(())
}

/// Has an offset made up for slowly, adjtime(3); what was left of the last. In nanoseconds.
pub fn slew(offset: i64) -> i64 {
    let mut state = STATE.lock();
    *state = state.at(now().0);
    note_use();
    core::mem::replace(&mut state.offset, offset)
}

/// Moves the date.
fn step((seconds, part): (i64, i64), nano: bool) -> Result<()> {
    let unit = if nano { 1 } else { 1000 };
    if !(0..SECOND / unit).contains(&part) {
        return Err(Errno::EINVAL);
    }
    let distance = seconds.checked_mul(SECOND).and_then(|seconds| seconds.checked_add(part * unit));
    let date = clock::Clock::Realtime.now().checked_add_signed(distance.ok_or(Errno::EINVAL)?);
    clock::set_date(date.ok_or(Errno::EINVAL)?)
}

impl Adjustment {
    /// As it is at a time.
    fn at(&self, now: u64) -> Adjustment {
        let passed = i128::from(now.saturating_sub(self.since));
        let rate =
            i128::from(self.frequency) * 1000 / 65_536 + i128::from(self.tick - TICK) * i128::from(SECOND / TICK);
        let most = passed * i128::from(SLEW) / i128::from(SECOND);
        let slewed = i128::from(self.offset).clamp(-most, most) as i64;
        let drifted = (passed * rate / i128::from(SECOND)) as i64;
        Adjustment { ahead: self.ahead + slewed + drifted, offset: self.offset - slewed, since: now, ..*self }
    }

    fn take(&mut self, change: &Change) {
        let is_set = |mode| change.modes.contains(mode);
        if is_set(Modes::STATUS) {
            self.status = self.status & Status::READ_ONLY | change.status & !Status::READ_ONLY;
        }
        if is_set(Modes::NANO) {
            self.status |= Status::NANO;
        }
        if is_set(Modes::MICRO) {
            self.status &= !Status::NANO;
        }
        if is_set(Modes::FREQUENCY) {
            self.frequency = change.frequency.clamp(-MOST_FREQUENCY, MOST_FREQUENCY);
        }
        if is_set(Modes::MAX_ERROR) {
            self.max_error = change.max_error;
        }
        if is_set(Modes::ESTIMATED_ERROR) {
            self.estimated_error = change.estimated_error;
        }
        if is_set(Modes::CONSTANT) {
            let finer = if self.is_nano() { 0 } else { 4 };
            self.constant = change.constant.saturating_add(finer).clamp(0, MOST_CONSTANT);
        }
        if is_set(Modes::TAI) && (0..=MOST_TAI).contains(&change.constant) {
            self.tai = change.constant as i32;
        }
        // Without a loop to be locked to, an offset means nothing.
        if is_set(Modes::OFFSET) && self.status.contains(Status::LOCKED) {
            let unit = if self.is_nano() { 1 } else { 1000 };
            self.offset = change.offset.saturating_mul(unit).clamp(-MOST_OFFSET, MOST_OFFSET);
        }
        if is_set(Modes::TICK) {
            self.tick = change.tick;
        }
    }

    /// Whether times are told in nanoseconds.
    pub fn is_nano(&self) -> bool {
        self.status.contains(Status::NANO)
    }
}
