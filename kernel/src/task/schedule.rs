//! Who runs: the task that is ready and has run least, weighed by how nice it is. Before all of these, whoever runs in real time.
//!
//! One queue serves all CPUs. A task that slept is let in near the front, so that who waits for a key is served before
//! who computes; who computes is interrupted when his time is up. A CPU with nothing to do gets no ticks; one with a single
//! task gets them for the account alone (`account`).
//!
//! The scheduler's lock protects the queue and every task's state. It is never held across a switch: the switch happens
//! with interrupts held, after the lock is let go.

use super::{
    State, Task, TaskContext, Totals,
    real_time::Budget,
    slice::{fits_memory, slice, urgent},
    timer,
};
use alloc::sync::Arc;
use core::{
    cell::RefCell,
    sync::atomic::{AtomicUsize, Ordering},
};
use logic::{
    errno::Result,
    load::Load,
    run_queue::{self, RunQueue},
};
use machine::{
    clock::{self, Instant},
    cpu::{self, CpuLocal, MAX_CPUS},
    fiber::{self, Fiber, Hold},
    irq,
    lock::{SpinGuard, SpinLock},
};

static READY: SpinLock<RunQueue<Arc<Task>>> = SpinLock::new("run queue", RunQueue::new());
/// How busy the system is; taken with the scheduler's lock held.
static LOAD: SpinLock<Load> = SpinLock::new("load", Load::new());
/// Programs that wait for what no signal ends; changed under the scheduler's lock.
static BLOCKED: AtomicUsize = AtomicUsize::new(0);
static CPUS: CpuLocal<RefCell<Option<Turn>>> = CpuLocal::new([const { RefCell::new(None) }; MAX_CPUS]);

/// What one CPU is at.
struct Turn {
    idle: Arc<Task>,
    /// Who runs; the idle task if nobody wants to.
    current: Arc<Task>,
    since: Instant,
    /// When the time is up of the one who runs.
    ends: Option<Instant>,
    /// How many ticks he has had since he began.
    ticks: u32,
    totals: Totals,
    real_time: Budget,
}

/// How many tasks are at what, and the load; for /proc.
#[derive(Clone, Copy, Debug)]
pub struct Census {
    /// Tasks that run or could.
    pub ready: usize,
    /// Programs that wait for what no signal ends.
    pub blocked: usize,
    /// The load averages.
    pub load: Load,
}

/// Makes the code that runs this CPU's idle task, and lets interrupts preempt from now on.
pub fn start() -> Result<()> {
    let idle = Task::new("idle", Fiber::boot())?;
    let turn = Turn {
        idle: idle.clone(),
        current: idle,
        since: clock::now(),
        ends: None,
        ticks: 0,
        totals: Totals::default(),
        real_time: Budget::default(),
    };
    CPUS.with(|cpu| *cpu.borrow_mut() = Some(turn));
    irq::set_preempt_hook(preempt);
    timer::start();
    Ok(())
}

/// What the idle task does: it sleeps while nobody is ready.
pub fn idle() -> ! {
    loop {
        give_way();
        cpu::idle_unless(|| !READY.lock().is_empty());
    }
}

/// Makes room for so many tasks in the queue, so that waking never allocates.
pub(super) fn reserve(tasks: usize) -> Result<()> {
    READY.lock().reserve(tasks)
}

/// Lets a new task take part.
pub(super) fn admit(task: &Arc<Task>) {
    enter(task, READY.lock(), RunQueue::min_vruntime);
}

/// Makes a task ready that was signalled, if it waits.
pub(super) fn wake(task: &Arc<Task>) {
    let ready = READY.lock();
    if task.state() != State::Waiting {
        return;
    }
    if task.is_blocked_program() {
        with_turn(|turn| turn.settle_load(&ready, clock::now()));
        BLOCKED.fetch_sub(1, Ordering::Relaxed);
    }
    task.state.store(State::Ready as u8, Ordering::Release);
    enter(task, ready, |ready| ready.wake_vruntime(task.vruntime.load(Ordering::Relaxed)));
}

/// Puts a task into the queue at the place that is right when the one who runs has been charged, and sees that its turn comes.
fn enter(task: &Arc<Task>, mut ready: SpinGuard<RunQueue<Arc<Task>>>, place: impl FnOnce(&RunQueue<Arc<Task>>) -> u64) {
    let now = clock::now();
    with_turn(|turn| turn.charge(now, &mut ready));
    let place = if task.priority() == 0 {
        let vruntime = place(&ready);
        task.vruntime.store(vruntime, Ordering::Relaxed);
        vruntime
    } else {
        with_turn(|turn| turn.place(task, &ready)).unwrap_or(0)
    };
    ready.push(task.clone(), place);
    let ends = with_turn(|turn| turn.attend(now, place, &ready));
    drop(ready);
    if let Some(ends) = ends.flatten() {
        timer::arm(ends);
    }
}

