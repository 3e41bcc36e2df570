//! What a task is, how one begins and ends, and which there are.

use super::{Account, TaskContext, Usage, WaitQueue, schedule, timer, wait::Waiter};
use alloc::{
    boxed::Box,
    collections::BTreeMap,
    sync::{Arc, Weak},
    vec::Vec,
};
use arrayvec::ArrayString;
use core::any::Any;
use core::sync::atomic::{AtomicBool, AtomicI8, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use logic::errno::{Errno, Result};
use machine::{fiber::Fiber, heap, list::Node, lock::SpinLock};

/// The longest name that is kept: Linux's limit for a thread's, and one for its NUL.
const NAME_MAX: usize = 16;

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// It runs, or is next in its turn.
    Ready,
    /// It sleeps until it is signalled.
    Waiting,
    /// It is over.
    Ended,
}

/// Whom a task works for: something of the layers above, which alone know what it is. Its time counts as a program's until a tick
/// finds it in the kernel.
pub trait Owner: Any + Send + Sync {
    /// A tick found the task running. Called by an interrupt handler.
    fn tick(&self);
}

/// A task. It lives as long as somebody has an `Arc` of it; it runs as long as its body does.
pub struct Task {
    id: u64,
    name: SpinLock<ArrayString<NAME_MAX>>,
    pub(super) fiber: Arc<Fiber>,
    /// One of [`State`], changed under the scheduler's lock.
    pub(super) state: AtomicU8,
    /// Set by `signal`, taken by `wait`: so a signal is never lost.
    pub(super) token: AtomicBool,
    /// Set by `interrupt`, until whoever sent it is satisfied.
    interrupted: AtomicBool,
    /// How it stands in the queue of those who are ready; belongs to the scheduler's lock.
    pub(super) vruntime: AtomicU64,
    /// What it has had of the CPU.
    pub(super) account: Account,
    /// Its present wait does not end by an interruption.
    pub(super) deaf: AtomicBool,
    pub(super) nice: AtomicI8,
    /// How urgent it is if it runs in real time, 1 to 99; 0 if it shares with others.
    priority: AtomicU8,
    /// In real time: it takes turns with those of the same priority.
    takes_turns: AtomicBool,
    /// How it joins wait queues, and mutexes: it can be in one of each.
    pub(super) waiter: Arc<Node<Waiter>>,
    pub(super) mutex_waiter: Arc<Node<Waiter>>,
    /// Whom it works for, if the layers above said so.
    owner: SpinLock<Option<Weak<dyn Owner>>>,
    /// Woken at its end.
    ended: WaitQueue,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);
/// How many tasks live or are being made.
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// Every task that lives, by its number.
static ALL: SpinLock<BTreeMap<u64, Weak<Task>>> = SpinLock::new("all tasks", BTreeMap::new());

/// Makes a task that runs `body` and then ends. `ENOMEM` without memory for its stack.
pub fn spawn(name: &str, body: impl FnOnce(&TaskContext) + Send + 'static) -> Result<Arc<Task>> {
    let fiber = Fiber::new(Box::new(move || schedule::run(body)), schedule::end)?;
    let task = Task::new(name, fiber)?;
    schedule::admit(&task);
    Ok(task)
}

/// Every task that lives, by its number. `ENOMEM` without memory for the list.
pub fn all() -> Result<Vec<Arc<Task>>> {
    let count = ALL.lock().len() + 8;
    let mut tasks = Vec::new();
    tasks.try_reserve(count).map_err(|_| Errno::ENOMEM)?;
    tasks.extend(ALL.lock().values().filter_map(Weak::upgrade).take(count));
    Ok(tasks)
}

impl Task {
    /// A task around a fiber, known to all, not yet ready.
    pub(super) fn new(name: &str, fiber: Arc<Fiber>) -> Result<Arc<Task>> {
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let tasks = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
        let reserved =
            schedule::reserve(tasks).and_then(|()| timer::reserve(tasks)).and_then(|()| heap::reserve_for(tasks));
        reserved.inspect_err(|_| count_less())?;
        let task = Arc::new_cyclic(|task: &Weak<Task>| Task {
            id,
            name: SpinLock::new("task name", shortened(name)),
            fiber,
            state: AtomicU8::new(State::Ready as u8),
            token: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            vruntime: AtomicU64::new(0),
            account: Account::default(),
            deaf: AtomicBool::new(true),
            nice: AtomicI8::new(0),
            priority: AtomicU8::new(0),
            takes_turns: AtomicBool::new(false),
            waiter: Arc::new(Node::new(Waiter::task(task.clone()))),
            mutex_waiter: Arc::new(Node::new(Waiter::task(task.clone()))),
            owner: SpinLock::new("task's owner", None),
            ended: WaitQueue::new(),
        });
        ALL.lock().insert(id, Arc::downgrade(&task));
        Ok(task)
    }

