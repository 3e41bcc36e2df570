//! Making processes: fork(2), vfork(2), clone(2). Threads are not made yet.

use super::arg::Pointer;
use super::caller::Caller;
use super::run;
use crate::process::{self, Fork, Pid, hog};
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

bitflags! {
    /// What parent and child share, and what is told where: `CLONE_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct CloneFlags: u64 {
        const MEMORY = linux::CLONE_VM as u64;
        const FILES = linux::CLONE_FILES as u64;
        const ACTIONS = linux::CLONE_SIGHAND as u64;
        const CLEAR_ACTIONS = linux::CLONE_CLEAR_SIGHAND;
        const VFORK = linux::CLONE_VFORK as u64;
        const PARENT = linux::CLONE_PARENT as u64;
        const TLS = linux::CLONE_SETTLS as u64;
        const TELL_PARENT = linux::CLONE_PARENT_SETTID as u64;
        const TELL_CHILD = linux::CLONE_CHILD_SETTID as u64;
        const CLEAR_CHILD = linux::CLONE_CHILD_CLEARTID as u64;
        // Does nothing on Linux either.
        const DETACHED = linux::CLONE_DETACHED as u64;
    }
}

/// What one register of clone(2) says besides the flags: the signal at the child's end.
const SIGNAL_MASK: u64 = 0xff;

/// fork(2)
pub(super) fn fork(caller: &mut Caller) -> Result<Pid> {
    make(caller, CloneFlags::empty(), Fork { end_signal: Some(Signal::CHLD), ..Fork::default() }, 0)
}

/// vfork(2)
pub(super) fn vfork(caller: &mut Caller) -> Result<Pid> {
    let flags = CloneFlags::MEMORY | CloneFlags::VFORK;
    make(caller, flags, Fork { end_signal: Some(Signal::CHLD), ..Fork::default() }, 0)
}

/// clone(2), with the order of arguments of x86-64
pub(super) fn clone(
    caller: &mut Caller,
    flags: u64,
    stack: u64,
    parent_tid: Pointer,
    child_tid: Pointer,
    tls: u64,
) -> Result<Pid> {
    let end_signal = Some(flags & SIGNAL_MASK).filter(|&signal| signal != 0).map(Signal::new).transpose()?;
    let flags = CloneFlags::from_bits(flags & !SIGNAL_MASK).ok_or(Errno::EINVAL)?;
    let actions_without_memory = flags.contains(CloneFlags::ACTIONS) && !flags.contains(CloneFlags::MEMORY);
    if actions_without_memory || flags.contains(CloneFlags::ACTIONS | CloneFlags::CLEAR_ACTIONS) {
        return Err(Errno::EINVAL);
    }
    let wanted = |flag, value| flags.contains(flag).then_some(value);
    let tls = wanted(CloneFlags::TLS, tls).map(|base| UserAddr::new(base).map_err(|_| Errno::EPERM)).transpose()?;
    let fork = Fork {
        end_signal,
        stack: (stack != 0).then_some(stack),
        tls,
        tell_child: wanted(CloneFlags::TELL_CHILD, child_tid.0),
        clear_at_end: wanted(CloneFlags::CLEAR_CHILD, child_tid.0),
        ..Fork::default()
    };
    make(caller, flags, fork, wanted(CloneFlags::TELL_PARENT, parent_tid.0).unwrap_or(0))
}

fn make(caller: &mut Caller, flags: CloneFlags, fork: Fork, tell_parent: u64) -> Result<Pid> {
    let fork = Fork {
        shares_memory: flags.contains(CloneFlags::MEMORY),
        shares_files: flags.contains(CloneFlags::FILES),
        shares_actions: flags.contains(CloneFlags::ACTIONS),
        clears_actions: flags.contains(CloneFlags::CLEAR_ACTIONS),
        is_sibling: flags.contains(CloneFlags::PARENT),
        ..fork
    };
    let running = match process::fork(caller.ctx, caller.running, &fork) {
        // Somebody has taken what everybody needs.
        Err(Errno::ENOMEM) if hog::is_short() && hog::make_room(caller.ctx, caller.process()) => {
            process::fork(caller.ctx, caller.running, &fork)?
        }
        running => running?,
    };
    let child = running.thread.process.clone();
    if tell_parent != 0 {
        // As on Linux, a bad address is not told.
        let _ = caller.write(tell_parent, &child.pid().0.to_le_bytes());
    }
    let pid = run::start(running)?;
    if flags.contains(CloneFlags::VFORK) {
        process::wait_for_memory(caller.ctx, caller.process(), &child);
    }
    Ok(pid)
}
