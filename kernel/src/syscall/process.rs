//! Processes: execve(2), exit(2), wait4(2), waitid(2), ids, the bases of thread-local storage.

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::pidfd;
use super::run::exited;
use crate::fs::inode::Kind;
use crate::fs::lookup::Follow;
use crate::fs::mount::Path;
use crate::process::signal::INFO_SIZE;
use crate::process::{self, Kinds, Pid, Process, Request, Wanted, Which};
use alloc::format;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

/// arch_prctl(2)'s commands (asm/prctl.h).
const ARCH_SET_GS: u32 = 0x1001;
const ARCH_SET_FS: u32 = 0x1002;
const ARCH_GET_FS: u32 = 0x1003;
const ARCH_GET_GS: u32 = 0x1004;

/// Which children wait4(2) and waitid(2) look at.
const WAIT_KINDS: u32 = linux::__WALL | linux::__WCLONE | linux::__WNOTHREAD;

/// How much of a `siginfo_t` waitid(2) writes: all up to and with `si_status`.
const CHILD_INFO: usize = 28;

/// The size of a robust list's head.
const ROBUST_LIST_HEAD: u64 = 24;

/// execve(2)
pub(super) fn execve(caller: &mut Caller, path: UserPath, arguments: Pointer, environment: Pointer) -> Result<()> {
    let path = caller.path(path)?;
    execute(caller, &path, None, arguments, environment)
}

/// execveat(2)
pub(super) fn execveat(
    caller: &mut Caller,
    folder: Fd,
    path: UserPath,
    arguments: Pointer,
    environment: Pointer,
    flags: u32,
) -> Result<()> {
    if flags & !(linux::AT_EMPTY_PATH | linux::AT_SYMLINK_NOFOLLOW) != 0 {
        return Err(Errno::EINVAL);
    }
    let text = caller.path(path)?;
    let follow = if flags & linux::AT_SYMLINK_NOFOLLOW == 0 { Follow::Yes } else { Follow::No };
    if text.is_empty() && flags & linux::AT_EMPTY_PATH == 0 {
        return Err(Errno::ENOENT);
    }
    let base = if text.is_empty() && folder.0 != linux::AT_FDCWD {
        Some(caller.file(folder)?.path().clone())
    } else {
        caller.base(folder, &text)?
    };
    let place = match &base {
        Some(place) if text.is_empty() => place.clone(),
        base => caller.lookup()?.find(caller.ctx, base.as_ref(), &text, follow)?,
    };
    if place.dentry.inode().kind() == Kind::Symlink {
        return Err(Errno::ELOOP);
    }
    // What the program finds as its name must lead back to it.
    let name = match (&base, text.is_empty()) {
        (None, _) => return execute(caller, &text, Some(place), arguments, environment),
        (Some(_), true) => format!("/dev/fd/{}", folder.0).into_bytes(),
        (Some(_), false) => [format!("/dev/fd/{}/", folder.0).as_bytes(), &text].concat(),
    };
    execute(caller, &name, Some(place), arguments, environment)
}

fn execute(
    caller: &mut Caller,
    path: &[u8],
    place: Option<Path>,
    arguments: Pointer,
    environment: Pointer,
) -> Result<()> {
    let mut arguments = process::read_strings(caller.ctx, caller.space(), arguments.0)?;
    let environment = process::read_strings(caller.ctx, caller.space(), environment.0)?;
    if arguments.is_empty() {
        // A program without a name would be surprised (execve(2), BUGS).
        arguments.push(b"")?;
    }
    let request = Request { path, place, arguments: &arguments, environment: &environment };
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
    let known = linux::WNOHANG | linux::WUNTRACED | linux::WCONTINUED;
    if options & !(known | WAIT_KINDS) != 0 {
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
    let wanted = wanted(options | linux::WEXITED);
    let Some((child, news)) = process::wait(caller.ctx, caller.process(), which, wanted)? else { return Ok(Pid(0)) };
    if let Some(status) = status.non_null() {
        caller.write(status, &news.encode().to_le_bytes())?;
    }
    tell_usage(caller, usage, &child)?;
    Ok(child.pid())
}

/// waitid(2)
pub(super) fn waitid(
    caller: &mut Caller,
    kind: u32,
    id: i32,
    into: Pointer,
    options: u32,
    usage: Pointer,
) -> Result<()> {
    let news = linux::WEXITED | linux::WSTOPPED | linux::WCONTINUED;
    if options & !(news | linux::WNOHANG | linux::WNOWAIT | WAIT_KINDS) != 0 || options & news == 0 {
        return Err(Errno::EINVAL);
    }
    let which = match (kind, id) {
        (linux::P_ALL, _) => Which::Any,
        (linux::P_PID, 1..) => Which::One(Pid(id as u32)),
        (linux::P_PIDFD, 0..) => Which::One(pidfd::process_of(&*caller.file(Fd(id))?)?.pid()),
        (linux::P_PGID, 0) => Which::Group(caller.process().group()),
        (linux::P_PGID, 1..) => Which::Group(Pid(id as u32)),
        _ => return Err(Errno::EINVAL),
    };
    let found = process::wait(caller.ctx, caller.process(), which, wanted(options))?;
    if let Some(into) = into.non_null() {
        let info = found.as_ref().map(|(child, news)| process::child_info(child, *news).encode());
        // What lies behind these fields is not touched, as on Linux.
        caller.write(into, &info.unwrap_or([0; INFO_SIZE])[..CHILD_INFO])?;
    }
    if let Some((child, _)) = found {
        tell_usage(caller, usage, &child)?;
    }
    Ok(())
}

fn wanted(options: u32) -> Wanted {
    let is_set = |flag| options & flag != 0;
    Wanted {
        ended: is_set(linux::WEXITED),
        stopped: is_set(linux::WSTOPPED),
        continued: is_set(linux::WCONTINUED),
        at_once: is_set(linux::WNOHANG),
        keep: is_set(linux::WNOWAIT),
        kinds: match () {
            () if is_set(linux::__WALL) => Kinds::All,
            () if is_set(linux::__WCLONE) => Kinds::Clones,
            () => Kinds::Ordinary,
        },
    }
}

fn tell_usage(caller: &Caller, into: Pointer, child: &Process) -> Result<()> {
    let Some(into) = into.non_null() else { return Ok(()) };
    let (mut used, past) = (child.used(), child.past());
    used += past.children;
    let resident = child.most_resident(false).max(past.child_resident);
    caller.write(into, &super::resource::encode(&used, resident))
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

/// get_robust_list(2)
pub(super) fn get_robust_list(caller: &mut Caller, pid: i32, head: Pointer, size: Pointer) -> Result<()> {
    let thread = match pid {
        0 => caller.thread().clone(),
        pid => process::find_thread(None, Pid(u32::try_from(pid).map_err(|_| Errno::ESRCH)?))?,
    };
    if !caller.process().credentials().matches(&thread.process.credentials()) {
        return Err(Errno::EPERM);
    }
    caller.write_words(size.0, [ROBUST_LIST_HEAD])?;
    caller.write_words(head.0, [thread.robust_list.load(core::sync::atomic::Ordering::Relaxed)])
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
