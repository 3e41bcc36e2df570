//! The clock: it goes forward, at the pace of the machine's other clocks.

use super::{
    Outcome,
    check::{Failure, check, in_time},
};
use crate::task::{self, TaskContext};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicU64, Ordering::SeqCst},
    time::Duration,
};
use machine::{clock, rtc};

/// It never goes back, also from one task to another, and moves.
pub(super) fn forward(ctx: &TaskContext) -> Outcome {
    let (latest, back) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut tasks = Vec::new();
    for _ in 0..3 {
        let (latest, back) = (latest.clone(), back.clone());
        tasks.push(task::spawn("clock", move |_| {
            let end = clock::now() + Duration::from_millis(60);
            let mut last = 0;
            while last < end.0 {
                let before = latest.load(SeqCst);
                last = clock::now().0;
                back.fetch_add(u64::from(last < before), SeqCst);
                latest.fetch_max(last, SeqCst);
            }
        })?);
    }
    tasks.iter().for_each(|task| task.join(ctx));
    check!(back.load(SeqCst), ==, 0);
    check!(latest.load(SeqCst), >, 0);
    Ok(())
}

/// Between two seconds of the date's clock there is a second, or nearly.
pub(super) fn pace(ctx: &TaskContext) -> Outcome {
    let next = |after: u64| loop {
        let second = rtc::unix_seconds()?;
        if second > after {
            return Some((second, clock::now()));
        }
        ctx.sleep_until(clock::now() + Duration::from_millis(2), false);
    };
    let missing = || Failure::skipped("there is no clock that knows the date");
    in_time(|| {
        let (first, begun) = rtc::unix_seconds().and_then(next).ok_or_else(missing)?;
        let (second, ended) = next(first).ok_or_else(missing)?;
        let expected = Duration::from_secs(second - first);
        Ok(ended.since(begun).abs_diff(expected) < expected / 10)
    })?;
    check!(clock::frequency(), >, 1_000_000);
    let year_2020 = 1_577_836_800_000_000_000;
    check!(clock::wall_clock_at_boot(), >, year_2020);
    Ok(())
}
