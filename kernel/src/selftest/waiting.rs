//! Waiting and waking: sleep, the lock that sleeps, time limits, interruption.

use super::{
    Outcome,
    check::{check, in_time, within},
    pace::{LATE, SOON, after, join_all, milliseconds},
    random::Random,
};
use crate::task::{self, Instant, Mutex, Patience, State, TaskContext, WaitQueue};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};
use logic::errno::Errno;
use machine::{clock, lock::SpinLock};

/// A sleep ends at its time or shortly after; several at once too.
pub(super) fn sleep_is_punctual(ctx: &TaskContext) -> Outcome {
    for micros in [0, 1, 50, 1000, 9999, 60_000, 130_000] {
        in_time(|| {
            let due = after(Duration::from_micros(micros));
            check!(ctx.sleep_until(due, true));
            check!(clock::now(), >=, due);
            Ok(clock::now().0 < due.0 + LATE)
        })?;
    }
    in_time(|| {
        let (early, late) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = Vec::new();
        for seed in 1..=20 {
            let (early, late) = (early.clone(), late.clone());
            tasks.push(task::spawn("sleeper", move |ctx| {
                let mut random = Random(seed);
                for _ in 0..50 {
                    let due = after(Duration::from_nanos(random.below(10_000_000)));
                    ctx.sleep_until(due, false);
                    let now = clock::now().0;
                    early.fetch_add(usize::from(now < due.0), SeqCst);
                    late.fetch_add(usize::from(now > due.0 + LATE), SeqCst);
                }
            })?);
        }
        join_all(ctx, &tasks)?;
        check!(early.load(SeqCst), ==, 0);
        Ok(late.load(SeqCst) == 0)
    })
}

/// One at a time is inside, also if it sleeps there; nothing is counted twice or lost.
pub(super) fn mutex_excludes(ctx: &TaskContext) -> Outcome {
    const TASKS: u64 = 8;
    const ROUNDS: u64 = 200;
    let counted = Arc::new(Mutex::new("counted", 0u64));
    let inside = Arc::new(AtomicUsize::new(0));
    let clashes = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for seed in 1..=TASKS {
        let (counted, inside, clashes) = (counted.clone(), inside.clone(), clashes.clone());
        tasks.push(task::spawn("contender", move |ctx| {
            let mut random = Random(seed);
            for _ in 0..ROUNDS {
                let mut count = counted.lock(ctx);
                clashes.fetch_add(inside.fetch_add(1, SeqCst), SeqCst);
                let before = *count;
                match random.below(8) {
                    0 => ctx.yield_now(),
                    1 => _ = ctx.sleep_until(after(Duration::from_micros(20)), false),
                    _ => {}
                }
                *count = before + 1;
                inside.fetch_sub(1, SeqCst);
                drop(count);
                if random.below(4) == 0 {
                    ctx.yield_now();
                }
            }
        })?);
    }
    join_all(ctx, &tasks)?;
    check!(*counted.lock(ctx), ==, TASKS * ROUNDS);
    check!(clashes.load(SeqCst), ==, 0);
    check!(counted.try_lock().is_some());
    Ok(())
}

/// A mutex that must be waited for does not swallow a signal that was meant for the wait around it.
pub(super) fn mutex_keeps_signals(ctx: &TaskContext) -> Outcome {
    let busy = Arc::new(Mutex::new("busy", ()));
    let (queue, ready) = (Arc::new(WaitQueue::new()), Arc::new(AtomicBool::new(false)));
    let guard = busy.lock(ctx);
    let (their_busy, their_queue, their_ready) = (busy.clone(), queue.clone(), ready.clone());
    let waiter = task::spawn("waiter", move |ctx| {
        their_queue.wait_until(ctx, || {
            let seen = their_ready.load(SeqCst);
            drop(their_busy.lock(ctx)); // what becomes ready from here on is seen only at another look
            seen
        });
    })?;
    within(ctx, SOON, || waiter.state() == State::Waiting)?;
    drop(guard); // its first look is over; it joins the queue
    ctx.sleep_until(after(milliseconds(2)), false);
    let guard = busy.lock(ctx);
    queue.wake_one(); // its second look is over; it joins again, looks, and waits for the mutex
    ctx.sleep_until(after(milliseconds(2)), false);
    ready.store(true, SeqCst);
    queue.wake_one();
    ctx.sleep_until(after(milliseconds(2)), false);
    drop(guard);
    join_all(ctx, &[waiter])
}

