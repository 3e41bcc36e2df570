//! Timers and alarms, one by one and in storms.

use super::{
    Outcome,
    check::{check, in_time, within},
    pace::{LATE, SOON, after, compute, join_all, milliseconds},
    random::Random,
};
use crate::task::{self, TaskContext, Wake};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};
use machine::clock;

/// Counts how often it is woken.
#[derive(Default)]
pub(super) struct Bell {
    pub(super) rung: AtomicUsize,
}

impl Wake for Bell {
    fn wake(&self) {
        self.rung.fetch_add(1, SeqCst);
    }
}

/// A timer rings once; one that was dropped, never. An earlier one that is set later comes first.
pub(super) fn timers(ctx: &TaskContext) -> Outcome {
    let (rings, dropped, late) = (Arc::new(Bell::default()), Arc::new(Bell::default()), Arc::new(Bell::default()));
    let _late = task::at(after(milliseconds(40)), Arc::downgrade(&late))?;
    let ringing = task::at(after(milliseconds(4)), Arc::downgrade(&rings))?;
    for _ in 0..100 {
        drop(task::at(after(milliseconds(2)), Arc::downgrade(&dropped))?);
    }
    within(ctx, SOON, || rings.rung.load(SeqCst) == 1)?;
    check!(late.rung.load(SeqCst), ==, 0);
    within(ctx, SOON, || late.rung.load(SeqCst) == 1)?;
    check!(rings.rung.load(SeqCst), ==, 1);
    check!(dropped.rung.load(SeqCst), ==, 0);
    drop(ringing);
    check!(Arc::strong_count(&rings), ==, 1);
    check!(Arc::strong_count(&dropped), ==, 1);
    Ok(())
}

/// Timers that are set from many tasks at once, each interrupted anywhere, all ring in time.
pub(super) fn timers_in_a_storm(ctx: &TaskContext) -> Outcome {
    in_time(|| {
        let late = Arc::new(AtomicUsize::new(0));
        let mut tasks = Vec::new();
        for seed in 1..=6 {
            let late = late.clone();
            tasks.push(task::spawn("sleeper", move |ctx| {
                let mut random = Random(seed);
                for _ in 0..150 {
                    let due = after(Duration::from_nanos(random.below(100_000)));
                    let far = task::at(after(milliseconds(700)), Arc::downgrade(&Arc::new(Bell::default())));
                    ctx.sleep_until(due, false);
                    late.fetch_add(usize::from(clock::now().0 > due.0 + LATE), SeqCst);
                    drop(far);
                }
            })?);
        }
        join_all(ctx, &tasks)?;
        Ok(late.load(SeqCst) == 0)
    })
}

/// Someone computes while another sleeps for moments, so that the alarm rings again and again in the midst of a switch: the
/// stack does not fill up with switches inside switches.
pub(super) fn alarms_within_switches(ctx: &TaskContext) -> Outcome {
    let stop = Arc::new(AtomicBool::new(false));
    let theirs = stop.clone();
    let busy = task::spawn("busy", move |_| while !theirs.load(SeqCst) {})?;
    for moment in (500..24_500).step_by(2000) {
        // Who has slept for long may take the CPU again and again, until it has had its share.
        ctx.sleep_until(after(milliseconds(20)), false);
        for _ in 0..300 {
            ctx.sleep_until(after(Duration::from_nanos(moment)), false);
        }
    }
    stop.store(true, SeqCst);
    join_all(ctx, &[busy])
}

/// Tasks are made by many at once: there is room for all of them in the queues.
pub(super) fn spawning_in_a_storm(ctx: &TaskContext) -> Outcome {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for seed in 1..=8 {
        let ended = ended.clone();
        tasks.push(task::spawn("parent", move |ctx| {
            let mut random = Random(seed);
            for _ in 0..40 {
                let ended = ended.clone();
                compute(Duration::from_nanos(random.below(30_000)));
                let child = task::spawn("child", move |ctx| {
                    ctx.sleep_until(after(Duration::from_micros(300)), false);
                    ended.fetch_add(1, SeqCst);
                });
                if let Ok(child) = child
                    && random.below(3) == 0
                {
                    child.join(ctx);
                }
            }
        })?);
    }
    join_all(ctx, &tasks)?;
    within(ctx, SOON, || ended.load(SeqCst) == 8 * 40)
}
