//! Every process by its number, and who is whose child. What wait(2) needs to know of a process stands here too, so that one lock makes
//! ending, waiting and inheriting orphans agree.
//!
//! The lock `TABLE` protects all of it; it is held for a few lookups, and processes are dropped after it is released.

use super::Process;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::Ordering;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::wait_status::WaitStatus;
use machine::frame;
use machine::lock::SpinLock;

/// The number of a process or thread.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pid(pub u32);

/// A number that belongs to its holders, a process or thread, and the groups and sessions of that number, until the last has dropped this.
pub(in crate::process) struct OwnPid(Pid);

/// The first process, which inherits orphans.
pub const INIT: Pid = Pid(1);

/// Numbers stay below this (Linux's pid_max).
pub(super) const LIMIT: u32 = 1 << 22;

/// Where the search for a number begins again, so that those of the first programs are not soon somebody else's (as in Linux).
const AGAIN: u32 = 300;

static TABLE: SpinLock<Table> =
    SpinLock::new("processes", Table { nodes: BTreeMap::new(), taken: BTreeSet::new(), last: 0, born: 0 });

struct Table {
    nodes: BTreeMap<Pid, Node>,
    /// The numbers that belong to somebody: running, not yet waited for, or still referred to.
    taken: BTreeSet<Pid>,
    last: u32,
    /// How many there ever were.
    born: u64,
}

/// A process and its place in the family. Children are a list, linked by their numbers.
struct Node {
    process: Arc<Process>,
    parent: Option<Pid>,
    first_child: Option<Pid>,
    next: Option<Pid>,
    previous: Option<Pid>,
    /// News that the parent has not waited for; what ended stays.
    news: Option<WaitStatus>,
}

/// What a parent finds among its children.
pub(super) enum Found {
    /// News of one.
    News(Arc<Process>, WaitStatus),
    /// There are such children, and nothing is new.
    Nothing,
    /// There are no such children.
    Nobody,
}

impl OwnPid {
    /// A free number; `EAGAIN` if there is none.
    pub(in crate::process) fn new() -> Result<OwnPid> {
        let most = most_threads() as usize;
        let mut table = TABLE.lock();
        if table.taken.len() >= most {
            return Err(Errno::EAGAIN);
        }
        let last = table.last;
        let all = (last + 1..LIMIT).chain(AGAIN..last + 1).map(Pid);
        let pid = { all }.find(|pid| !table.taken.contains(pid)).ok_or(Errno::EAGAIN)?;
        table.taken.insert(pid);
        table.last = pid.0;
        table.born += 1;
        Ok(OwnPid(pid))
    }

    /// The number.
    pub(in crate::process) fn get(&self) -> Pid {
        self.0
    }
}

impl Drop for OwnPid {
    fn drop(&mut self) {
        TABLE.lock().taken.remove(&self.0);
    }
}

/// How many processes and threads there can be: so many that what the kernel keeps for each takes an eighth of memory at most (as in
/// Linux).
pub(super) fn most_threads() -> u64 {
    const MEMORY_EACH: u64 = 128 << 10;
    (frame::total_frames() as u64 * PAGE_SIZE as u64 / MEMORY_EACH).clamp(20, u64::from(LIMIT))
}

/// How many threads a user has; a process that has ended counts until it is waited for.
pub(super) fn count_of_user(user: u32) -> usize {
    let table = TABLE.lock();
    let own = table.nodes.values().filter(|node| node.process.credentials().user.real == user);
    own.map(|node| node.process.thread_count().max(1)).sum()
}

/// The process of a number, also one that has ended and was not waited for; `ESRCH`.
pub fn find(pid: Pid) -> Result<Arc<Process>> {
    TABLE.lock().nodes.get(&pid).map(|node| node.process.clone()).ok_or(Errno::ESRCH)
}

/// The process with the lowest number above another's: to go through all without holding the lock.
pub fn next_after(pid: Pid) -> Option<Arc<Process>> {
    TABLE.lock().nodes.range(Pid(pid.0.saturating_add(1))..).next().map(|(_, node)| node.process.clone())
}

/// The parent's number; 0 for the first process, and for one that is gone.
pub fn parent_of(pid: Pid) -> Pid {
    TABLE.lock().nodes.get(&pid).and_then(|node| node.parent).unwrap_or(Pid(0))
}

/// Whether a process is gone, or there is nothing left of it but how it ended.
pub(super) fn has_ended(pid: Pid) -> bool {
    TABLE.lock().nodes.get(&pid).is_none_or(|node| node.ended().is_some())
}

/// How many processes there are.
pub fn count() -> usize {
    TABLE.lock().nodes.len()
}

/// How many processes and threads there ever were.
pub fn born() -> u64 {
    TABLE.lock().born
}

/// The number that was given last.
pub fn last_pid() -> Pid {
    Pid(TABLE.lock().last)
}

/// Enters a new process as a child of another, or of whoever takes that one's children if it has ended.
pub(super) fn enter(process: Arc<Process>, parent: Option<Pid>) {
    let pid = process.pid();
    let node = Node { process, parent: None, first_child: None, next: None, previous: None, news: None };
    let mut table = TABLE.lock();
    table.nodes.insert(pid, node);
    if let Some(parent) = parent {
        let lives = table.nodes.get(&parent).is_some_and(|node| node.ended().is_none());
        let parent = if lives { parent } else { table.heir(parent) };
        table.link(pid, parent);
    }
}

