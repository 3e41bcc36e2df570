//! A process: an address space, files, and the threads that run in them.

use super::belongings::Belongings;
use super::credentials::Credentials;
use super::limits::Limits;
use super::program::Program;
use super::session::Membership;
use super::signal::{Actions, Pending};
use super::table::{OwnPid, Pid};
use super::thread::Thread;
use super::timers::Timers;
use super::usage::Past;
use super::watch::Watch;
use super::watchers::Watchers;
use crate::fs;
use crate::fs::lookup::Lookup;
use crate::memory::AddressSpace;
use crate::task::{Instant, WaitQueue};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, Ordering};
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use logic::wait_status::WaitStatus;
use machine::lock::SpinLock;

/// A process, from its birth until its parent has waited for it and nobody refers to it any more.
pub struct Process {
    id: Arc<OwnPid>,
    /// When it was born.
    pub born: Instant,
    /// What it wants done about signals.
    pub actions: Arc<Actions>,
    /// Woken when a child has news.
    pub children: WaitQueue,
    /// Signals for whichever thread takes them first.
    pub(super) pending: SpinLock<Pending>,
    /// What it runs; `None` once it has ended.
    program: SpinLock<Option<Arc<Program>>>,
    name: SpinLock<Name>,
    /// The ids that files see; replaced as a whole.
    pub(super) file_ids: SpinLock<Arc<fs::credentials::Credentials>>,
    pub(super) credentials: SpinLock<Credentials>,
    limits: SpinLock<Limits>,
    /// What threads have used that have ended, and children that it has waited for.
    pub(super) past: SpinLock<Past>,
    /// What is done about its system calls; children get it.
    pub watch: Watch,
    /// Its session, its group, its terminal.
    pub(super) membership: SpinLock<Membership>,
    /// It has run another program than its parent's.
    pub(super) executed: AtomicBool,
    /// Whether others may look into it (PR_SET_DUMPABLE): 0 or 1.
    pub dumpable: AtomicU8,
    /// The number of the signal that it gets when its parent ends (PR_SET_PDEATHSIG); 0: none.
    pub parent_death_signal: AtomicU8,
    /// Orphans among its descendants become its children (PR_SET_CHILD_SUBREAPER).
    pub adopts: AtomicBool,
    /// Something is to happen when it has run for some time, so each tick looks.
    pub(super) clocked: AtomicBool,
    /// Woken when ticks found it running, and how many wait for that.
    pub(super) clock_moved: WaitQueue,
    pub(super) clock_watchers: AtomicU32,
    /// Timers that send it signals.
    pub(super) timers: Timers,
    /// Added to its size when one is chosen to be killed for lack of memory, in thousandths: oom_score_adj.
    pub kill_adjustment: AtomicI32,
    /// What personality(2) set.
    pub(super) personality: AtomicU32,
    /// What its parent gets when it ends.
    end_signal: SpinLock<Option<Signal>>,
    /// It runs in its parent's memory, which waits for that to end.
    pub(super) borrows_memory: AtomicBool,
    /// Woken when it does not any more.
    pub(super) memory_returned: WaitQueue,
    pub(super) life: SpinLock<Life>,
    /// Woken when a stopped process goes on or must end.
    pub(super) resumed: WaitQueue,
    /// It has ended, and its parent was told.
    pub(super) is_over: AtomicBool,
    /// Woken then.
    pub(super) over: WaitQueue,
    /// Files that signals are read from.
    pub(super) signal_files: Watchers,
    /// Woken when a thread has ended.
    pub(super) fewer_threads: WaitQueue,
}

/// Who runs in a process, and how long yet.
pub(super) struct Life {
    pub(super) threads: Vec<Arc<Thread>>,
    /// It ends, or has ended, with this status: threads leave as soon as they see it.
    pub(super) ending: Option<WaitStatus>,
    /// The thread that wants to be alone, to run another program: the others leave as soon as they see it.
    pub(super) sole: Option<Arc<Thread>>,
    pub(super) stopped: bool,
}