    /// Its number: unlike that of every other task there ever was.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its name, as far as it is kept.
    pub fn name(&self) -> ArrayString<NAME_MAX> {
        *self.name.lock()
    }

    /// Gives it another name; what is too long is cut.
    pub fn set_name(&self, name: &str) {
        *self.name.lock() = shortened(name);
    }

    /// Says whom it works for; that stays so.
    pub fn set_owner(&self, owner: Weak<dyn Owner>) {
        let mut own = self.owner.lock();
        if own.is_none() {
            self.account.run_program();
            *own = Some(owner);
        }
    }

    /// Whom it works for.
    pub fn owner(&self) -> Option<Arc<dyn Owner>> {
        self.owner.lock().as_ref().and_then(Weak::upgrade)
    }

    /// What it is doing.
    pub fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            value if value == State::Ready as u8 => State::Ready,
            value if value == State::Waiting as u8 => State::Waiting,
            _ => State::Ended,
        }
    }

    /// Nanoseconds that it has run, up to now.
    pub fn run_time(&self) -> u64 {
        let usage = self.usage();
        usage.user + usage.system
    }

    /// What it has had of the CPU, up to now.
    pub fn usage(&self) -> Usage {
        schedule::settle();
        self.account.usage()
    }

    /// Whether it waits for something that no signal ends, such as a disk.
    pub fn waits_deaf(&self) -> bool {
        self.state() == State::Waiting && self.deaf.load(Ordering::Relaxed)
    }

    /// How nice it is to others: -20 to 19, as setpriority(2).
    pub fn nice(&self) -> i8 {
        self.nice.load(Ordering::Relaxed)
    }

    /// Changes that; from its next turn on.
    pub fn set_nice(&self, nice: i8) {
        self.nice.store(nice.clamp(-20, 19), Ordering::Relaxed);
    }

    /// How urgent it is if it runs in real time, 1 to 99; 0 if it shares with others.
    #[inline]
    pub(super) fn priority(&self) -> u8 {
        self.priority.load(Ordering::Relaxed)
    }

    /// In real time: whether it takes turns with those of the same priority.
    pub(super) fn takes_turns(&self) -> bool {
        self.takes_turns.load(Ordering::Relaxed)
    }

    /// Has it run in real time from now on: before all of lower priority, until it waits or (`takes_turns`) its turn is over. With
    /// priority 0 it shares with others. sched(7)
    pub fn set_real_time(self: &Arc<Self>, priority: u8, takes_turns: bool) {
        let old = self.priority.swap(priority, Ordering::Relaxed);
        self.takes_turns.store(takes_turns, Ordering::Relaxed);
        if old != priority {
            schedule::place_anew(self);
        }
    }

    /// Ends its wait, or its next one. May be called from anywhere, also by an interrupt handler.
    pub fn signal(self: &Arc<Self>) {
        if !self.token.swap(true, Ordering::AcqRel) {
            schedule::wake(self);
        }
    }

    /// Leaves a signal for the next wait of the task itself, which may have taken one that was not meant for what it waited for.
    pub(super) fn keep_signal(&self) {
        self.token.store(true, Ordering::Release);
    }

    /// Makes its interruptible waits fail with `EINTR`, the present one and those to come, until `clear_interrupt`.
    pub fn interrupt(self: &Arc<Self>) {
        self.interrupted.store(true, Ordering::Release);
        self.signal();
    }

    /// Whether it was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Acquire)
    }

    /// Takes the interruption back. Whoever does this looks *after* it for what may have caused one.
    pub fn clear_interrupt(&self) {
        self.interrupted.store(false, Ordering::Release);
    }

    /// Sleeps until the task has ended.
    pub fn join(&self, ctx: &TaskContext) {
        self.ended.wait_until(ctx, || self.state() == State::Ended);
    }

    /// Where it stopped, for a backtrace of one that does not run; 0 for one that does.
    pub fn frame_pointer(&self) -> u64 {
        self.fiber.frame_pointer()
    }

    /// Called by the task itself when its body is done and its state says so.
    pub(super) fn tell_end(&self) {
        self.ended.wake_all();
    }
}

impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            State::Ready => "ready",
            State::Waiting => "waiting",
            State::Ended => "ended",
        })
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        ALL.lock().remove(&self.id);
        count_less();
    }
}

/// Counts a task that is not, and needs no reserve.
fn count_less() {
    let tasks = COUNT.fetch_sub(1, Ordering::Relaxed) - 1;
    // What is too little is made up for before the next call begins.
    let _ = heap::reserve_for(tasks);
}

fn shortened(name: &str) -> ArrayString<NAME_MAX> {
    let mut short = ArrayString::new();
    for character in name.chars() {
        if short.len() + character.len_utf8() >= NAME_MAX || short.try_push(character).is_err() {
            break;
        }
    }
    short
}
