//! Processes as files: pidfd_open(2), pidfd_send_signal(2), pidfd_getfd(2).

use super::arg::{Fd, Pointer};
use super::caller::Caller;
use super::signal;
use crate::fs::OpenFile;
use crate::process::pidfd::{self, PidFile};
use crate::process::{self, Pid, Process};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// pidfd_open(2)
pub(super) fn pidfd_open(caller: &mut Caller, pid: i32, flags: u32) -> Result<Fd> {
    if flags & !linux::O_NONBLOCK != 0 || pid <= 0 {
        return Err(Errno::EINVAL);
    }
    let process = process::find(Pid(pid as u32)).map_err(|_| match process::find_thread(None, Pid(pid as u32)) {
        // A thread that is not its process's first.
        Ok(_) => Errno::EINVAL,
        Err(errno) => errno,
    })?;
    caller.add_file(pidfd::open(process, flags != 0), 0, true)
}

/// pidfd_send_signal(2)
pub(super) fn pidfd_send_signal(
    caller: &mut Caller,
    fd: Fd,
    signal: Option<Signal>,
    info: Pointer,
    flags: u32,
) -> Result<()> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    let process = process_of(&*caller.file(fd)?)?.clone();
    if process.is_over() && process::find(process.pid()).is_err() {
        return Err(Errno::ESRCH);
    }
    signal::send_to(caller, &process, signal, info)
}

/// pidfd_getfd(2)
pub(super) fn pidfd_getfd(caller: &mut Caller, fd: Fd, theirs: Fd, flags: u32) -> Result<Fd> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    let process = process_of(&*caller.file(fd)?)?.clone();
    check_look(caller, &process)?;
    if process.is_over() {
        return Err(Errno::ESRCH);
    }
    let file = process.belongings()?.files.get(theirs.number()?)?;
    caller.add_file(file, 0, true)
}

/// The process that a descriptor stands for; `EBADF` for another file.
pub(super) fn process_of(file: &OpenFile) -> Result<&Arc<Process>> {
    file.file_as::<PidFile>().map(|file| &file.0).ok_or(Errno::EBADF)
}

/// `EPERM` unless the caller may look into a process: ptrace(2), "Ptrace access mode checking".
pub(super) fn check_look(caller: &Caller, process: &Arc<Process>) -> Result<()> {
    let (own, theirs) = (caller.process().credentials(), process.credentials());
    let all = |ids: process::Ids, id: u32| [ids.real, ids.effective, ids.saved].iter().all(|&other| other == id);
    let same = all(theirs.user, own.user.real) && all(theirs.group, own.group.real);
    let may = Arc::ptr_eq(process, caller.process()) || same || own.may(linux::CAP_SYS_PTRACE);
    if may { Ok(()) } else { Err(Errno::EPERM) }
}