/// What a child gets from its parent, or the first process from the kernel.
pub(in crate::process) struct Inheritance {
    /// The ids that files see.
    pub file_ids: Arc<fs::credentials::Credentials>,
    /// What to do about signals.
    pub actions: Arc<Actions>,
    /// Whose it is.
    pub credentials: Credentials,
    /// Resource limits.
    pub limits: Limits,
    /// What is done about its system calls.
    pub watch: Watch,
    /// Session, group and terminal.
    pub(super) membership: Membership,
}

/// A process's name, as ps(1) shows it: up to 15 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Name {
    bytes: [u8; Name::LONGEST],
    length: u8,
}

impl Process {
    /// A process that runs a program, without threads yet and known to nobody.
    pub(super) fn new(program: Arc<Program>, name: Name, inheritance: Inheritance) -> Result<Arc<Process>> {
        let Inheritance { file_ids, actions, credentials, limits, watch, membership } = inheritance;
        Ok(Arc::new(Process {
            id: Arc::new(OwnPid::new()?),
            born: machine::clock::now(),
            actions,
            children: WaitQueue::new(),
            pending: SpinLock::new("process's signals", Pending::new()),
            program: SpinLock::new("process's program", Some(program)),
            name: SpinLock::new("process's name", name),
            file_ids: SpinLock::new("ids for files", file_ids),
            credentials: SpinLock::new("credentials", credentials),
            limits: SpinLock::new("limits", limits),
            past: SpinLock::new("process's past", Past::default()),
            watch,
            membership: SpinLock::new("process's group", membership),
            executed: AtomicBool::new(false),
            dumpable: AtomicU8::new(1),
            parent_death_signal: AtomicU8::new(0),
            adopts: AtomicBool::new(false),
            clocked: AtomicBool::new(false),
            clock_moved: WaitQueue::new(),
            clock_watchers: AtomicU32::new(0),
            timers: Timers::new(),
            kill_adjustment: AtomicI32::new(0),
            personality: AtomicU32::new(0),
            end_signal: SpinLock::new("end signal", Some(Signal::CHLD)),
            borrows_memory: AtomicBool::new(false),
            memory_returned: WaitQueue::new(),
            life: SpinLock::new("process's life", Life::new()),
            resumed: WaitQueue::new(),
            is_over: AtomicBool::new(false),
            over: WaitQueue::new(),
            signal_files: Watchers::new(),
            fewer_threads: WaitQueue::new(),
        }))
    }

    /// Its number.
    pub fn pid(&self) -> Pid {
        self.id.get()
    }

    /// Its number, for whatever keeps it from being given to another.
    pub(super) fn own_pid(&self) -> &Arc<OwnPid> {
        &self.id
    }

    /// What it runs; `ESRCH` once it has ended.
    pub fn program(&self) -> Result<Arc<Program>> {
        self.program.lock().clone().ok_or(Errno::ESRCH)
    }

    /// Its memory; `ESRCH` once it has ended.
    pub fn space(&self) -> Result<Arc<AddressSpace>> {
        self.program().map(|program| program.space.clone())
    }

    /// What its first thread that lives has of files; `ESRCH` once it has ended.
    pub fn belongings(&self) -> Result<Belongings> {
        self.first_thread().ok_or(Errno::ESRCH)?.belongings()
    }

    /// Where it looks for files; `ESRCH` once it has ended.
    pub fn lookup(&self) -> Result<Arc<Lookup>> {
        Ok(self.belongings()?.viewpoint.lookup(self))
    }

    /// Its name.
    pub fn name(&self) -> Name {
        *self.name.lock()
    }

    /// Renames it.
    pub fn set_name(&self, name: Name) {
        *self.name.lock() = name;
    }

    /// Whose it is.
    pub fn credentials(&self) -> Credentials {
        *self.credentials.lock()
    }

    /// Its resource limits.
    pub fn limits(&self) -> Limits {
        self.limits.lock().clone()
    }

