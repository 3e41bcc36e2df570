//! Ends of the kernel, on request: so that what it says then can be looked at from outside.

use core::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering},
};
use machine::power;

/// Panics two calls deep.
pub(super) fn by_panic() {
    one_more_call();
}

#[inline(never)]
fn one_more_call() {
    deliberate_panic(black_box(0));
    black_box(()); // so that the call above is no jump
}

#[inline(never)]
fn deliberate_panic(expected: u32) {
    assert!(black_box(1) == expected, "a deliberate panic");
}

/// Leaves the processor no way to tell of a fault.
pub(super) fn by_triple_fault() {
    power::triple_fault();
}

/// What [`by_lost_balance`] counts.
static BALANCE: AtomicU64 = AtomicU64::new(0);

/// Earns, takes stock, which should change nothing, and only long after notices what is missing, and panics: for bin/when to find out.
pub(super) fn by_lost_balance() {
    for _ in 0..150 {
        earn(10);
    }
    take_stock();
    for _ in 0..200_000 {
        black_box(BALANCE.load(Ordering::Relaxed));
    }
    assert!(BALANCE.load(Ordering::Relaxed) == 1500, "the balance is lost");
}

#[inline(never)]
fn earn(amount: u64) {
    BALANCE.fetch_add(amount, Ordering::Relaxed);
}

#[inline(never)]
fn take_stock() {
    let found = black_box(BALANCE.load(Ordering::Relaxed));
    note(found / 100);
    black_box(()); // so that the call above is no jump
}

/// Where the deliberate mistake shows: it notes the sum in the wrong place.
#[inline(never)]
fn note(hundreds: u64) {
    BALANCE.store(hundreds, Ordering::Relaxed);
}

/// Calls itself until the stack is at its end.
pub(super) fn by_overflow() {
    black_box(overflow(1));
}

#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if room[0] == 0 { 0 } else { overflow(room[1] + 1) + black_box(room)[2] }
}
