//! Sessions and process groups, and the terminal that controls a session: setsid(2), setpgid(2), credentials(7).
//!
//! A group or session is no object: it is a number that its members have, and keep from being given to a new process. What is asked of a group is asked of every process in turn,
//! without a lock held between two; who comes or goes meanwhile may be missed, as if a moment earlier or later.

use super::process::Process;
use super::signal::{self, Info};
use super::table::{self, INIT, OwnPid, Pid};
use crate::fs::DeviceNumber;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::any::Any;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// What a process needs of the terminal that controls its session; `tty` implements it.
pub trait Terminal: Any + Send + Sync {
    /// Its device number, as /proc tells it.
    fn number(&self) -> DeviceNumber;

    /// The group that is in the foreground.
    fn foreground(&self) -> Option<Pid>;

    /// The leader of its session has ended, or has given it up: those in the foreground get SIGHUP, and the session is without a
    /// terminal. Called with no lock held; what was written before goes out first.
    fn leader_leaves(&self, ctx: &TaskContext, leader: &Process, ends: bool);
}

/// Where a process belongs; its children inherit it.
#[derive(Clone)]
pub(super) struct Membership {
    /// `None`: 0.
    session: Option<Arc<OwnPid>>,
    group: Option<Arc<OwnPid>>,
    terminal: Option<Arc<dyn Terminal>>,
    /// What was in the foreground of the leader's terminal when that was hung up.
    old_foreground: Option<Pid>,
}

impl Membership {
    /// That of the first process, which belongs nowhere.
    pub(super) fn none() -> Membership {
        Membership { session: None, group: None, terminal: None, old_foreground: None }
    }
}

impl Process {
    /// Its session.
    pub fn session(&self) -> Pid {
        number(&self.membership.lock().session)
    }

    /// Its process group.
    pub fn group(&self) -> Pid {
        number(&self.membership.lock().group)
    }

    /// Whether it began its session.
    pub fn leads_session(&self) -> bool {
        self.session() == self.pid()
    }

    /// The terminal that controls it.
    pub fn terminal(&self) -> Option<Arc<dyn Terminal>> {
        self.membership.lock().terminal.clone()
    }

    /// Gives it a terminal, or takes it.
    pub fn set_terminal(&self, terminal: Option<Arc<dyn Terminal>>) {
        let mut membership = self.membership.lock();
        membership.old_foreground = None;
        let old = core::mem::replace(&mut membership.terminal, terminal);
        drop(membership);
        drop(old);
    }

    /// Takes its terminal, which was hung up while this group was in the foreground; that will be told when the process ends.
    pub fn lose_terminal(&self, foreground: Option<Pid>) {
        let mut membership = self.membership.lock();
        membership.old_foreground = foreground;
        let old = membership.terminal.take();
        drop(membership);
        drop(old);
    }

    /// What its children inherit.
    pub(super) fn membership(&self) -> Membership {
        Membership { old_foreground: None, ..self.membership.lock().clone() }
    }

    /// Begins a session, of which it is the leader. `EPERM` if there is a group of its number.
    pub fn start_session(&self) -> Result<Pid> {
        let pid = self.pid();
        if find_in_group(pid, |_| true).is_some() {
            return Err(Errno::EPERM);
        }
        let own = Some(self.own_pid().clone());
        let membership = Membership { session: own.clone(), group: own, terminal: None, old_foreground: None };
        let old = core::mem::replace(&mut *self.membership.lock(), membership);
        drop(old);
        Ok(pid)
    }

    /// Puts itself or a child into a group of its session, or into a new one. `ESRCH` for a stranger, `EACCES` for a child that runs
    /// another program by now, `EPERM` for a session's leader, a child in another session, or a group that is not in the session.
    pub fn set_group(&self, process: &Process, group: Pid) -> Result<()> {
        let session = self.session();
        if process.pid() != self.pid() {
            if table::parent_of(process.pid()) != self.pid() {
                return Err(Errno::ESRCH);
            }
            if process.session() != session {
                return Err(Errno::EPERM);
            }
            if process.has_executed() {
                return Err(Errno::EACCES);
            }
        }
        if process.leads_session() {
            return Err(Errno::EPERM);
        }
        let new = if group == process.pid() {
            Some(process.own_pid().clone())
        } else {
            let is_there = |own: &Membership| number(&own.group) == group && number(&own.session) == session;
            find_map(|member| Some(member.membership()).filter(is_there)).ok_or(Errno::EPERM)?.group
        };
        let old = core::mem::replace(&mut process.membership.lock().group, new);
        drop(old);
        Ok(())
    }
}

