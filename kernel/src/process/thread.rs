//! A thread of a process: what others know of it, and what only its own task holds.

use super::belongings::Belongings;
use super::process::{Name, Process};
use super::session;
use super::signal::{Interrupted, Pending, Restarts};
use super::table::{self, OwnPid, Pid};
use super::turn::Rules;
use crate::fs::lookup::Lookup;
use crate::memory::AddressSpace;
use crate::task::{Instant, Owner, Task, TaskContext, Usage};
use alloc::sync::{Arc, Weak};
use core::any::Any;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use logic::signal::{Signal, SignalSet};
use logic::wait_status::WaitStatus;
use machine::lock::SpinLock;
use machine::user::{Exception, UserContext};

/// By how much threads let themselves be woken late that said nothing of it, in nanoseconds.
const DEFAULT_SLACK: u64 = 50_000;

/// A thread, as others know it.
pub struct Thread {
    /// Its number; the first thread has the process's, and so gets who runs another program.
    id: SpinLock<Arc<OwnPid>>,
    /// What it runs in.
    pub process: Arc<Process>,
    /// Its task, from its start on.
    task: SpinLock<Option<Arc<Task>>>,
    /// What it blocks, and what has come for it alone.
    pub signals: SpinLock<ThreadSignals>,
    /// There is something to see to before the program goes on: a signal, or the end.
    attention: AtomicBool,
    /// Where a zero is to be written when it ends, for who waits there: set_tid_address(2).
    pub clear_at_end: AtomicU64,
    /// Where its list of robust locks begins: set_robust_list(2).
    pub robust_list: AtomicU64,
    /// By which rules it gets its turn.
    pub(super) rules: SpinLock<Rules>,
    /// By how many nanoseconds it would let itself be woken late (PR_SET_TIMERSLACK).
    pub timer_slack: AtomicU64,
    /// What that was at first.
    pub(super) first_timer_slack: AtomicU64,
    /// Its name; the first thread's is the process's.
    name: SpinLock<Name>,
    /// What it has of files, until it ends.
    belongings: SpinLock<Option<Belongings>>,
    /// How many page faults were served for it.
    pub faults: AtomicU64,
}

/// A thread's side of signals.
pub struct ThreadSignals {
    /// What it does not want now.
    pub blocked: SignalSet,
    /// What `blocked` is to be again after the next delivery: sigsuspend(2).
    pub restored: Option<SignalSet>,
    /// What it waits for, though it is blocked: sigtimedwait(2).
    pub(super) awaited: SignalSet,
    /// What has come.
    pub pending: Pending,
    /// Where handlers run that ask for it: sigaltstack(2).
    pub stack: AlternateStack,
}

/// A stack for signal handlers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AlternateStack {
    /// Its lowest address.
    pub base: u64,
    /// Its size in bytes; 0: there is none.
    pub size: u64,
    /// It is forgotten while a handler runs on it (SS_AUTODISARM).
    pub disarms: bool,
}

/// What only a thread's own task holds: the program's registers, and the space that they are for.
pub struct Running {
    /// The thread.
    pub thread: Arc<Thread>,
    /// The registers.
    pub user: UserContext,
    /// The memory.
    pub space: Arc<AddressSpace>,
    /// What it has of files; the same as the thread says.
    pub belongings: Belongings,
    /// The exception that the program caused last, for signal handlers to see.
    pub exception: Option<Exception>,
    /// The system call that a signal has just cut short.
    pub interrupted: Option<Interrupted>,
    /// It ends, though its process may go on: exit(2).
    pub leaving: Option<WaitStatus>,
    /// How the call that gives `EINTR` goes on, if not as its number says.
    pub restarts: Option<Restarts>,
    /// When a sleep that begins again was to end.
    pub deadline: Option<Instant>,
    /// The next call is one that begins again.
    pub(super) restarted: bool,
}

impl Thread {
    /// A thread that does not run yet, in a process that it is entered in. `ENOMEM`; `EINTR` if the process ends.
    pub(super) fn new(
        process: &Arc<Process>,
        id: Arc<OwnPid>,
        name: Name,
        belongings: &Belongings,
        blocked: SignalSet,
    ) -> Result<Arc<Thread>> {
        let signals = ThreadSignals {
            blocked,
            restored: None,
            awaited: SignalSet::EMPTY,
            pending: Pending::new(),
            stack: AlternateStack::default(),
        };
        let thread = Arc::new(Thread {
            id: SpinLock::new("thread's number", id),
            process: process.clone(),
            task: SpinLock::new("thread's task", None),
            signals: SpinLock::new("thread's signals", signals),
            // The process may have been stopped a moment ago.
            attention: AtomicBool::new(true),
            clear_at_end: AtomicU64::new(0),
            robust_list: AtomicU64::new(0),
            timer_slack: AtomicU64::new(DEFAULT_SLACK),
            first_timer_slack: AtomicU64::new(DEFAULT_SLACK),
            rules: SpinLock::new("thread's rules", Rules::ORDINARY),
            name: SpinLock::new("thread's name", name),
            belongings: SpinLock::new("thread's belongings", Some(belongings.clone())),
            faults: AtomicU64::new(0),
        });
        let mut life = process.life.lock();
        if life.ending.is_some() || life.sole.is_some() {
            return Err(Errno::EINTR);
        }
        life.threads.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        life.threads.push(thread.clone());
        drop(life);
        Ok(thread)
    }

    /// Its number.
    pub fn id(&self) -> Pid {
        self.id.lock().get()
    }

    /// Whether it has its process's number.
    pub fn leads(&self) -> bool {
        self.id() == self.process.pid()
    }

