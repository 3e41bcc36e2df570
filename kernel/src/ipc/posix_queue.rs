//! Message queues with names and priorities, as files: mq_overview(7).
//!
//! A queue lives while it has a name or somebody has it open. `QUEUES` is the one directory of them.

use super::owner::{self, Asker};
use crate::fs::file::File;
use crate::fs::{OpenFile, Readiness};
use crate::memory::Sink;
use crate::process::signal::{self, Detail, Info};
use crate::process::{self, Pid};
use crate::task::{Instant, TaskContext, WaitQueue};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use machine::lock::SpinLock;

/// What a new queue has unless it is said, and the most that everybody may ask for: fs/mqueue/msg_max, msgsize_max.
pub const MESSAGES: u64 = 10;
/// fs/mqueue/msgsize_max
pub const LONGEST: u64 = 8192;
/// How many queues there may be: fs/mqueue/queues_max.
pub const MOST: usize = 256;

/// The most that the privileged may ask for.
const HARD_MESSAGES: u64 = 65536;
const HARD_LONGEST: u64 = 16 << 20;

/// What a message counts besides its bytes.
const COST: u64 = 96;

/// Priorities are below this.
pub const PRIORITIES: u32 = 32768;

/// SI_MESGQ.
const BY_QUEUE: i32 = -3;

static QUEUES: SpinLock<BTreeMap<Box<[u8]>, Arc<Named>>> = SpinLock::new("posix queues", BTreeMap::new());

/// What the queues of each user count.
static USED: SpinLock<BTreeMap<u32, u64>> = SpinLock::new("posix queues' users", BTreeMap::new());

/// A queue with its name's permissions.
struct Named {
    queue: Arc<PosixQueue>,
    user: u32,
    group: u32,
    mode: u16,
}

/// A queue.
pub struct PosixQueue {
    /// How many messages there may be, and how long each.
    pub most: u64,
    /// Likewise.
    pub longest: u64,
    /// Whose it counts as.
    user: u32,
    state: SpinLock<State>,
    changed: WaitQueue,
    /// How many wait for a message.
    receivers: AtomicUsize,
}

struct State {
    /// By falling priority, and of one priority by age.
    messages: VecDeque<(u32, Vec<u8>)>,
    bytes: u64,
    notice: Option<Notice>,
}

/// Who is told when a message comes to the empty queue: mq_notify(3).
#[derive(Clone, Copy)]
pub struct Notice {
    /// The process.
    pub process: u32,
    /// The signal; `None`: it is told nothing, but nobody else is.
    pub signal: Option<Signal>,
    /// What comes with it.
    pub value: u64,
}

/// What a new queue is to be.
pub struct Wanted {
    /// How many messages there may be, and how long each.
    pub size: Option<(u64, u64)>,
    /// Its name's permissions.
    pub mode: u16,
    /// What all queues of the user may count: RLIMIT_MSGQUEUE.
    pub limit: u64,
}

/// The queue of a name, made if there is none and something is wanted of a new one. `read`, `write`: what it is opened for.
pub fn open(
    asker: &Asker<'_>,
    name: &[u8],
    (read, write): (bool, bool),
    wanted: Option<&Wanted>,
    exclusive: bool,
) -> Result<Arc<PosixQueue>> {
    check_name(name)?;
    let there = QUEUES.lock().get(name).cloned();
    if let Some(there) = there {
        if wanted.is_some() && exclusive {
            return Err(Errno::EEXIST);
        }
        there.check(asker, read, write)?;
        return Ok(there.queue.clone());
    }
    let wanted = wanted.ok_or(Errno::ENOENT)?;
    let queue = Arc::new(PosixQueue::new(asker, wanted)?);
    let (user, group) = (asker.ids.user, asker.ids.group);
    let named = Arc::new(Named { queue: queue.clone(), user, group, mode: wanted.mode });
    let mut queues = QUEUES.lock();
    if queues.len() >= MOST && !asker.exceeds {
        return Err(Errno::ENOSPC);
    }
    if queues.contains_key(name) {
        return Err(Errno::EEXIST);
    }
    queues.insert(Box::from(name), named);
    Ok(queue)
}

