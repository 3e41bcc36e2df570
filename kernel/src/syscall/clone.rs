//! Making processes and threads: fork(2), vfork(2), clone(2), clone3(2); and unshare(2), which undoes what they share.

use super::arg::Pointer;
use super::caller::Caller;
use super::run;
use crate::process::{self, Fork, INIT, Pid, Running, hog};
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::address::{PAGE_SIZE, UserAddr};
use logic::errno::{Errno, Result};
use logic::signal::Signal;

bitflags! {
    /// What parent and child share, and what is told where: `CLONE_`. There are no namespaces but the first of each kind.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct CloneFlags: u64 {
        const MEMORY = linux::CLONE_VM as u64;
        const VIEWPOINT = linux::CLONE_FS as u64;
        const FILES = linux::CLONE_FILES as u64;
        const ACTIONS = linux::CLONE_SIGHAND as u64;
        const CLEAR_ACTIONS = linux::CLONE_CLEAR_SIGHAND;
        const VFORK = linux::CLONE_VFORK as u64;
        const PARENT = linux::CLONE_PARENT as u64;
        const THREAD = linux::CLONE_THREAD as u64;
        const TLS = linux::CLONE_SETTLS as u64;
        const TELL_PARENT = linux::CLONE_PARENT_SETTID as u64;
        const TELL_CHILD = linux::CLONE_CHILD_SETTID as u64;
        const CLEAR_CHILD = linux::CLONE_CHILD_CLEARTID as u64;
        // Nothing here could be shared or traced by these.
        const SEMAPHORES = linux::CLONE_SYSVSEM as u64;
        const IO = linux::CLONE_IO as u64;
        const TRACED = linux::CLONE_PTRACE as u64;
        const UNTRACED = linux::CLONE_UNTRACED as u64;
        // Does nothing on Linux either; clone3(2) refuses it.
        const DETACHED = linux::CLONE_DETACHED as u64;
    }
}

/// What one register of clone(2) says besides the flags: the signal at the child's end.
const SIGNAL_MASK: u64 = 0xff;

/// The size of `struct clone_args`: as it was first, and now.
const FIRST_ARGUMENTS: u64 = 64;
const ARGUMENTS: usize = 88;

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
    // Linux looks at the lower half only.
    let (flags, signal) = (flags & !SIGNAL_MASK & u64::from(u32::MAX), flags & SIGNAL_MASK);
    let wanted = Wanted { flags, signal, stack, parent_tid: parent_tid.0, child_tid: child_tid.0, tls };
    make_wanted(caller, &wanted)
}

/// clone3(2), without CLONE_PIDFD, `set_tid` and CLONE_INTO_CGROUP
pub(super) fn clone3(caller: &mut Caller, from: Pointer, size: u64) -> Result<Pid> {
    if size > PAGE_SIZE as u64 {
        return Err(Errno::E2BIG);
    }
    if size < FIRST_ARGUMENTS {
        return Err(Errno::EINVAL);
    }
    let mut bytes = [0; PAGE_SIZE];
    let bytes = &mut bytes[..size as usize];
    caller.space().read(caller.ctx, from.0, bytes)?;
    if bytes.iter().skip(ARGUMENTS).any(|&byte| byte != 0) {
        return Err(Errno::E2BIG);
    }
    let mut words = bytes.chunks_exact(8).map(|word| word.try_into().map(u64::from_le_bytes).unwrap_or(0));
    let mut next = || words.next().unwrap_or(0);
    let [flags, _pidfd, child_tid, parent_tid, signal, base, length, tls, set_tid, set_tid_size] =
        [(); 10].map(|()| next());
    let is_odd = flags & (SIGNAL_MASK | u64::from(linux::CLONE_DETACHED)) != 0
        || (base == 0) != (length == 0)
        || set_tid != 0
        || set_tid_size != 0
        || signal != 0 && flags & u64::from(linux::CLONE_THREAD | linux::CLONE_PARENT) != 0;
    let stack = base.checked_add(length).filter(|&end| end == 0 || UserAddr::new(end - 1).is_ok());
    match stack {
        Some(stack) if !is_odd => make_wanted(caller, &Wanted { flags, signal, stack, parent_tid, child_tid, tls }),
        _ => Err(Errno::EINVAL),
    }
}