fn number(of: &Option<Arc<OwnPid>>) -> Pid {
    of.as_ref().map_or(Pid(0), |own| own.get())
}

/// Calls for every process, until one gives something.
pub fn find_map<T>(mut look: impl FnMut(&Arc<Process>) -> Option<T>) -> Option<T> {
    let mut last = Pid(0);
    while let Some(process) = table::next_after(last) {
        if let Some(found) = look(&process) {
            return Some(found);
        }
        last = process.pid();
    }
    None
}

/// A process of a group that is as wanted.
fn find_in_group(group: Pid, wanted: impl Fn(&Process) -> bool) -> Option<Arc<Process>> {
    find_map(|process| (process.group() == group && wanted(process)).then(|| process.clone()))
}

/// Sends every process of a group a signal. From anywhere, also from an interrupt handler.
pub fn send_to_group(group: Pid, info: Info) {
    find_map(|process| {
        if process.group() == group {
            signal::send_to_process(process, info);
        }
        None::<()>
    });
}

/// The session of a group, or where there is no such group, of the process with that number; `None` if there is neither.
pub fn session_of_group(group: Pid) -> Option<Pid> {
    find_in_group(group, |_| true).or_else(|| table::find(group).ok()).map(|member| member.session())
}

/// Whether nobody is left who could let a group's stopped processes go on: no member has its parent in another group of the session.
pub fn group_is_orphaned(group: Pid) -> bool {
    is_orphaned(group, None)
}

fn is_orphaned(group: Pid, without: Option<Pid>) -> bool {
    let is_minded = |member: &Process| {
        let parent = table::parent_of(member.pid());
        let alive = !member.has_ended() && Some(member.pid()) != without && parent != INIT;
        alive && table::find(parent).is_ok_and(|parent| links(&parent, member))
    };
    find_in_group(group, is_minded).is_none()
}

/// Whether a parent can mind a child's group: it is in the same session but not in the group.
fn links(parent: &Process, child: &Process) -> bool {
    parent.group() != child.group() && parent.session() == child.session()
}

/// What the end of a process means to its session and group: called while it still is where it was.
pub(super) fn leave(ctx: &TaskContext, process: &Process) {
    if process.leads_session() {
        leave_terminal(ctx, process);
    }
    if let Ok(parent) = table::find(table::parent_of(process.pid())) {
        free_if_orphaned(&parent, process, Some(process.pid()));
    }
}

/// What the end of its parent means to a child's group: called when it has another parent.
pub(super) fn parent_left(parent: &Process, child: &Process) {
    free_if_orphaned(parent, child, None);
}

fn leave_terminal(ctx: &TaskContext, leader: &Process) {
    let Membership { terminal, old_foreground, .. } = leader.membership.lock().clone();
    match (terminal, old_foreground) {
        (Some(terminal), _) => terminal.leader_leaves(ctx, leader, true),
        (None, Some(group)) => {
            send_to_group(group, Info::kernel(Signal::HUP));
            send_to_group(group, Info::kernel(Signal::CONT));
        }
        (None, None) => {}
    }
}

/// If a child's group loses in this parent the last one who minded it, and somebody in it is stopped: SIGHUP and SIGCONT for all in it.
/// The process `without` is as good as gone.
fn free_if_orphaned(parent: &Process, child: &Process, without: Option<Pid>) {
    let group = child.group();
    if !links(parent, child) || !orphaned_without(group, parent, without) {
        return;
    }
    if find_in_group(group, |member| member.is_stopped() && !member.has_ended()).is_some() {
        send_to_group(group, Info::kernel(Signal::HUP));
        send_to_group(group, Info::kernel(Signal::CONT));
    }
}

/// Whether a group is orphaned, or will be: by the end of `without`, or, if that is nobody, by the end of `parent`.
fn orphaned_without(group: Pid, parent: &Process, without: Option<Pid>) -> bool {
    if without.is_some() {
        return is_orphaned(group, without);
    }
    let is_minded = |member: &Process| {
        let minder = table::parent_of(member.pid());
        let counts = !member.has_ended() && minder != parent.pid() && minder != INIT;
        counts && table::find(minder).is_ok_and(|minder| links(&minder, member))
    };
    find_in_group(group, is_minded).is_none()
}
