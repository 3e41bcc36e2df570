//! Ends of the kernel, on request: so that what it says then can be looked at from outside.

use core::hint::black_box;
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

/// Calls itself until the stack is at its end.
pub(super) fn by_overflow() {
    black_box(overflow(1));
}

#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if room[0] == 0 { 0 } else { overflow(room[1] + 1) + black_box(room)[2] }
}