/// Gives a task the place that it has now, if it is ready; and whoever is more urgent than the one who runs has his turn.
pub(super) fn place_anew(task: &Arc<Task>) {
    let mut ready = READY.lock();
    if ready.remove(|other| Arc::ptr_eq(other, task)) {
        enter(task, ready, |ready| ready.wake_vruntime(task.vruntime.load(Ordering::Relaxed)));
    } else {
        cpu::want_reschedule();
    }
}

/// The body of every task.
pub(super) fn run(body: impl FnOnce(&TaskContext)) {
    let Some(task) = with_turn(|turn| turn.current.clone()) else { return };
    let context = TaskContext::new(task);
    body(&context);
    let task = context.task();
    task.state.store(State::Ended as u8, Ordering::Release);
    task.tell_end();
}

/// What every task does when its body is done.
pub(super) fn end() -> ! {
    let hold = Hold::new();
    match choose(After::End) {
        Some((from, to)) => fiber::leave(hold, from, to),
        None => machine::panic::fatal(format_args!("a task ends, and nobody is there to go on")),
    }
}

/// Lets somebody else run who has had less time, if there is one: what a preempting interrupt asks for.
pub(super) fn preempt() {
    cpu::take_reschedule();
    switch(After::Ready);
}

/// Lets somebody else run, if anybody is ready.
pub(super) fn give_way() {
    cpu::take_reschedule();
    if !READY.lock().is_empty() {
        switch(After::Yield);
    }
}

/// Sleeps until the token is there, and takes it.
pub(super) fn wait(task: &Arc<Task>) {
    while !task.token.swap(false, Ordering::AcqRel) {
        switch(After::Wait);
    }
}

/// Brings the account of the one who runs up to date.
pub(super) fn settle() {
    let mut ready = READY.lock();
    with_turn(|turn| turn.charge(clock::now(), &mut ready));
}

/// What the CPU has done since boot, up to now.
pub fn totals() -> Totals {
    settle();
    with_turn(|turn| turn.totals).unwrap_or_default()
}

/// Who wants to run now, and the load.
pub fn census() -> Census {
    let mut ready = READY.lock();
    with_turn(|turn| turn.charge(clock::now(), &mut ready));
    let running = with_turn(|turn| turn.is_busy()).unwrap_or(false);
    Census { ready: ready.len() + usize::from(running), blocked: BLOCKED.load(Ordering::Relaxed), load: *LOAD.lock() }
}

/// What becomes of the one who leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// It stays if nobody has run less.
    Ready,
    /// It goes behind those who have run as much.
    Yield,
    Wait,
    End,
}

/// Leaves the CPU to whoever is first, if anybody; returns when it is this task's turn again.
fn switch(after: After) {
    let hold = Hold::new();
    if let Some((from, to)) = choose(after) {
        fiber::switch(hold, from, to);
    }
}

/// Decides who is next and makes it this CPU's current task: who leaves and who comes, or nothing if all stays. Fibers, not
/// tasks: whoever leaves for long must not keep the other, which may end meanwhile.
fn choose(after: After) -> Option<(Arc<Fiber>, Arc<Fiber>)> {
    let mut ready = READY.lock();
    let (chosen, ends) = with_turn(|turn| (turn.pass_on(after, &mut ready), turn.ends))?;
    drop(ready);
    if let Some(ends) = ends {
        timer::arm(ends);
    }
    chosen.map(|(from, to)| (from.fiber.clone(), to.fiber.clone()))
}

impl Turn {
    fn pass_on(&mut self, after: After, ready: &mut RunQueue<Arc<Task>>) -> Option<(Arc<Task>, Arc<Task>)> {
        let now = clock::now();
        self.charge(now, ready);
        if !self.leaves(after, ready) {
            self.ends = self.is_busy().then_some(Instant(now.0 + slice(&self.current)));
            return None;
        }
        let next = ready.pop().map_or_else(|| self.idle.clone(), |(task, _)| task);
        self.ends = (!Arc::ptr_eq(&next, &self.idle)).then_some(Instant(now.0 + slice(&next)));
        if Arc::ptr_eq(&next, &self.current) {
            return None;
        }
        self.totals.switches += 1;
        self.ticks = 0;
        self.current.account.leave(matches!(after, After::Wait | After::End));
        Some((core::mem::replace(&mut self.current, next.clone()), next))
    }

    /// Writes the time since the last look into the account of the one who runs, and tells the queue.
    fn charge(&mut self, now: Instant, ready: &mut RunQueue<Arc<Task>>) {
        let ran = now.0.saturating_sub(self.since.0);
        self.since = now;
        self.settle_load(ready, now);
        let task = &self.current;
        if Arc::ptr_eq(task, &self.idle) {
            let awaited = BLOCKED.load(Ordering::Relaxed) > 0;
            *if awaited { &mut self.totals.waiting } else { &mut self.totals.idle } += ran;
            task.account.charge(ran);
        } else {
            self.totals.add(ran, task.account.charge(ran), task.nice());
            if task.priority() == 0 {
                let charge = run_queue::charge(ran, task.nice());
                ready.advance(task.vruntime.fetch_add(charge, Ordering::Relaxed) + charge);
            } else {
                self.charge_real_time(now, ran, ready);
            }
        }
    }

