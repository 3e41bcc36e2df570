//! How long a turn lasts, and how urgent a task must be to end one: always the same, or at random by a seed.

use super::Task;
use core::sync::atomic::{AtomicU64, Ordering};

/// How long a task may run while others are ready, in nanoseconds.
const SLICE: u64 = 8_000_000;
/// The same in real time, for one who takes turns.
const REAL_TIME_SLICE: u64 = 100_000_000;
/// How much less than the one that runs a woken task must have run to take its place at once.
const URGENT: u64 = 2_000_000;
/// A program that runs on alone has its space loaded again at so many of its first ticks, and then at one of so many: an emulated CPU
/// fits the size of its TLB to the program only when that is emptied.
const FITTING_TICKS: u32 = 16;
const LATER_TICKS: u32 = 64;

/// What turns are made of at random, to find what goes wrong only when tasks take turns at odd moments; 0: they are not.
static SEED: AtomicU64 = AtomicU64::new(0);
/// The longest turn then.
const SHORT: u64 = 300_000;

/// Makes turns short and of random length from now on: the boot argument `sched_seed`. With `--icount` the same seed does the same.
pub fn perturb(seed: u64) {
    SEED.store(seed, Ordering::Relaxed);
}

/// How much less a woken task must have run to take the place of the one who runs.
pub(super) fn urgent() -> u64 {
    if SEED.load(Ordering::Relaxed) == 0 { URGENT } else { random() % URGENT }
}

/// The next of Marsaglia's xorshift numbers.
#[cold]
fn random() -> u64 {
    let mut number = SEED.load(Ordering::Relaxed);
    number ^= number << 13;
    number ^= number >> 7;
    number ^= number << 17;
    SEED.store(number, Ordering::Relaxed);
    number
}

/// How long a task may run while others are ready that are not more urgent.
pub(super) fn slice(task: &Task) -> u64 {
    match SEED.load(Ordering::Relaxed) {
        0 if task.takes_turns() => REAL_TIME_SLICE,
        0 => SLICE,
        // Mostly very short: what can go wrong often can do so only between two instructions.
        _ => 1000 + ((random() % SHORT) >> (random() % 8)),
    }
}

/// Whether a program that has had so many ticks in one turn has its space loaded again.
pub(super) fn fits_memory(ticks: u32) -> bool {
    ticks <= FITTING_TICKS || ticks.is_multiple_of(LATER_TICKS)
}
