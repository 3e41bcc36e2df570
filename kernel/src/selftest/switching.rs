//! Switching between tasks, and who gets how much of the CPU.

use super::{
    Outcome,
    check::{Failure, check, in_time, within},
    pace::{after, compute, join_all, milliseconds},
    random::Random,
};
use crate::task::{self, State, Task, TaskContext, WaitQueue, Wake};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};
use machine::{clock, frame, lock::SpinLock};

/// Two tasks hand a number to and fro, each counting it up; registers and stacks survive.
pub(super) fn switch(ctx: &TaskContext) -> Outcome {
    const ROUNDS: u64 = 2000;
    let number = Arc::new(AtomicU64::new(0));
    let theirs = number.clone();
    let caller = ctx.task().clone();
    let other = task::spawn("switch", move |ctx| {
        while theirs.load(SeqCst) < ROUNDS {
            ctx.wait();
            theirs.fetch_add(1, SeqCst);
            caller.signal();
        }
    })?;
    let mut kept = [0u64; 8];
    while number.load(SeqCst) < ROUNDS {
        let before = number.load(SeqCst);
        for (place, value) in kept.iter_mut().enumerate() {
            *value += place as u64;
        }
        other.signal();
        while number.load(SeqCst) == before {
            ctx.wait();
        }
        check!(number.load(SeqCst), ==, before + 1);
    }
    for (place, value) in kept.iter().enumerate() {
        check!(*value, ==, ROUNDS * place as u64);
    }
    join_all(ctx, &[other])
}

/// A task that yields lets the others that are ready run, and all get the same share in the end. A host that is busy stops the machine
/// in the midst of a turn, which is then a long one; so the shares may take a while to become equal.
pub(super) fn yield_to_all(ctx: &TaskContext) -> Outcome {
    const TASKS: usize = 5;
    const LEAST: u64 = 20_000_000;
    let stop = Arc::new(AtomicBool::new(false));
    let turns: Arc<[AtomicUsize; TASKS]> = Arc::new([const { AtomicUsize::new(0) }; TASKS]);
    let mut tasks = Vec::new();
    for index in 0..TASKS {
        let (stop, turns) = (stop.clone(), turns.clone());
        tasks.push(task::spawn("yield", move |ctx| {
            while !stop.load(SeqCst) {
                turns[index].fetch_add(1, SeqCst);
                ctx.yield_now();
            }
        })?);
    }
    let is_fair = || {
        let times = tasks.iter().map(|task| task.run_time());
        let (least, most) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
        least > LEAST && least > most / 2
    };
    let fair = within(ctx, milliseconds(5000), is_fair);
    stop.store(true, SeqCst);
    join_all(ctx, &tasks)?;
    fair?;
    check!(turns.iter().all(|count| count.load(SeqCst) > 1));
    Ok(())
}

/// A post box: what was put in and what was taken out, and who takes it out.
struct Post {
    put: AtomicU64,
    taken: AtomicU64,
    taker: SpinLock<Option<Arc<Task>>>,
}

impl Post {
    fn new(taker: &Arc<Task>) -> Arc<Post> {
        let taker = SpinLock::new("taker", Some(taker.clone()));
        Arc::new(Post { put: AtomicU64::new(0), taken: AtomicU64::new(0), taker })
    }

    fn put(&self) {
        self.put.fetch_add(1, SeqCst);
        let taker = self.taker.lock().clone();
        if let Some(taker) = taker {
            taker.signal();
        }
    }

    /// Waits for one more.
    fn take(&self, ctx: &TaskContext) {
        while self.put.load(SeqCst) == self.taken.load(SeqCst) {
            ctx.wait();
        }
        self.taken.fetch_add(1, SeqCst);
    }
}

impl Wake for Post {
    fn wake(&self) {
        self.put();
    }
}

/// A signal that comes at any moment, from a task or from the clock's interrupt, right before the wait or in its midst, ends
/// the wait. Each round waits for the one before, so that a lost signal is the end.
pub(super) fn signals_are_kept(ctx: &TaskContext) -> Outcome {
    const ROUNDS: u64 = 1000;
    let mut random = Random(1);
    let post = Post::new(ctx.task());
    let pace = Arc::new(WaitQueue::new());
    let (theirs, starts) = (post.clone(), pace.clone());
    let sender = task::spawn("sender", move |ctx| {
        let mut random = Random(2);
        for round in 0..ROUNDS {
            starts.wait_until(ctx, || theirs.taken.load(SeqCst) == 2 * round + 1);
            compute(Duration::from_nanos(random.below(20_000)));
            theirs.put();
        }
    })?;
    for _ in 0..ROUNDS {
        let timer = task::at(after(Duration::from_nanos(random.below(30_000))), Arc::downgrade(&post))?;
        compute(Duration::from_nanos(random.below(30_000)));
        post.take(ctx);
        drop(timer);
        pace.wake_one();
        compute(Duration::from_nanos(random.below(20_000)));
        post.take(ctx);
    }
    *post.taker.lock() = None;
    check!(post.put.load(SeqCst), ==, 2 * ROUNDS);
    join_all(ctx, &[sender])
}