    /// What binds of one of them, which must be there.
    pub fn soft_limit(&self, kind: u32) -> u64 {
        self.limits.lock().soft(kind)
    }

    /// Changes its resource limits.
    pub fn change_limits<R>(&self, change: impl FnOnce(&mut Limits) -> R) -> R {
        change(&mut self.limits.lock())
    }

    /// Whether it has ended, and only its parent may want to know how.
    pub fn has_ended(&self) -> bool {
        self.program.lock().is_none()
    }

    /// Whether it has ended and its parent was told.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Whether it has run another program since it was born.
    pub fn has_executed(&self) -> bool {
        self.executed.load(Ordering::Relaxed)
    }

    /// What its parent gets when it ends.
    pub(super) fn end_signal(&self) -> Option<Signal> {
        *self.end_signal.lock()
    }

    pub(super) fn set_end_signal(&self, signal: Option<Signal>) {
        *self.end_signal.lock() = signal;
    }

    /// Nanoseconds that its threads have run.
    pub fn run_time(&self) -> u64 {
        let usage = self.past().own.usage;
        let mut sum = usage.user + usage.system;
        self.for_each_thread(|thread| sum += thread.run_time());
        sum
    }

    /// How it ends or has ended, if it does.
    pub fn ending(&self) -> Option<WaitStatus> {
        self.life.lock().ending
    }

    /// Whether it ends, or will as soon as its threads see to their signals. Who waits for another process on its behalf stops then.
    pub fn is_dying(&self) -> bool {
        self.ending().is_some() || self.pending.lock().set().contains(Signal::KILL)
    }

    /// Whether it does not run until it gets SIGCONT.
    pub fn is_stopped(&self) -> bool {
        self.life.lock().stopped
    }

    /// A thread of it by number.
    pub fn thread(&self, id: Pid) -> Option<Arc<Thread>> {
        self.life.lock().threads.iter().find(|thread| thread.id() == id).cloned()
    }

    /// The first of its threads that lives.
    pub fn first_thread(&self) -> Option<Arc<Thread>> {
        self.life.lock().threads.first().cloned()
    }

    /// How many threads it has.
    pub fn thread_count(&self) -> usize {
        self.life.lock().threads.len()
    }

    /// Whether it has one thread.
    pub fn is_alone(&self) -> bool {
        self.life.lock().threads.len() == 1
    }

    /// Its threads, without a lock held between two. From the last to the first, so that none is missed when another ends
    /// meanwhile; new ones are.
    pub fn threads(&self) -> impl Iterator<Item = Arc<Thread>> {
        let mut left = usize::MAX;
        core::iter::from_fn(move || {
            let life = self.life.lock();
            left = left.min(life.threads.len()).checked_sub(1)?;
            life.threads.get(left).cloned()
        })
    }

    /// Shows every thread.
    pub fn for_each_thread(&self, show: impl FnMut(&Arc<Thread>)) {
        self.life.lock().threads.iter().for_each(show);
    }

    /// Has it run another program; the old one is handed back.
    pub(super) fn replace_program(&self, program: Option<Arc<Program>>) -> Option<Arc<Program>> {
        let old = core::mem::replace(&mut *self.program.lock(), program);
        if let Some(old) = &old {
            self.leave_program(old);
        }
        old
    }
}

impl Life {
    fn new() -> Life {
        Life { threads: Vec::new(), ending: None, sole: None, stopped: false }
    }
}

impl Name {
    const LONGEST: usize = 15;

    /// The name, cut if need be.
    pub fn new(text: &[u8]) -> Name {
        let mut name = Name::default();
        let length = text.len().min(Name::LONGEST);
        name.bytes[..length].copy_from_slice(&text[..length]);
        name.length = length as u8;
        name
    }

    /// That of the last part of a path.
    pub fn of_path(path: &[u8]) -> Name {
        Name::new(path.rsplit(|&byte| byte == b'/').next().unwrap_or_default())
    }

    /// As bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.bytes().escape_ascii())
    }
}