/// unshare(2), but for namespaces
pub(super) fn unshare(caller: &mut Caller, flags: u64) -> Result<()> {
    let flags = CloneFlags::from_bits(flags).ok_or(Errno::EINVAL)?;
    // What a process with several threads cannot have apart.
    let of_process = CloneFlags::THREAD | CloneFlags::ACTIONS | CloneFlags::MEMORY;
    let own = CloneFlags::FILES | CloneFlags::VIEWPOINT | CloneFlags::SEMAPHORES;
    if !(own | of_process).contains(flags) || flags.intersects(of_process) && !caller.process().is_alone() {
        return Err(Errno::EINVAL);
    }
    if flags.contains(CloneFlags::FILES) {
        caller.running.own_files(caller.ctx)?;
    }
    if flags.contains(CloneFlags::VIEWPOINT) {
        caller.running.own_viewpoint();
    }
    Ok(())
}

/// What either call was given.
struct Wanted {
    flags: u64,
    signal: u64,
    stack: u64,
    parent_tid: u64,
    child_tid: u64,
    tls: u64,
}

fn make_wanted(caller: &mut Caller, wanted: &Wanted) -> Result<Pid> {
    let end_signal = Some(wanted.signal).filter(|&signal| signal != 0).map(Signal::new).transpose()?;
    let flags = CloneFlags::from_bits(wanted.flags).ok_or(Errno::EINVAL)?;
    check(flags, caller.process().pid())?;
    let given = |flag, value| flags.contains(flag).then_some(value);
    let tls =
        given(CloneFlags::TLS, wanted.tls).map(|base| UserAddr::new(base).map_err(|_| Errno::EPERM)).transpose()?;
    let fork = Fork {
        end_signal,
        stack: (wanted.stack != 0).then_some(wanted.stack),
        tls,
        tell_child: given(CloneFlags::TELL_CHILD, wanted.child_tid),
        clear_at_end: given(CloneFlags::CLEAR_CHILD, wanted.child_tid),
        ..Fork::default()
    };
    make(caller, flags, fork, given(CloneFlags::TELL_PARENT, wanted.parent_tid).unwrap_or(0))
}

/// What cannot be shared without something else: `EINVAL`.
fn check(flags: CloneFlags, own: Pid) -> Result<()> {
    let without = |flag, other| flags.contains(flag) && !flags.contains(other);
    let is_odd = without(CloneFlags::THREAD, CloneFlags::ACTIONS)
        || without(CloneFlags::ACTIONS, CloneFlags::MEMORY)
        || flags.contains(CloneFlags::ACTIONS | CloneFlags::CLEAR_ACTIONS)
        // The first process has no brothers.
        || flags.contains(CloneFlags::PARENT) && !flags.contains(CloneFlags::THREAD) && own == INIT;
    if is_odd { Err(Errno::EINVAL) } else { Ok(()) }
}

fn make(caller: &mut Caller, flags: CloneFlags, fork: Fork, tell_parent: u64) -> Result<Pid> {
    let fork = Fork {
        shares_memory: flags.contains(CloneFlags::MEMORY),
        parent_waits: flags.contains(CloneFlags::VFORK),
        shares_files: flags.contains(CloneFlags::FILES),
        shares_viewpoint: flags.contains(CloneFlags::VIEWPOINT),
        shares_actions: flags.contains(CloneFlags::ACTIONS),
        clears_actions: flags.contains(CloneFlags::CLEAR_ACTIONS),
        is_sibling: flags.contains(CloneFlags::PARENT),
        ..fork
    };
    let thread = flags.contains(CloneFlags::THREAD);
    let running = match make_running(caller, &fork, thread) {
        // Somebody has taken what everybody needs.
        Err(Errno::ENOMEM) if hog::is_short() && hog::make_room(caller.ctx, caller.process()) => {
            make_running(caller, &fork, thread)?
        }
        running => running?,
    };
    let (child, pid) = (running.thread.process.clone(), running.thread.id());
    if tell_parent != 0 {
        // As on Linux, a bad address is not told.
        let _ = caller.write(tell_parent, &pid.0.to_le_bytes());
    }
    run::start(caller.ctx, running)?;
    if flags.contains(CloneFlags::VFORK) && !thread {
        process::wait_for_memory(caller.ctx, caller.thread(), &child);
    }
    Ok(pid)
}

fn make_running(caller: &mut Caller, fork: &Fork, thread: bool) -> Result<Running> {
    if thread {
        process::add_thread(caller.ctx, caller.running, fork)
    } else {
        process::fork(caller.ctx, caller.running, fork)
    }
}
