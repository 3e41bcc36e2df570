//! Waiting for children: wait4(2), waitid(2).

use super::process::Process;
use super::table::{self, Found, Pid};
use crate::task::{Patience, TaskContext};
use alloc::sync::Arc;
use logic::errno::{Errno, Result};
use logic::wait_status::WaitStatus;

/// Which children are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Any.
    Any,
    /// One.
    One(Pid),
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
        Found::News(child, news) => Some(Ok(Some((child, news)))),
        Found::Nobody => Some(Err(Errno::ECHILD)),
        Found::Nothing if wanted.at_once => Some(Ok(None)),
        Found::Nothing => None,
    };
    process.children.wait(ctx, Patience { interruptible: true, deadline: None }, look)?
}

fn look(process: &Process, which: Which, wanted: Wanted) -> Found {
    let is_meant = |child: &Process| match which {
        Which::Any => true,
        Which::One(pid) => child.pid() == pid,
    };
    let is_wanted = |news| match news {
        WaitStatus::Exited(_) | WaitStatus::Killed { .. } => wanted.ended,
        WaitStatus::Stopped(_) => wanted.stopped,
        WaitStatus::Continued => wanted.continued,
    };
    table::find_child(process.pid(), is_meant, is_wanted, wanted.keep)
}
