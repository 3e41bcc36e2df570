//! Switching between tasks, waiting and waking, preemption, time limits and the lock that sleeps.

use super::{
    Outcome,
    check::{Failure, check, in_time, within},
    random::Random,
};
use crate::task::{self, Instant, Mutex, Patience, State, Task, TaskContext, WaitQueue, Wake};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    time::Duration,
};
use logic::errno::Errno;
use machine::{clock, frame, lock::SpinLock};

/// How many nanoseconds late is too late.
const LATE: u64 = 40_000_000;
/// How long to wait for what should happen at once.
const SOON: Duration = Duration::from_secs(10);

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn after(time: Duration) -> Instant {
    clock::now() + time
}

/// Computes for a while without giving way.
fn compute(time: Duration) {
    let end = after(time);
    while clock::now() < end {
        core::hint::spin_loop();
    }
}

/// Waits until tasks have ended.
fn join_all(ctx: &TaskContext, tasks: &[Arc<Task>]) -> Outcome {
    within(ctx, SOON, || tasks.iter().all(|task| task.state() == State::Ended))
}

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

/// Who gives way lets the others that are ready have their turns, and all share alike in the end.
pub(super) fn yield_to_all(ctx: &TaskContext) -> Outcome {
    const TASKS: usize = 5;
    let turns: Arc<[AtomicUsize; TASKS]> = Arc::new([const { AtomicUsize::new(0) }; TASKS]);
    let end = after(milliseconds(200));
    let mut tasks = Vec::new();
    for index in 0..TASKS {
        let turns = turns.clone();
        tasks.push(task::spawn("yield", move |ctx| {
            while clock::now() < end {
                turns[index].fetch_add(1, SeqCst);
                ctx.yield_now();
            }
        })?);
    }
    while turns.iter().any(|count| count.load(SeqCst) == 0) {
        ctx.yield_now();
        check!(clock::now(), <, end);
    }
    join_all(ctx, &tasks)?;
    let times = tasks.iter().map(|task| task.run_time());
    let (least, most) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
    check!(least, >, most / 2);
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