/// Takes a name away: mq_unlink(3).
pub fn unlink(asker: &Asker<'_>, name: &[u8]) -> Result<()> {
    check_name(name)?;
    let mut queues = QUEUES.lock();
    let named = queues.get(name).ok_or(Errno::ENOENT)?;
    if asker.ids.user != named.user && !asker.ids.is_root() {
        return Err(Errno::EPERM);
    }
    let named = queues.remove(name);
    drop(queues);
    drop(named);
    Ok(())
}

impl Named {
    fn check(&self, asker: &Asker<'_>, read: bool, write: bool) -> Result<()> {
        let wanted = if read { owner::READ } else { 0 } | if write { owner::WRITE } else { 0 };
        let granted = match () {
            () if asker.ids.is_root() => return Ok(()),
            () if asker.ids.user == self.user => self.mode >> 6,
            () if asker.ids.is_in(self.group) => self.mode >> 3,
            () => self.mode,
        };
        if wanted & !granted == 0 { Ok(()) } else { Err(Errno::EACCES) }
    }
}

impl PosixQueue {
    fn new(asker: &Asker<'_>, wanted: &Wanted) -> Result<PosixQueue> {
        let (most, longest) = wanted.size.unwrap_or((MESSAGES, LONGEST));
        let bounds = if asker.exceeds { (HARD_MESSAGES, HARD_LONGEST) } else { (MESSAGES, LONGEST) };
        if most == 0 || longest == 0 || most > bounds.0 || longest > bounds.1 {
            return Err(Errno::EINVAL);
        }
        let user = asker.ids.user;
        let cost = most * (longest + COST);
        let mut used = USED.lock();
        let sum = used.entry(user).or_default();
        if *sum + cost > wanted.limit {
            return Err(Errno::EMFILE);
        }
        *sum += cost;
        drop(used);
        let state = State { messages: VecDeque::new(), bytes: 0, notice: None };
        Ok(PosixQueue {
            most,
            longest,
            user,
            state: SpinLock::new("posix queue", state),
            changed: WaitQueue::new(),
            receivers: AtomicUsize::new(0),
        })
    }

    /// How many messages are in it.
    pub fn count(&self) -> u64 {
        self.state.lock().messages.len() as u64
    }

    /// Adds a message, waiting for room.
    pub fn send(
        &self,
        ctx: &TaskContext,
        file: &OpenFile,
        priority: u32,
        text: Vec<u8>,
        deadline: Option<Instant>,
    ) -> Result<()> {
        let mut text = Some(text);
        loop {
            match self.add(ctx, priority, &mut text) {
                Err(Errno::EAGAIN) => file.wait(ctx, deadline, false, || self.count() < self.most)?,
                done => return done,
            }
        }
    }

    fn add(&self, ctx: &TaskContext, priority: u32, text: &mut Option<Vec<u8>>) -> Result<()> {
        let mut state = self.state.lock();
        if state.messages.len() as u64 >= self.most {
            return Err(Errno::EAGAIN);
        }
        state.messages.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let first = state.messages.is_empty();
        let place = state.messages.iter().position(|(other, _)| *other < priority).unwrap_or(state.messages.len());
        let text = text.take().unwrap_or_default();
        state.bytes += text.len() as u64;
        state.messages.insert(place, (priority, text));
        let awaited = self.receivers.load(Ordering::Relaxed) > 0;
        let notice = if first && !awaited { state.notice.take() } else { None };
        drop(state);
        self.changed.wake_all();
        if let Some(notice) = notice {
            notice.tell(ctx);
        }
        Ok(())
    }