    /// Gives it its process's number, which nobody else has now.
    pub(super) fn take_lead(&self) {
        let old = core::mem::replace(&mut *self.id.lock(), self.process.own_pid().clone());
        drop(old);
    }

    /// What it has of files; `ESRCH` once it has ended.
    pub fn belongings(&self) -> Result<Belongings> {
        self.belongings.lock().clone().ok_or(Errno::ESRCH)
    }

    /// Where it looks for files; `ESRCH` once it has ended.
    pub fn lookup(&self) -> Result<Arc<Lookup>> {
        Ok(self.belongings()?.viewpoint.lookup(&self.process))
    }

    /// Says that it has other things, or none any more.
    pub(super) fn set_belongings(&self, new: Option<Belongings>) {
        let old = core::mem::replace(&mut *self.belongings.lock(), new);
        drop(old);
    }

    /// How it must end, if it must: its process ends, or another of its threads goes on alone.
    pub fn end_due(&self) -> Option<WaitStatus> {
        let life = self.process.life.lock();
        let alone = life.sole.as_ref().is_some_and(|sole| !core::ptr::eq(&**sole, self));
        life.ending.or(alone.then_some(WaitStatus::Killed { signal: Signal::KILL, core: false }))
    }

    /// Tells it which task it is; the task itself says so before anything else, and so does who has started it. They may be at it at
    /// once: each does all of it unless all is done, and doing it twice changes nothing.
    pub fn begin(self: &Arc<Self>, task: &Arc<Task>) {
        if self.task.lock().is_none() {
            task.set_owner(Arc::downgrade(self) as Weak<dyn Owner>);
            *self.task.lock() = Some(task.clone());
            self.tell_rules();
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        if self.leads() { self.process.name() } else { *self.name.lock() }
    }

    /// Renames it; the first thread's name is the process's.
    pub fn set_name(&self, name: Name) {
        *self.name.lock() = name;
        if self.leads() {
            self.process.set_name(name);
        }
        if let Some(task) = self.task() {
            task.set_name(core::str::from_utf8(name.bytes()).unwrap_or("?"));
        }
    }

    /// Sets by how many nanoseconds it lets itself be woken late; 0: as at first.
    pub fn set_timer_slack(&self, slack: u64) {
        let slack = if slack == 0 { self.first_timer_slack.load(Ordering::Relaxed) } else { slack };
        self.timer_slack.store(slack, Ordering::Relaxed);
    }

    /// Its task, once it runs.
    pub fn task(&self) -> Option<Arc<Task>> {
        self.task.lock().clone()
    }

    /// Nanoseconds that it has run.
    pub fn run_time(&self) -> u64 {
        self.task().map_or(0, |task| task.run_time())
    }

    /// What it has had of the CPU.
    pub fn usage(&self) -> Usage {
        self.task().map_or_else(Usage::default, |task| task.usage())
    }

    /// Makes it look at its signals and at its process's end, soon: out of a wait, or out of its program.
    pub fn notify(&self) {
        self.attention.store(true, Ordering::Release);
        if let Some(task) = self.task() {
            task.interrupt();
        }
    }

    /// Whether there is something to see to.
    #[inline]
    pub fn needs_attention(&self) -> bool {
        self.attention.load(Ordering::Acquire)
    }

    /// Makes it look before it goes back to its program; for the thread itself.
    pub fn attend_soon(&self) {
        self.attention.store(true, Ordering::Release);
    }

    /// Called when it looks: from now on news makes it look again.
    pub(super) fn take_attention(&self) {
        if let Some(task) = self.task() {
            task.clear_interrupt();
        }
        self.attention.store(false, Ordering::Release);
    }
}

/// The thread of a number, in a process if that is given; `ESRCH`.
pub fn find_thread(process: Option<Pid>, thread: Pid) -> Result<Arc<Thread>> {
    if let Some(process) = process {
        return table::find(process)?.thread(thread).ok_or(Errno::ESRCH);
    }
    // The first thread has its process's number; others are looked for.
    let first = table::find(thread).ok().and_then(|process| process.thread(thread));
    first.or_else(|| session::find_map(|process| process.thread(thread))).ok_or(Errno::ESRCH)
}

impl Owner for Thread {
    fn tick(&self) {
        if self.process.clocked.load(Ordering::Relaxed) {
            self.attend_soon();
        }
    }
}

/// The thread that runs in a task, for a file that minds who uses it (a terminal, /proc/self); `None` in a task of the kernel's.
pub fn caller(ctx: &TaskContext) -> Option<Arc<Thread>> {
    let owner: Arc<dyn Any + Send + Sync> = ctx.task().owner()?;
    owner.downcast().ok()
}

impl Running {
    /// How the thread looks for files.
    #[inline]
    pub fn lookup(&self) -> Arc<Lookup> {
        self.belongings.viewpoint.lookup(&self.thread.process)
    }

    /// Called when a call begins: what is left over from one that it does not continue is dropped.
    pub fn begin_call(&mut self) {
        self.interrupted = None;
        if !core::mem::take(&mut self.restarted) {
            self.deadline = None;
        }
    }

    /// A thread that will go on with these registers.
    pub(super) fn new(
        thread: Arc<Thread>,
        user: UserContext,
        space: Arc<AddressSpace>,
        belongings: Belongings,
    ) -> Running {
        Running {
            thread,
            user,
            space,
            belongings,
            exception: None,
            interrupted: None,
            restarts: None,
            leaving: None,
            deadline: None,
            restarted: false,
        }
    }
}
