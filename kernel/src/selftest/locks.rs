//! Interrupts that come while they are held: kept, and served when the last hold ends.

use super::{
    Outcome,
    check::{Failure, check},
    timers::Bell,
};
use crate::task::{self, Mutex, TaskContext, contention};
use alloc::sync::Arc;
use core::{sync::atomic::Ordering::SeqCst, time::Duration};
use machine::{clock, fiber::Hold, lock::SpinLock, probe};

const INTERRUPTS: u64 = 1 << 9;
/// How long to wait for what should happen at once.
const SOON: Duration = Duration::from_secs(10);

/// Waits until interrupts are off in earnest, which they are as soon as one has come while they are held.
fn wait_for_one() -> Outcome {
    let end = clock::now() + SOON;
    while probe::flags() & INTERRUPTS != 0 {
        check!(clock::now(), <, end);
    }
    Ok(())
}

/// Computes until a bell has rung.
fn wait_for(bell: &Bell) -> Outcome {
    let end = clock::now() + SOON;
    while bell.rung.load(SeqCst) == 0 {
        check!(clock::now(), <, end);
    }
    check!(bell.rung.load(SeqCst), ==, 1);
    Ok(())
}

/// Sets a bell to ring in a moment, holds interrupts in some way until one has come, and lets go: the bell does not ring
/// before, and does so then. Says whether it was at once: what came may have been another interrupt.
fn rings_after<H>(hold: impl FnOnce() -> H) -> Result<bool, Failure> {
    let bell = Arc::new(Bell::default());
    let held = hold();
    let timer = task::at(clock::now() + Duration::from_micros(50), Arc::downgrade(&bell))?;
    wait_for_one()?;
    check!(bell.rung.load(SeqCst), ==, 0);
    drop(held);
    let at_once = bell.rung.load(SeqCst) == 1;
    check!(probe::flags() & INTERRUPTS, ==, INTERRUPTS);
    wait_for(&bell)?;
    drop(timer);
    Ok(at_once)
}

/// A clock's interrupt that comes while a spin lock is held, once or several times over, is served at its end.
pub(super) fn interrupts_wait(_: &TaskContext) -> Outcome {
    let (outer, inner) = (SpinLock::new("outer", 1), SpinLock::new("inner", 2));
    let mut at_once = [0; 5];
    for _ in 0..20 {
        let rang = [
            rings_after(|| outer.lock())?,
            rings_after(Hold::new)?,
            rings_after(|| {
                let held = outer.lock();
                drop(inner.lock()); // the end of an inner hold is not the end
                held
            })?,
            rings_after(|| {
                let held = outer.lock();
                assert!(outer.try_lock().is_none(), "a lock that is held cannot be had again");
                held
            })?,
            rings_after(|| (outer.lock(), inner.lock()))?, // dropped in this order
        ];
        for (count, rang) in at_once.iter_mut().zip(rang) {
            *count += usize::from(rang);
        }
    }
    check!(at_once.iter().min(), >, Some(&10));
    check!((*outer.lock(), inner.into_inner()), ==, (1, 2));
    Ok(())
}

/// Nobody takes the CPU from who holds a spin lock; when it is let go, who is more urgent comes, though the other computes on.
pub(super) fn preemption_waits(ctx: &TaskContext) -> Outcome {
    let lock = SpinLock::new("held for long", ());
    let bell = Arc::new(Bell::default());
    let theirs = bell.clone();
    let due = clock::now() + Duration::from_millis(20);
    let sleeper = task::spawn("sleeper", move |ctx| {
        ctx.sleep_until(due, false);
        theirs.rung.fetch_add(1, SeqCst);
    })?;
    while sleeper.state() != task::State::Waiting {
        ctx.yield_now();
    }
    let held = lock.lock();
    wait_for_one()?;
    while clock::now() < due + Duration::from_millis(20) {}
    check!(bell.rung.load(SeqCst), ==, 0);
    drop(held);
    wait_for(&bell)?;
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
    let _timer = task::at(clock::now() + Duration::from_micros(50), Arc::downgrade(&bell))?;
    wait_for(&bell)?;
    check!(probe::flags() & INTERRUPTS, ==, INTERRUPTS);
    Ok(())
}

/// Who waits for a mutex is counted under its name, with the time; who finds it free is not.
pub(super) fn mutex_waits_are_counted(ctx: &TaskContext) -> Outcome {
    const HELD: Duration = Duration::from_millis(5);
    let waits = |name| contention::all().into_iter().find(|class| class.name == name);
    let (wanted, free) = (Arc::new(Mutex::new("wanted", ())), Mutex::new("free", ()));
    drop(free.lock(ctx));
    let held = wanted.lock(ctx);
    check!(waits("wanted").is_none() && waits("free").is_none());
    let theirs = wanted.clone();
    let waiter = task::spawn("waiter", move |ctx| drop(theirs.lock(ctx)))?;
    while waiter.state() != task::State::Waiting {
        ctx.yield_now();
    }
    ctx.sleep_until(clock::now() + HELD, false);
    drop(held);
    waiter.join(ctx);
    let counted = waits("wanted").map(|class| (class.waits, class.least == class.most && class.most == class.total));
    check!(counted, ==, Some((1, true)));
    check!(waits("wanted").map_or(0, |class| class.total), >=, HELD.as_nanos() as u64);
    check!(waits("free").is_none());
    Ok(())
}
