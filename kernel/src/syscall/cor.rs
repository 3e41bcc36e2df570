//! Cor's own calls, by the gate int 0x14. Those that are not here are the same as Linux's.

use super::arg::{Buffer, Pointer, UserPath};
use super::caller::Caller;
use super::run;
use crate::memory::{Place, Region};
use crate::process::{self, INIT, Kinds, Pid, Request, Wanted, Which};
use crate::tty;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::path::PATH_MAX;
use logic::wait_status::WaitStatus;
use machine::early_console;
use machine::user_space::Access;

/// The longest line that a program may write on the status port.
const LINE_MAX: usize = 1024;

/// moremem(bytes): the address of so many fresh, zeroed bytes, rounded up to pages. `EINVAL` for none, `ENOMEM`.
pub(super) fn moremem(caller: &mut Caller, bytes: u64) -> Result<u64> {
    if bytes == 0 {
        return Err(Errno::EINVAL);
    }
    let region = Region::anonymous(Access::READ | Access::WRITE);
    caller.space().map(caller.ctx, Place::Near(0), bytes, region).map(UserAddr::get)
}

/// spawn(path, argv, envp, cwd or null): a child that runs a program; it gets the first three descriptors.
pub(super) fn spawn(
    caller: &mut Caller,
    path: UserPath,
    arguments: Pointer,
    environment: Pointer,
    folder: Pointer,
) -> Result<Pid> {
    let path = caller.path(path)?;
    let arguments = process::read_strings(caller.ctx, caller.space(), arguments.0)?;
    let environment = process::read_strings(caller.ctx, caller.space(), environment.0)?;
    let folder = folder.non_null().map(|folder| caller.path(UserPath(folder))).transpose()?;
    let request = Request { path: &path, place: None, arguments: &arguments, environment: &environment };
    let child = process::spawn(caller.ctx, caller.process(), &request, folder.as_deref())?;
    if caller.process().pid() == INIT {
        // What the first process starts is for a person: it has a session of its own, at the console.
        let process = &child.thread.process;
        process.start_session()?;
        tty::console::give_to(process);
    }
    run::start(caller.ctx, child)
}

/// wait(pid or -1, where the status goes): waits until a child has ended; which one.
pub(super) fn wait(caller: &mut Caller, pid: i32, status: Pointer) -> Result<Pid> {
    let which = match pid {
        -1 => Which::Any,
        pid => Which::One(Pid(u32::try_from(pid).map_err(|_| Errno::EINVAL)?)),
    };
    let wanted =
        Wanted { ended: true, stopped: false, continued: false, at_once: false, keep: false, kinds: Kinds::All };
    let Some((child, news)) = process::wait(caller.ctx, caller.process(), which, wanted)? else { return Ok(Pid(0)) };
    if let Some(status) = status.non_null() {
        caller.write(status, &news.encode().to_le_bytes())?;
    }
    Ok(child.pid())
}

/// sleep(nanoseconds)
pub(super) fn sleep(caller: &mut Caller, nanoseconds: u64) -> Result<()> {
    let deadline = process::clock::now_and(nanoseconds);
    if caller.ctx.sleep_until(deadline, true) { Ok(()) } else { Err(Errno::EINTR) }
}

/// poweroff(status): switches the machine off and says on the status port how the program that all was about has ended. `EPERM` but for
/// the superuser, `EINVAL` for what is no status.
pub(super) fn poweroff(caller: &mut Caller, status: i32) -> Result<()> {
    if !caller.process().credentials().is_root() {
        return Err(Errno::EPERM);
    }
    let status = WaitStatus::decode(status).ok_or(Errno::EINVAL)?;
    process::shut_down(caller.ctx, status)
}

/// report(text, length): one line on the status port. `EPERM` but for the first process, `EINVAL` for what is no line of text.
pub(super) fn report(caller: &mut Caller, text: Buffer) -> Result<()> {
    if caller.process().pid() != INIT {
        return Err(Errno::EPERM);
    }
    let mut bytes = [0; LINE_MAX];
    let bytes = bytes.get_mut(..text.length as usize).ok_or(Errno::EINVAL)?;
    caller.space().read(caller.ctx, text.start, bytes)?;
    let line = core::str::from_utf8(bytes).map_err(|_| Errno::EINVAL)?;
    if line.contains('\n') {
        return Err(Errno::EINVAL);
    }
    early_console::write_status(line);
    Ok(())
}

const _: () = assert!(LINE_MAX <= PATH_MAX, "a line is short enough for the kernel's stack");