/// Many wait, for short times and in several queues, while others are woken all at once: nobody is in two queues, nobody is
/// forgotten.
pub(super) fn wake_all_in_a_storm(ctx: &TaskContext) -> Outcome {
    let queues: Arc<[WaitQueue; 3]> = Arc::new([const { WaitQueue::new() }; 3]);
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for seed in 1..=12 {
        let (queues, stop) = (queues.clone(), stop.clone());
        tasks.push(task::spawn("waiter", move |ctx| {
            let mut random = Random(seed);
            while !stop.load(SeqCst) {
                let deadline = Some(after(Duration::from_nanos(random.below(200_000))));
                let patience = Patience { interruptible: true, deadline };
                _ = queues[random.below(3) as usize].wait(ctx, patience, || None::<()>);
            }
        })?);
    }
    let end = after(milliseconds(300));
    while clock::now() < end {
        queues.iter().for_each(WaitQueue::wake_all);
    }
    stop.store(true, SeqCst);
    join_all(ctx, &tasks)
}

/// One wake-up is for one who can use it: who was interrupted at that moment passes it on.
pub(super) fn wake_one_is_passed_on(ctx: &TaskContext) -> Outcome {
    let (queue, gift) = (Arc::new(WaitQueue::new()), Arc::new(AtomicBool::new(false)));
    let mut tasks = Vec::new();
    for takes in [false, true] {
        let (queue, gift) = (queue.clone(), gift.clone());
        let task = task::spawn("waiter", move |ctx| {
            let patience = Patience { interruptible: true, deadline: None };
            _ = queue.wait(ctx, patience, || (takes && gift.swap(false, SeqCst)).then_some(()));
        })?;
        within(ctx, SOON, || task.state() == State::Waiting)?;
        tasks.push(task);
    }
    tasks[0].interrupt(); // it is still the first in the queue
    gift.store(true, SeqCst);
    queue.wake_one();
    join_all(ctx, &tasks)?;
    check!(!gift.load(SeqCst));
    Ok(())
}

/// A wait with a time limit ends then, and not before; one without anything to wait for at once.
pub(super) fn time_limits(ctx: &TaskContext) -> Outcome {
    let queue = WaitQueue::new();
    for micros in [0, 10, 3000, 60_000] {
        in_time(|| {
            let due = after(Duration::from_micros(micros));
            let patience = Patience { interruptible: false, deadline: Some(due) };
            check!(queue.wait(ctx, patience, || None::<()>), ==, Err(Errno::ETIMEDOUT));
            check!(clock::now(), >=, due);
            Ok(clock::now().0 < due.0 + LATE)
        })?;
    }
    let patience = Patience { interruptible: false, deadline: Some(Instant(0)) };
    check!(queue.wait(ctx, patience, || Some(5)), ==, Ok(5));
    Ok(())
}

/// An interruption ends waits that allow it, the present one and those to come, until it is taken back; and no others.
pub(super) fn interruption(ctx: &TaskContext) -> Outcome {
    let queue = WaitQueue::new();
    let patient = Patience { interruptible: false, deadline: Some(after(milliseconds(5))) };
    let open = Patience { interruptible: true, deadline: Some(after(SOON)) };
    ctx.task().interrupt();
    check!(queue.wait(ctx, open, || None::<()>), ==, Err(Errno::EINTR));
    check!(queue.wait(ctx, open, || None::<()>), ==, Err(Errno::EINTR));
    check!(queue.wait(ctx, patient, || None::<()>), ==, Err(Errno::ETIMEDOUT));
    check!(!ctx.sleep_until(after(SOON), true));
    ctx.task().clear_interrupt();
    check!(ctx.sleep_until(after(milliseconds(1)), true));

    let result = Arc::new(SpinLock::new("result", None));
    let theirs = result.clone();
    let sleeper = task::spawn("sleeper", move |ctx| *theirs.lock() = Some(ctx.sleep_until(after(SOON), true)))?;
    within(ctx, SOON, || sleeper.state() == State::Waiting)?;
    sleeper.interrupt();
    join_all(ctx, &[sleeper])?;
    check!(*result.lock(), ==, Some(false));
    Ok(())
}
