//! A thread of a process: what others know of it, and what only its own task holds.

use super::process::Process;
use super::signal::Pending;
use super::table::{OwnPid, Pid};
use crate::memory::AddressSpace;
use crate::task::Task;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use logic::errno::Result;
use logic::signal::SignalSet;
use machine::lock::SpinLock;
use machine::user::{Exception, UserContext};

/// A thread, as others know it.
pub struct Thread {
    /// Its number; `None` for the first thread of a process, which has the process's.
    id: Option<OwnPid>,
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
}

/// A thread's side of signals.
pub struct ThreadSignals {
    /// What it does not want now.
    pub blocked: SignalSet,
    /// What `blocked` is to be again after the next delivery: sigsuspend(2).
    pub restored: Option<SignalSet>,
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
    /// The exception that the program caused last, for signal handlers to see.
    pub exception: Option<Exception>,
    /// The system call that a signal has just cut short.
    pub interrupted: Option<u64>,
}

impl Thread {
    /// A thread that does not run yet, in a process that it is entered in; the first one has the number of the process.
    /// `EAGAIN` without a number, `ENOMEM`.
    pub(super) fn new(process: &Arc<Process>, blocked: SignalSet) -> Result<Arc<Thread>> {
        let first = process.life.lock().threads.is_empty();
        let id = if first { None } else { Some(OwnPid::new()?) };
        let signals = ThreadSignals {
            blocked,
            restored: None,
            pending: Pending::new(),
            stack: AlternateStack::default(),
        };
        let thread = Arc::new(Thread {
            id,
            process: process.clone(),
            task: SpinLock::new("thread's task", None),
            signals: SpinLock::new("thread's signals", signals),
            attention: AtomicBool::new(false),
            clear_at_end: AtomicU64::new(0),
        });
        let mut life = process.life.lock();
        life.threads.try_reserve(1).map_err(|_| logic::errno::Errno::ENOMEM)?;
        life.threads.push(thread.clone());
        drop(life);
        Ok(thread)
    }

    /// Its number.
    pub fn id(&self) -> Pid {
        self.id.as_ref().map_or(self.process.pid(), OwnPid::get)
    }

    /// Tells it which task it is; the task itself says so before anything else.
    pub fn begin(&self, task: &Arc<Task>) {
        *self.task.lock() = Some(task.clone());
    }

    /// Its task, once it runs.
    pub fn task(&self) -> Option<Arc<Task>> {
        self.task.lock().clone()
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

    pub(super) fn take_attention(&self) -> bool {
        self.attention.swap(false, Ordering::AcqRel)
    }
}

impl Running {
    /// A thread that will go on with these registers.
    pub(super) fn new(thread: Arc<Thread>, user: UserContext, space: Arc<AddressSpace>) -> Running {
        Running { thread, user, space, exception: None, interrupted: None }
    }
}
