//! Process groups and sessions: setpgid(2), setsid(2), getsid(2).

use super::caller::Caller;
use crate::process::{self, Pid, Process};
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// setpgid(2)
pub(super) fn setpgid(caller: &mut Caller, pid: i32, group: i32) -> Result<()> {
    if group < 0 || group == 0 && pid < 0 {
        return Err(Errno::EINVAL);
    }
    let process = named(caller, pid)?;
    let group = if group == 0 { process.pid() } else { Pid(group as u32) };
    caller.process().set_group(&process, group)
}

/// getpgid(2)
pub(super) fn getpgid(caller: &mut Caller, pid: i32) -> Result<Pid> {
    named(caller, pid).map(|process| process.group())
}

/// getpgrp(2)
pub(super) fn getpgrp(caller: &mut Caller) -> Result<Pid> {
    Ok(caller.process().group())
}

/// setsid(2)
pub(super) fn setsid(caller: &mut Caller) -> Result<Pid> {
    caller.process().start_session()
}

/// getsid(2)
pub(super) fn getsid(caller: &mut Caller, pid: i32) -> Result<Pid> {
    named(caller, pid).map(|process| process.session())
}

/// The process that a number stands for, 0 for the caller's own; `ESRCH`.
fn named(caller: &Caller, pid: i32) -> Result<Arc<Process>> {
    match pid {
        0 => Ok(caller.process().clone()),
        pid => process::find(Pid(u32::try_from(pid).map_err(|_| Errno::ESRCH)?)),
    }
}