/// Takes out a process that never ran.
pub(super) fn withdraw(pid: Pid) {
    let node = TABLE.lock().remove(pid);
    drop(node);
}

/// A child that has a new parent.
pub(super) struct Passed {
    pub(super) child: Arc<Process>,
    pub(super) heir: Arc<Process>,
    /// How it had ended before.
    pub(super) ended: Option<WaitStatus>,
}

/// Gives one child of a process that ends to whoever takes them; `None` if there is none left.
pub(super) fn pass_on_child(pid: Pid) -> Option<Passed> {
    let mut table = TABLE.lock();
    let child = table.nodes.get(&pid)?.first_child?;
    let heir = table.heir(pid);
    table.unlink(child);
    table.link(child, heir);
    let heir = table.nodes.get(&heir)?.process.clone();
    let node = table.nodes.get(&child)?;
    Some(Passed { child: node.process.clone(), heir, ended: node.ended() })
}

/// Notes that a process has ended, unless it has children yet (`None`). The parent, to be told.
pub(super) fn end(pid: Pid, status: WaitStatus) -> Option<Option<Arc<Process>>> {
    let mut table = TABLE.lock();
    let Some(node) = table.nodes.get_mut(&pid) else { return Some(None) };
    if node.first_child.is_some() {
        return None;
    }
    node.news = Some(status);
    let parent = node.parent;
    Some(parent.and_then(|parent| table.nodes.get(&parent)).map(|node| node.process.clone()))
}

/// Notes that a process has stopped or goes on, unless it has ended by now; the result is the parent.
pub(super) fn note(pid: Pid, news: WaitStatus) -> Option<Arc<Process>> {
    let mut table = TABLE.lock();
    let node = table.nodes.get_mut(&pid).filter(|node| node.ended().is_none())?;
    node.news = Some(news);
    let parent = node.parent?;
    table.nodes.get(&parent).map(|node| node.process.clone())
}

/// Looks for a child with news that is wanted. What is told is told once, unless `keep`; one that has ended is taken out then.
pub(super) fn find_child(
    parent: Pid,
    is_meant: impl Fn(&Process) -> bool,
    is_wanted: impl Fn(WaitStatus) -> bool,
    keep: bool,
) -> Found {
    let mut table = TABLE.lock();
    let mut found = Found::Nobody;
    let mut next = table.nodes.get(&parent).and_then(|node| node.first_child);
    while let Some(pid) = next {
        let Some(node) = table.nodes.get_mut(&pid) else { break };
        next = node.next;
        if !is_meant(&node.process) {
            continue;
        }
        found = Found::Nothing;
        let Some(news) = node.news.filter(|&news| is_wanted(news)) else { continue };
        let process = node.process.clone();
        if !keep && node.ended().is_some() {
            // `process` keeps it alive, so nothing is dropped here.
            table.remove(pid);
        } else if !keep {
            node.news = None;
        }
        return Found::News(process, news);
    }
    found
}

impl Node {
    fn ended(&self) -> Option<WaitStatus> {
        self.news.filter(|news| matches!(news, WaitStatus::Exited(_) | WaitStatus::Killed { .. }))
    }
}

impl Table {
    /// Who takes the children of a process: the next of its ancestors that says so, else the first process.
    fn heir(&self, pid: Pid) -> Pid {
        let mut next = self.nodes.get(&pid).and_then(|node| node.parent);
        while let Some(node) = next.and_then(|pid| self.nodes.get(&pid)) {
            if node.process.adopts.load(Ordering::Relaxed) && node.ended().is_none() {
                return node.process.pid();
            }
            next = node.parent;
        }
        INIT
    }

    /// Makes a process without a parent the first child of another.
    fn link(&mut self, pid: Pid, parent: Pid) {
        let Some(above) = self.nodes.get_mut(&parent) else { return };
        let next = above.first_child.replace(pid);
        if let Some(node) = next.and_then(|next| self.nodes.get_mut(&next)) {
            node.previous = Some(pid);
        }
        if let Some(node) = self.nodes.get_mut(&pid) {
            (node.parent, node.next, node.previous) = (Some(parent), next, None);
        }
    }

    /// Takes a process from its parent.
    fn unlink(&mut self, pid: Pid) {
        let Some(node) = self.nodes.get_mut(&pid) else { return };
        let (parent, next, previous) = (node.parent.take(), node.next.take(), node.previous.take());
        if let Some(node) = next.and_then(|next| self.nodes.get_mut(&next)) {
            node.previous = previous;
        }
        if let Some(node) = previous.and_then(|previous| self.nodes.get_mut(&previous)) {
            node.next = next;
        } else if let Some(node) = parent.and_then(|parent| self.nodes.get_mut(&parent)) {
            node.first_child = next;
        }
    }

    fn remove(&mut self, pid: Pid) -> Option<Node> {
        self.unlink(pid);
        self.nodes.remove(&pid)
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
