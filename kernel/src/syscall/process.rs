//! Processes: execve(2), exit(2), wait4(2), ids, limits, the bases of thread-local storage.

use super::arg::{Pointer, UserPath};
use super::caller::Caller;
use super::run::exited;
use crate::process::{self, Limit, Pid, Process, Request, Wanted, Which};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

/// arch_prctl(2)'s commands (asm/prctl.h).
const ARCH_SET_GS: u32 = 0x1001;
const ARCH_SET_FS: u32 = 0x1002;
const ARCH_GET_FS: u32 = 0x1003;
const ARCH_GET_GS: u32 = 0x1004;

/// The size of a robust list's head.
const ROBUST_LIST_HEAD: u64 = 24;

/// execve(2)
pub(super) fn execve(caller: &mut Caller, path: UserPath, arguments: Pointer, environment: Pointer) -> Result<()> {
    let path = caller.path(path)?;
    let mut arguments = process::read_strings(caller.ctx, caller.space(), arguments.0)?;
    let environment = process::read_strings(caller.ctx, caller.space(), environment.0)?;
    if arguments.is_empty() {
        // A program without a name would be surprised (execve(2), BUGS).
        arguments.push(b"")?;
    }
    let request = Request { path: &path, arguments: &arguments, environment: &environment };
    process::exec(caller.ctx, caller.running, &request)
}

/// _exit(2): the calling thread alone
pub(super) fn exit(caller: &mut Caller, status: i32) -> Result<()> {
    caller.running.leaving = Some(exited(status));
    caller.thread().attend_soon();
    Ok(())
}

/// exit_group(2)
pub(super) fn exit_group(caller: &mut Caller, status: i32) -> Result<()> {
    caller.process().end(exited(status));
    Ok(())
}

/// wait4(2)
pub(super) fn wait4(caller: &mut Caller, pid: i32, status: Pointer, options: u32, usage: Pointer) -> Result<Pid> {
    let known = linux::WNOHANG | linux::WUNTRACED | linux::WCONTINUED | linux::__WALL | linux::__WCLONE;
    if options & !(known | linux::__WNOTHREAD) != 0 {
        return Err(Errno::EINVAL);
    }
    let which = match pid {
        -1 => Which::Any,
        1.. => Which::One(Pid(pid as u32)),
        0 => Which::Group(caller.process().group()),
        // As Linux says, the lowest number cannot be turned.
        i32::MIN => return Err(Errno::ESRCH),
        _ => Which::Group(Pid(pid.unsigned_abs())),
    };
    let wanted = Wanted {
        ended: true,
        stopped: options & linux::WUNTRACED != 0,
        continued: options & linux::WCONTINUED != 0,
        at_once: options & linux::WNOHANG != 0,
        keep: false,
    };
    let Some((child, news)) = process::wait(caller.ctx, caller.process(), which, wanted)? else { return Ok(Pid(0)) };
    if let Some(status) = status.non_null() {
        caller.write(status, &news.encode().to_le_bytes())?;
    }
    if let Some(usage) = usage.non_null() {
        caller.write(usage, &super::time::usage(child.run_time()))?;
    }
    Ok(child.pid())
}

/// sched_yield(2)
pub(super) fn sched_yield(caller: &mut Caller) -> Result<()> {
    caller.ctx.yield_now();
    Ok(())
}

/// getpid(2)
pub(super) fn getpid(caller: &mut Caller) -> Result<Pid> {
    Ok(caller.process().pid())
}

/// getppid(2)
pub(super) fn getppid(caller: &mut Caller) -> Result<Pid> {
    Ok(process::parent_of(caller.process().pid()))
}

/// gettid(2)
pub(super) fn gettid(caller: &mut Caller) -> Result<Pid> {
    Ok(caller.thread().id())
}

/// getuid(2)
pub(super) fn getuid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().user.real)
}

/// geteuid(2)
pub(super) fn geteuid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().user.effective)
}

/// getgid(2)
pub(super) fn getgid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().group.real)
}

/// getegid(2)
pub(super) fn getegid(caller: &mut Caller) -> Result<u32> {
    Ok(caller.process().credentials().group.effective)
}

/// set_tid_address(2)
pub(super) fn set_tid_address(caller: &mut Caller, address: u64) -> Result<Pid> {
    caller.thread().clear_at_end.store(address, core::sync::atomic::Ordering::Relaxed);
    Ok(caller.thread().id())
}

/// set_robust_list(2)
pub(super) fn set_robust_list(caller: &mut Caller, head: u64, size: u64) -> Result<()> {
    if size != ROBUST_LIST_HEAD {
        return Err(Errno::EINVAL);
    }
    caller.thread().robust_list.store(head, core::sync::atomic::Ordering::Relaxed);
    Ok(())
}

/// arch_prctl(2)
pub(super) fn arch_prctl(caller: &mut Caller, command: u32, address: u64) -> Result<()> {
    let base = || UserAddr::new(address).map_err(|_| Errno::EPERM);
    let user = &mut caller.running.user;
    match command {
        ARCH_SET_FS => user.set_fs_base(base()?),
        ARCH_SET_GS => user.set_gs_base(base()?),
        ARCH_GET_FS | ARCH_GET_GS => {
            let base = if command == ARCH_GET_FS { user.fs_base() } else { user.gs_base() };
            return caller.write_words(address, [base]);
        }
        _ => return Err(Errno::EINVAL),
    }
    Ok(())
}

/// getrlimit(2)
pub(super) fn getrlimit(caller: &mut Caller, kind: u32, into: Pointer) -> Result<()> {
    let limit = caller.process().limits().get(kind)?;
    caller.write_words(into.0, [limit.soft, limit.hard])
}

/// setrlimit(2)
pub(super) fn setrlimit(caller: &mut Caller, kind: u32, from: Pointer) -> Result<()> {
    let [soft, hard] = caller.words(from.0)?;
    set_limit(caller, &caller.process().clone(), kind, Limit { soft, hard })
}

/// prlimit(2)
pub(super) fn prlimit64(caller: &mut Caller, pid: Pid, kind: u32, new: Pointer, old: Pointer) -> Result<()> {
    let process = if pid.0 == 0 { caller.process().clone() } else { process::find(pid)? };
    let (ours, theirs) = (caller.process().credentials(), process.credentials());
    if !Arc::ptr_eq(&process, caller.process()) && !ours.is_root() && ours != theirs {
        return Err(Errno::EPERM);
    }
    let limit = process.limits().get(kind)?;
    if let Some(new) = new.non_null() {
        let [soft, hard] = caller.words(new)?;
        set_limit(caller, &process, kind, Limit { soft, hard })?;
    }
    match old.non_null() {
        Some(old) => caller.write_words(old, [limit.soft, limit.hard]),
        None => Ok(()),
    }
}

fn set_limit(caller: &Caller, process: &Process, kind: u32, limit: Limit) -> Result<()> {
    let may_raise = caller.process().credentials().is_root();
    process.change_limits(|limits| limits.set(kind, limit, may_raise))?;
    let limits = process.limits().memory();
    process.space()?.set_limits(caller.ctx, limits);
    Ok(())
}