    /// Takes the oldest message of the highest priority, waiting for one.
    pub fn receive(&self, ctx: &TaskContext, file: &OpenFile, deadline: Option<Instant>) -> Result<(u32, Vec<u8>)> {
        loop {
            if let Some(message) = self.take() {
                self.changed.wake_all();
                return Ok(message);
            }
            self.receivers.fetch_add(1, Ordering::Relaxed);
            let waited = file.wait(ctx, deadline, false, || self.count() > 0);
            self.receivers.fetch_sub(1, Ordering::Relaxed);
            waited?;
        }
    }

    fn take(&self) -> Option<(u32, Vec<u8>)> {
        let mut state = self.state.lock();
        let (priority, text) = state.messages.pop_front()?;
        state.bytes -= text.len() as u64;
        Some((priority, text))
    }

    /// Registers who is told; `EBUSY` if somebody is already.
    pub fn notify(&self, notice: Notice) -> Result<()> {
        let mut state = self.state.lock();
        if state.notice.is_some() {
            return Err(Errno::EBUSY);
        }
        state.notice = Some(notice);
        Ok(())
    }

    /// A process is not told any more.
    pub fn forget(&self, process: u32) {
        let mut state = self.state.lock();
        if state.notice.is_some_and(|notice| notice.process == process) {
            state.notice = None;
        }
    }
}

impl Notice {
    fn tell(self, ctx: &TaskContext) {
        let (Some(signal), Ok(process)) = (self.signal, process::find(Pid(self.process))) else { return };
        let sender = process::caller(ctx).map(|thread| thread.process.clone());
        let (from, user) = sender.map_or((0, 0), |process| (process.pid().0, process.credentials().user.real));
        let detail = Detail::Value { process: from, user, value: self.value };
        signal::send_to_process(&process, Info { signal, code: BY_QUEUE, detail });
    }
}

impl Drop for PosixQueue {
    fn drop(&mut self) {
        let mut used = USED.lock();
        if let Some(sum) = used.get_mut(&self.user) {
            *sum -= self.most * (self.longest + COST);
        }
    }
}

/// An open queue.
pub struct QueueFile(pub Arc<PosixQueue>);

impl File for QueueFile {
    /// What is in it, as a text.
    fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let (bytes, notice) = {
            let state = self.0.state.lock();
            (state.bytes, state.notice)
        };
        let (kind, signal) = match notice.map(|notice| notice.signal) {
            Some(Some(signal)) => (linux::SIGEV_SIGNAL, signal.number().into()),
            Some(None) => (linux::SIGEV_NONE, 0),
            None => (0, 0u32),
        };
        let process = notice.map_or(0, |notice| notice.process);
        let text = format!("QSIZE:{bytes:<10} NOTIFY:{kind:<5} SIGNO:{signal:<5} NOTIFY_PID:{process:<6}\n");
        let rest = usize::try_from(position).ok().and_then(|position| text.as_bytes().get(position..));
        into.write(ctx, rest.unwrap_or_default())
    }

    fn readiness(&self) -> Readiness {
        let count = self.0.count();
        let mut ready = Readiness::empty();
        ready.set(Readiness::IN | Readiness::RDNORM, count > 0);
        ready.set(Readiness::OUT | Readiness::WRNORM, count < self.0.most);
        ready
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.0.changed)
    }

    /// Who closes it is not told any more.
    fn flush(&self, ctx: &TaskContext) -> Result<()> {
        if let Some(thread) = process::caller(ctx) {
            self.0.forget(thread.process.pid().0);
        }
        Ok(())
    }
}

fn check_name(name: &[u8]) -> Result<()> {
    match name {
        [] => Err(Errno::ENOENT),
        b"." | b".." => Err(Errno::EACCES),
        _ if name.contains(&b'/') => Err(Errno::EACCES),
        _ if name.len() > logic::path::NAME_MAX => Err(Errno::ENAMETOOLONG),
        _ => Ok(()),
    }
}