/// A thousand tasks come and go, fifty at a time, and leave no memory behind.
pub(super) fn a_thousand_leave_nothing(ctx: &TaskContext) -> Outcome {
    const AT_ONCE: usize = 50;
    let wave = |ctx: &TaskContext| -> Outcome {
        let mut tasks = Vec::new();
        for _ in 0..AT_ONCE {
            tasks.push(task::spawn("one of many", |ctx| ctx.yield_now())?);
        }
        tasks.iter().for_each(|task| task.join(ctx));
        Ok(())
    };
    wave(ctx)?; // the stacks of the first ones stay in the pool
    let settled = || ctx.sleep_until(after(milliseconds(2)), false);
    settled();
    let (free, known) = (frame::free_frames(), task::all()?.len());
    for _ in 0..1000 / AT_ONCE {
        wave(ctx)?;
    }
    settled();
    check!(task::all()?.len(), <=, known);
    check!(frame::free_frames() + 8, >=, free); // objects in the heap's stocks may lie in other slabs
    Ok(())
}

/// A task that computes in the kernel without a pause is interrupted for one whose time has come.
pub(super) fn preemption(ctx: &TaskContext) -> Outcome {
    let stop = Arc::new(AtomicBool::new(false));
    let theirs = stop.clone();
    let busy = task::spawn("busy", move |_| while !theirs.load(SeqCst) {})?;
    let outcome = in_time(|| {
        let before = busy.run_time();
        let mut latest = 0;
        for _ in 0..20 {
            let due = after(milliseconds(3));
            ctx.sleep_until(due, false);
            latest = latest.max(clock::now().0 - due.0);
        }
        Ok(latest < 40_000_000 && busy.run_time() - before > 20_000_000)
    });
    stop.store(true, SeqCst);
    join_all(ctx, &[busy])?;
    outcome
}

/// Two that compute share the CPU, though one of them has had it for itself for long.
pub(super) fn shares_after_a_long_run(ctx: &TaskContext) -> Outcome {
    in_time(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let first = count_until(&stop, 0)?;
        ctx.sleep_until(after(milliseconds(500)), false);
        let before = first.1.load(SeqCst);
        let second = count_until(&stop, 0)?;
        ctx.sleep_until(after(milliseconds(200)), false);
        let counted = (first.1.load(SeqCst) - before, second.1.load(SeqCst));
        stop.store(true, SeqCst);
        join_all(ctx, &[first.0, second.0])?;
        Ok(counted.0 > counted.1 / 5 && counted.1 > counted.0 / 5)
    })
}

/// A task that counts until it is told to stop.
fn count_until(stop: &Arc<AtomicBool>, nice: i8) -> Result<(Arc<Task>, Arc<AtomicU64>), Failure> {
    let (stop, count) = (stop.clone(), Arc::new(AtomicU64::new(0)));
    let counted = count.clone();
    let task = task::spawn("busy", move |ctx| {
        ctx.task().set_nice(nice);
        while !stop.load(SeqCst) {
            counted.fetch_add(1, SeqCst);
        }
    })?;
    Ok((task, count))
}

/// Whether the share of one who computes is much larger than that of one who is nicer by ten: their weights are as nine to one.
pub(super) fn is_larger_share(larger: u64, smaller: u64) -> bool {
    larger > 3 * smaller
}

/// Who is nicer has less of the CPU, in the kernel.
pub(super) fn nice(ctx: &TaskContext) -> Outcome {
    in_time(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let (normal, nicer) = (count_until(&stop, 0)?, count_until(&stop, 10)?);
        ctx.sleep_until(after(milliseconds(500)), false);
        stop.store(true, SeqCst);
        join_all(ctx, &[normal.0, nicer.0])?;
        Ok(nicer.1.load(SeqCst) > 0 && is_larger_share(normal.1.load(SeqCst), nicer.1.load(SeqCst)))
    })
}

/// Who wakes another and goes on computing does not keep it from running.
pub(super) fn waker_makes_way(ctx: &TaskContext) -> Outcome {
    in_time(|| {
        let woken = Arc::new(AtomicBool::new(false));
        let theirs = woken.clone();
        let sleeper = task::spawn("sleeper", move |ctx| {
            ctx.wait();
            theirs.store(true, SeqCst);
        })?;
        while sleeper.state() != State::Waiting {
            ctx.yield_now();
        }
        compute(milliseconds(80)); // so that the sleeper is the more urgent one by far, and no alarm is set any more
        let begun = clock::now();
        sleeper.signal();
        while !woken.load(SeqCst) && clock::now().since(begun) < milliseconds(500) {}
        let took = clock::now().since(begun);
        join_all(ctx, &[sleeper])?;
        Ok(took < milliseconds(100))
    })
}