    #[cold]
    fn charge_real_time(&mut self, now: Instant, ran: u64, ready: &RunQueue<Arc<Task>>) {
        self.real_time.advance(now);
        self.real_time.charge(ran);
        // Should it have to share, it begins where the others are.
        let vruntime = self.current.vruntime.load(Ordering::Relaxed);
        let vruntime = if self.real_time.is_spent() { vruntime + ran } else { vruntime };
        self.current.vruntime.store(vruntime.max(ready.min_vruntime()), Ordering::Relaxed);
    }

    /// Where a task stands among those who are ready.
    fn place(&self, task: &Task, ready: &RunQueue<Arc<Task>>) -> u64 {
        match task.priority() {
            0 => task.vruntime.load(Ordering::Relaxed),
            _ if self.real_time.is_spent() => task.vruntime.load(Ordering::Relaxed).max(ready.min_vruntime()),
            priority => run_queue::real_time_place(priority),
        }
    }

    fn is_busy(&self) -> bool {
        !Arc::ptr_eq(&self.current, &self.idle)
    }

    /// Makes up for the looks at the load that are due, before anything changes.
    fn settle_load(&self, ready: &RunQueue<Arc<Task>>, now: Instant) {
        let wanting = ready.len() + usize::from(self.is_busy()) + BLOCKED.load(Ordering::Relaxed);
        LOAD.lock().advance(now.0, wanting);
    }

    /// Settles what becomes of the one who runs; says whether somebody else is to run.
    fn leaves(&self, after: After, ready: &mut RunQueue<Arc<Task>>) -> bool {
        let task = &self.current;
        if Arc::ptr_eq(task, &self.idle) {
            return !ready.is_empty();
        }
        match after {
            After::End => true,
            After::Wait if task.token.load(Ordering::Acquire) => false,
            After::Wait => {
                task.state.store(State::Waiting as u8, Ordering::Release);
                if task.is_blocked_program() {
                    BLOCKED.fetch_add(1, Ordering::Relaxed);
                }
                true
            }
            After::Ready | After::Yield => {
                let own = self.place(task, ready);
                let Some(least) = ready.least().filter(|&least| self.goes_after(own, least, after)) else {
                    return false;
                };
                if run_queue::is_real_time(own) && least < own && after == After::Ready {
                    ready.push_first(task.clone(), own);
                } else {
                    ready.push(task.clone(), own.max(least));
                }
                true
            }
        }
    }

    /// Whether the one who runs, at a place of its own, makes way for the first of those who are ready.
    fn goes_after(&self, own: u64, least: u64, after: After) -> bool {
        match after {
            _ if least < own => true,
            After::Yield => least == own || !run_queue::is_real_time(own),
            _ => least == own && run_queue::is_real_time(own) && self.current.takes_turns() && self.ends.is_none(),
        }
    }

    /// When to look again, after having asked for a switch if it is time for one.
    fn next_tick(&mut self, now: Instant, alone: bool) -> Option<Instant> {
        let ends = self.ends?;
        if ends > now {
            return Some(ends);
        }
        self.ends = alone.then_some(Instant(now.0 + slice(&self.current)));
        if !alone {
            cpu::want_reschedule();
        }
        self.ends
    }

    /// Makes sure that a task that has just become ready gets its turn: at once if nobody runs or whoever runs has run much
    /// more, else when the time is up of the one who runs. Says when that is, for the clock: also of one who is asked to make
    /// way at once, since he may compute on for long without a look.
    fn attend(&mut self, now: Instant, place: u64, ready: &RunQueue<Arc<Task>>) -> Option<Instant> {
        if Arc::ptr_eq(&self.current, &self.idle) {
            cpu::want_reschedule();
            return None;
        }
        let head_start = if run_queue::is_real_time(place) { 0 } else { urgent() };
        if place + head_start < self.place(&self.current, ready) {
            cpu::want_reschedule();
        }
        Some(*self.ends.get_or_insert(Instant(now.0 + slice(&self.current))))
    }
}

/// Called when time has passed, with whether it was a program that was found running: asks for a switch if the time is up of
/// the one who runs and somebody else is ready; else says when to call again.
pub(super) fn tick(now: Instant, program: bool) -> Option<Instant> {
    let mut ready = READY.lock();
    let alone = ready.is_empty();
    let found = with_turn(|turn| {
        turn.current.account.find(program);
        turn.charge(now, &mut ready);
        turn.ticks = turn.ticks.wrapping_add(1);
        if program && fits_memory(turn.ticks) {
            fiber::reload_space();
        }
        (turn.current.clone(), turn.next_tick(now, alone))
    });
    drop(ready);
    let (current, next) = found?;
    if let Some(owner) = current.owner() {
        owner.tick();
    }
    next
}

fn with_turn<R>(work: impl FnOnce(&mut Turn) -> R) -> Option<R> {
    CPUS.with(|cpu| cpu.borrow_mut().as_mut().map(work))
}
