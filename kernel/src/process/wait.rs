//! Waiting for children: wait4(2), waitid(2).

use super::process::Process;
use super::signal::{self, ActionFlags, Detail, Handler, Info};
use super::table::{self, Found, Pid};
use super::usage::TICK;
use crate::task::{Patience, TaskContext};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use logic::wait_status::WaitStatus;

/// Which children are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Any.
    Any,
    /// One.
    One(Pid),
    /// Those in a group.
    Group(Pid),
}

/// Which news is wanted, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// That a child has ended.
    pub ended: bool,
    /// That a child has stopped.
    pub stopped: bool,
    /// That a stopped child goes on.
    pub continued: bool,
    /// Only what is new already (WNOHANG).
    pub at_once: bool,
    /// The news stays for the next one who asks (WNOWAIT).
    pub keep: bool,
    /// Children of which kind.
    pub kinds: Kinds,
}

/// Children by how they tell of their end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kinds {
    /// Those that send SIGCHLD.
    Ordinary,
    /// Those that send something else, or nothing (__WCLONE).
    Clones,
    /// All (__WALL).
    All,
}

/// Waits for news of a child; `None` if there is none at once and no more was wanted. `ECHILD` if there are no such children;
/// `EINTR`.
pub fn wait(
    ctx: &TaskContext,
    process: &Process,
    which: Which,
    wanted: Wanted,
) -> Result<Option<(Arc<Process>, WaitStatus)>> {
    let look = || match look(process, which, wanted) {
        Found::News(child, news) => {
            if !wanted.keep && child.ending().is_some() {
                process.bury(&child);
            }
            Some(Ok(Some((child, news))))
        }
        Found::Nobody => Some(Err(Errno::ECHILD)),
        Found::Nothing if wanted.at_once => Some(Ok(None)),
        Found::Nothing => None,
    };
    process.children.wait(ctx, Patience { interruptible: true, deadline: None }, look)?
}

impl Process {
    /// Tells it that a child has ended, stopped or goes on: SIGCHLD, and whoever waits is woken. A child that has ended and that it
    /// does not want to know of is gone at once.
    pub(super) fn child_has_news(&self, child: &Process, news: WaitStatus) {
        let action = self.actions.get(Signal::CHLD);
        let ended = matches!(news, WaitStatus::Exited(_) | WaitStatus::Killed { .. });
        if ended && (action.handler == Handler::Ignore || action.flags.contains(ActionFlags::NO_CHILD_WAIT)) {
            table::withdraw(child.pid());
        }
        let signal = if ended { child.end_signal() } else { Some(Signal::CHLD) };
        if let Some(signal) = signal.filter(|_| ended || !action.flags.contains(ActionFlags::NO_CHILD_STOP)) {
            signal::send_to_process(self, Info { signal, ..child_info(child, news) });
        }
        self.children.wake_all();
    }
}

/// What SIGCHLD, and waitid(2), tell of a child.
pub fn child_info(child: &Process, news: WaitStatus) -> Info {
    let (code, status) = match news {
        WaitStatus::Exited(status) => (linux::CLD_EXITED, i32::from(status)),
        WaitStatus::Killed { signal, core } => {
            (if core { linux::CLD_DUMPED } else { linux::CLD_KILLED }, i32::from(signal.number()))
        }
        WaitStatus::Stopped(signal) => (linux::CLD_STOPPED, i32::from(signal.number())),
        WaitStatus::Continued => (linux::CLD_CONTINUED, i32::from(Signal::CONT.number())),
    };
    let usage = child.used().usage;
    let times = [usage.user, usage.system].map(|time| time / TICK);
    let detail = Detail::Child { process: child.pid().0, user: child.credentials().user.real, status, times };
    Info { signal: Signal::CHLD, code: code as i32, detail }
}

fn look(process: &Process, which: Which, wanted: Wanted) -> Found {
    let is_of_kind = |child: &Process| match wanted.kinds {
        Kinds::All => true,
        kinds => (child.end_signal() == Some(Signal::CHLD)) == (kinds == Kinds::Ordinary),
    };
    let is_meant = |child: &Process| {
        is_of_kind(child)
            && match which {
                Which::Any => true,
                Which::One(pid) => child.pid() == pid,
                Which::Group(group) => child.group() == group,
            }
    };
    let is_wanted = |news| match news {
        WaitStatus::Exited(_) | WaitStatus::Killed { .. } => wanted.ended,
        WaitStatus::Stopped(_) => wanted.stopped,
        WaitStatus::Continued => wanted.continued,
    };
    table::find_child(process.pid(), is_meant, is_wanted, wanted.keep)
}
