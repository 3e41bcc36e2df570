//! Interrupts that come while they are held: kept, and served when the last hold ends.

use super::{Outcome, check::check, tasks::Bell};
use crate::task::{self, TaskContext};
use alloc::sync::Arc;
use core::{sync::atomic::Ordering::SeqCst, time::Duration};
use machine::{clock, fiber::Hold, lock::SpinLock, probe};

const INTERRUPTS: u64 = 1 << 9;

fn pass(time: Duration) {
    let end = clock::now() + time;
    while clock::now() < end {
        core::hint::spin_loop();
    }
}

/// Sets a bell to ring in a moment, waits out that moment with interrupts held in some way, and lets go: it rings then, at
/// once, and not before.
fn rings_after<H>(hold: impl FnOnce() -> H) -> Outcome {
    let bell = Arc::new(Bell::default());
    let held = hold();
    let timer = task::at(clock::now() + Duration::from_micros(50), bell.clone())?;
    pass(Duration::from_millis(3));
    check!(bell.rung.load(SeqCst), ==, 0);
    drop(held);
    check!(bell.rung.load(SeqCst), ==, 1);
    check!(probe::flags() & INTERRUPTS, ==, INTERRUPTS);
    drop(timer);
    Ok(())
}

/// A clock's interrupt that comes while a spin lock is held, once or several times over, is served at its end.
pub(super) fn interrupts_wait(_: &TaskContext) -> Outcome {
    let (outer, inner) = (SpinLock::new("outer", 1), SpinLock::new("inner", 2));
    for _ in 0..20 {
        rings_after(|| outer.lock())?;
        rings_after(Hold::new)?;
        rings_after(|| {
            let held = outer.lock();
            drop(inner.lock()); // the end of an inner hold is not the end
            held
        })?;
        rings_after(|| {
            let held = outer.lock();
            assert!(outer.try_lock().is_none(), "a lock that is held cannot be had again");
            held
        })?;
        rings_after(|| (outer.lock(), inner.lock()))?; // dropped in this order
    }
    check!((*outer.lock(), inner.into_inner()), ==, (1, 2));
    Ok(())
}

/// Nobody takes the CPU from who holds a spin lock; when it is let go, who is more urgent comes at once.
pub(super) fn preemption_waits(ctx: &TaskContext) -> Outcome {
    let lock = SpinLock::new("held for long", ());
    let bell = Arc::new(Bell::default());
    let theirs = bell.clone();
    let sleeper = task::spawn("sleeper", move |ctx| {
        ctx.sleep_until(clock::now() + Duration::from_millis(20), false);
        theirs.rung.fetch_add(1, SeqCst);
    })?;
    while sleeper.state() != task::State::Waiting {
        ctx.yield_now();
    }
    let held = lock.lock();
    pass(Duration::from_millis(60));
    check!(bell.rung.load(SeqCst), ==, 0);
    drop(held);
    check!(bell.rung.load(SeqCst), ==, 1);
    sleeper.join(ctx);
    Ok(())
}

/// A lock that is not held lets interrupts through, and so does one that was tried in vain.
pub(super) fn interrupts_are_on(_: &TaskContext) -> Outcome {
    let lock = SpinLock::new("tried", ());
    let held = lock.lock();
    check!(lock.try_lock().is_none());
    drop(held);
    check!(lock.try_lock().is_some());
    let bell = Arc::new(Bell::default());
    let _timer = task::at(clock::now() + Duration::from_micros(50), bell.clone())?;
    pass(Duration::from_millis(3));
    check!(bell.rung.load(SeqCst), ==, 1);
    check!(probe::flags() & INTERRUPTS, ==, INTERRUPTS);
    Ok(())
}
