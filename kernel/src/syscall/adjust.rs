//! Correcting the date: adjtimex(2), clock_adjtime(2).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::adjust::{self, Adjustment, Change, MOST_FREQUENCY, Modes, Status};
use crate::process::clock::Clock;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The size of `struct timex`, and where its fields are (linux/timex.h): all but `modes`, `status` and `tai` are words.
const SIZE: usize = 208;
const OFFSET: usize = 8;
const FREQUENCY: usize = 16;
const MAX_ERROR: usize = 24;
const ESTIMATED_ERROR: usize = 32;
const STATUS: usize = 40;
const CONSTANT: usize = 48;
const PRECISION: usize = 56;
const TOLERANCE: usize = 64;
const SECONDS: usize = 72;
const PART: usize = 80;
const TICK: usize = 88;
const TAI: usize = 160;

/// What the calls return: whether anybody says that the date is right.
const SYNCHRONISED: u64 = 0;
const NOT_SYNCHRONISED: u64 = 5;

/// adjtimex(2)
/// Differs: leap seconds are not inserted, and an offset is made up for at an even rate.
pub(super) fn adjtimex(caller: &mut Caller, into: Pointer) -> Result<u64> {
    let mut bytes: [u8; SIZE] = caller.read(into.0)?;
    let change = decode(&bytes);
    let may = caller.process().credentials().need(linux::CAP_SYS_TIME);
    let told = if change.modes.contains(Modes::ADJTIME) {
        let old = match (change.modes.contains(Modes::OFFSET), change.modes.contains(Modes::NANO)) {
            (false, _) => return Err(Errno::EINVAL),
            (true, true) => adjust::get().offset,
            (true, false) => may.map(|()| adjust::slew(change.offset.saturating_mul(1000)))?,
        };
        Some(old / 1000)
    } else {
        if !change.modes.is_empty() {
            may?;
            adjust::change(&change)?;
        }
        None
    };
    let state = adjust::get();
    encode(&mut bytes, &state, told);
    caller.write(into.0, &bytes)?;
    Ok(if state.status.contains(Status::UNSYNCHRONISED) { NOT_SYNCHRONISED } else { SYNCHRONISED })
}

/// clock_adjtime(2)
/// Differs: as adjtimex(2).
pub(super) fn clock_adjtime(caller: &mut Caller, clock: i32, into: Pointer) -> Result<u64> {
    if clock != linux::CLOCK_REALTIME as i32 {
        Clock::new(clock, caller.thread())?;
        return Err(Errno::EOPNOTSUPP);
    }
    adjtimex(caller, into)
}

fn decode(bytes: &[u8; SIZE]) -> Change {
    let word = |at: usize| bytes[at..at + 8].try_into().map_or(0, i64::from_le_bytes);
    Change {
        modes: Modes::from_bits_retain(word(0) as u32),
        offset: word(OFFSET),
        frequency: word(FREQUENCY),
        max_error: word(MAX_ERROR),
        estimated_error: word(ESTIMATED_ERROR),
        status: Status::from_bits_retain(word(STATUS) as u32),
        constant: word(CONSTANT),
        tick: word(TICK),
        step: (word(SECONDS), word(PART)),
    }
}

/// Tells how things stand; `offset`, if it is another than what is yet to be made up for.
fn encode(bytes: &mut [u8; SIZE], state: &Adjustment, offset: Option<i64>) {
    let now = Clock::Realtime.read();
    let unit = if state.is_nano() { 1 } else { 1000 };
    let mut put = |at: usize, value: i64| bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    put(OFFSET, offset.unwrap_or(state.offset / unit));
    put(FREQUENCY, state.frequency);
    put(MAX_ERROR, state.max_error);
    put(ESTIMATED_ERROR, state.estimated_error);
    put(STATUS, state.status.bits().into());
    put(CONSTANT, state.constant);
    put(PRECISION, 1);
    put(TOLERANCE, MOST_FREQUENCY);
    put(SECONDS, now.seconds());
    put(PART, i64::from(now.nanoseconds()) / unit);
    put(TICK, state.tick);
    bytes[TICK + 8..].fill(0);
    bytes[TAI..TAI + 4].copy_from_slice(&state.tai.to_le_bytes());
}
