//! Signals: rt_sigaction(2) and its relatives, kill(2), sigaltstack(2).

use super::arg::Pointer;
use super::caller::Caller;
use crate::process::clock;
use crate::process::signal::{self, Action, ActionFlags, Detail, Handler, INFO_SIZE, Info, Sent};
use crate::process::{self, AlternateStack, INIT, Pid, Process, session};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::{Signal, SignalSet};

/// The size of a set of signals, which the calls want to be told.
const SET_SIZE: u64 = 8;

/// rt_sigaction(2)
pub(super) fn rt_sigaction(caller: &mut Caller, signal: Signal, new: Pointer, old: Pointer, size: u64) -> Result<()> {
    check_size(size)?;
    let actions = caller.process().actions.clone();
    let new = new.non_null().map(|new| caller.words(new).map(decode)).transpose()?;
    let replaced = match new {
        Some(action) => actions.set(signal, action)?,
        None => actions.get(signal),
    };
    if new.is_some_and(|action| action.ignores(signal)) {
        signal::discard(caller.process(), SignalSet::of(&[signal]));
    }
    match old.non_null() {
        Some(old) => caller.write_words(old, encode(&replaced)),
        None => Ok(()),
    }
}

/// rt_sigprocmask(2)
pub(super) fn rt_sigprocmask(caller: &mut Caller, how: u32, new: Pointer, old: Pointer, size: u64) -> Result<()> {
    check_size(size)?;
    let new = new.non_null().map(|new| caller.words(new)).transpose()?;
    let thread = caller.thread();
    let blocked = thread.signals.lock().blocked;
    if let Some([set]) = new {
        let set = SignalSet(set);
        let wanted = match how {
            linux::SIG_BLOCK => blocked | set,
            linux::SIG_UNBLOCK => blocked.without(set),
            linux::SIG_SETMASK => set,
            _ => return Err(Errno::EINVAL),
        };
        thread.signals.lock().blocked = wanted.without(SignalSet::UNSTOPPABLE);
        // What was blocked until now may be here, and what is blocked from now on may have been meant for this thread.
        if !signal::pending(thread).is_empty() {
            thread.attend_soon();
        }
    }
    match old.non_null() {
        Some(old) => caller.write_words(old, [blocked.0]),
        None => Ok(()),
    }
}

/// rt_sigreturn(2)
pub(super) fn rt_sigreturn(caller: &mut Caller) -> Result<u64> {
    if signal::return_from_handler(caller.ctx, caller.running).is_err() {
        signal::force(caller.thread(), Info::kernel(Signal::SEGV));
    }
    Ok(caller.running.user.registers().rax)
}

/// rt_sigpending(2)
pub(super) fn rt_sigpending(caller: &mut Caller, into: Pointer, size: u64) -> Result<()> {
    if size > SET_SIZE {
        return Err(Errno::EINVAL);
    }
    let pending = signal::pending(caller.thread());
    caller.write(into.0, &pending.0.to_le_bytes()[..size as usize])
}

/// rt_sigsuspend(2)
pub(super) fn rt_sigsuspend(caller: &mut Caller, set: Pointer, size: u64) -> Result<()> {
    check_size(size)?;
    let [set] = caller.words(set.0)?;
    signal::with_blocked(caller.thread(), Some(SignalSet(set)), || signal::pause(caller.ctx))
}

/// pause(2)
pub(super) fn pause(caller: &mut Caller) -> Result<()> {
    signal::pause(caller.ctx)
}

/// sigaltstack(2)
pub(super) fn sigaltstack(caller: &mut Caller, new: Pointer, old: Pointer) -> Result<()> {
    let new = new.non_null().map(|new| caller.words(new)).transpose()?;
    let pointer = caller.running.user.registers().rsp;
    let current = caller.thread().signals.lock().stack;
    if let Some([base, flags, size]) = new {
        if current.holds(pointer) {
            return Err(Errno::EPERM);
        }
        caller.thread().signals.lock().stack = AlternateStack::decode(base, flags as u32, size)?;
    }
    match old.non_null() {
        Some(old) => caller.write_words(old, [current.base, u64::from(current.flags(pointer)), current.size]),
        None => Ok(()),
    }
}

/// kill(2)
pub(super) fn kill(caller: &mut Caller, pid: i32, signal: Option<Signal>) -> Result<()> {
    let own = caller.process().pid();
    match pid {
        1.. => {
            let process = process::find(Pid(pid as u32))?;
            kill_one(caller, &process, signal)
        }
        0 => kill_many(caller, signal, &|process| process.group() == caller.process().group()),
        -1 => kill_many(caller, signal, &|process| process.pid() != INIT && process.pid() != own),
        i32::MIN => Err(Errno::ESRCH),
        _ => kill_many(caller, signal, &|process| process.group() == Pid(pid.unsigned_abs())),
    }
}

fn kill_one(caller: &Caller, process: &Process, signal: Option<Signal>) -> Result<()> {
    check_sender(caller, process, signal)?;
    if let Some(signal) = signal {
        signal::send_to_process(process, info(caller, signal, linux::SI_USER as i32));
    }
    Ok(())
}

/// Sends a process a signal, with what a program says of it if it does: pidfd_send_signal(2).
pub(super) fn send_to(caller: &Caller, process: &Arc<Process>, signal: Option<Signal>, from: Pointer) -> Result<()> {
    if from.0 == 0 {
        return kill_one(caller, process, signal);
    }
    let info = read_info(caller, signal, from)?;
    let [number] = caller.halves(from.0)?;
    if signal.map_or(0, |signal| u32::from(signal.number())) != number {
        return Err(Errno::EINVAL);
    }
    check_info(&info, Arc::ptr_eq(process, caller.process()))?;
    check_sender(caller, process, signal)?;
    match info {
        Some(info) if signal::send_to_process(process, info) == Sent::Full => Err(Errno::EAGAIN),
        _ => Ok(()),
    }
}

/// It is enough if one may be sent the signal; `ESRCH` if there is nobody.
fn kill_many(caller: &Caller, signal: Option<Signal>, is_meant: &dyn Fn(&Process) -> bool) -> Result<()> {
    let mut result = Err(Errno::ESRCH);
    session::find_map(|process| {
        if is_meant(process) {
            let sent = kill_one(caller, process, signal);
            result = if result.is_ok() { result } else { sent };
        }
        None::<()>
    });
    result
}

/// tkill(2)
pub(super) fn tkill(caller: &mut Caller, thread: Pid, signal: Option<Signal>) -> Result<()> {
    send(caller, None, thread, signal)
}

/// tgkill(2)
pub(super) fn tgkill(caller: &mut Caller, process: Pid, thread: Pid, signal: Option<Signal>) -> Result<()> {
    if process.0 as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    send(caller, Some(process), thread, signal)
}

/// rt_sigtimedwait(2)
pub(super) fn rt_sigtimedwait(
    caller: &mut Caller,
    set: Pointer,
    into: Pointer,
    time: Pointer,
    size: u64,
) -> Result<u64> {
    check_size(size)?;
    let [set] = caller.words(set.0)?;
    let deadline = match time.non_null() {
        Some(time) => Some(clock::now_and(super::time::decode(caller, Pointer(time))?.to_nanoseconds()?)),
        None => None,
    };
    let info = signal::wait(caller.ctx, caller.thread(), SignalSet(set), deadline)?;
    if let Some(into) = into.non_null() {
        caller.write(into, &info.encode())?;
    }
    Ok(info.signal.number().into())
}

/// rt_sigqueueinfo(2)
pub(super) fn rt_sigqueueinfo(caller: &mut Caller, pid: i32, signal: Option<Signal>, info: Pointer) -> Result<()> {
    let info = read_info(caller, signal, info)?;
    check_info(&info, caller.thread().id().0 == pid as u32)?;
    let process = process::find(Pid(u32::try_from(pid).map_err(|_| Errno::ESRCH)?))?;
    check_sender(caller, &process, signal)?;
    match info {
        Some(info) if signal::send_to_process(&process, info) == Sent::Full => Err(Errno::EAGAIN),
        _ => Ok(()),
    }
}

/// rt_tgsigqueueinfo(2)
pub(super) fn rt_tgsigqueueinfo(
    caller: &mut Caller,
    process: Pid,
    thread: Pid,
    signal: Option<Signal>,
    info: Pointer,
) -> Result<()> {
    let info = read_info(caller, signal, info)?;
    if process.0 as i32 <= 0 || thread.0 as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    check_info(&info, caller.thread().id() == thread)?;
    let thread = process::find_thread(Some(process), thread)?;
    check_sender(caller, &thread.process, signal)?;
    match info {
        Some(info) if signal::send_to_thread(&thread, info) == Sent::Full => Err(Errno::EAGAIN),
        _ => Ok(()),
    }
}

fn read_info(caller: &Caller, signal: Option<Signal>, from: Pointer) -> Result<Option<Info>> {
    let mut bytes = [0; INFO_SIZE];
    caller.space().read(caller.ctx, from.0, &mut bytes)?;
    Ok(signal.map(|signal| Info::decode(signal, &bytes)))
}

/// Nobody may make another believe that the kernel or kill(2) sent a signal: `EPERM`.
fn check_info(info: &Option<Info>, to_itself: bool) -> Result<()> {
    if to_itself || info.is_none_or(|info| info.is_queued()) { Ok(()) } else { Err(Errno::EPERM) }
}

fn send(caller: &Caller, process: Option<Pid>, thread: Pid, signal: Option<Signal>) -> Result<()> {
    if thread.0 as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    let thread = process::find_thread(process, thread)?;
    check_sender(caller, &thread.process, signal)?;
    if let Some(signal) = signal {
        signal::send_to_thread(&thread, info(caller, signal, linux::SI_TKILL));
    }
    Ok(())
}

/// Whether the caller may send a process a signal: `EPERM`.
fn check_sender(caller: &Caller, process: &Process, signal: Option<Signal>) -> Result<()> {
    let own = caller.process();
    // Whoever minds a job may let it go on, whatever has become of it.
    let minds = || signal == Some(Signal::CONT) && own.session() == process.session();
    let may = own.pid() == process.pid() || own.credentials().may_signal(&process.credentials()) || minds();
    if may { Ok(()) } else { Err(Errno::EPERM) }
}

fn info(caller: &Caller, signal: Signal, code: i32) -> Info {
    let process = caller.process();
    let sender = Detail::Sender { process: process.pid().0, user: process.credentials().user.real };
    Info { signal, code, detail: sender }
}

/// A set that a call may be given, to be blocked while it lasts.
pub(super) fn read_set(caller: &Caller, set: Pointer, size: u64) -> Result<Option<SignalSet>> {
    let Some(set) = set.non_null() else { return Ok(None) };
    check_size(size)?;
    caller.words(set).map(|[set]| Some(SignalSet(set)))
}

fn check_size(size: u64) -> Result<()> {
    if size == SET_SIZE { Ok(()) } else { Err(Errno::EINVAL) }
}

/// From the kernel's `struct sigaction`: handler, flags, restorer, mask.
fn decode([handler, flags, restorer, mask]: [u64; 4]) -> Action {
    let handler = match handler {
        0 => Handler::Default,
        1 => Handler::Ignore,
        function => Handler::Function(function),
    };
    Action { handler, flags: ActionFlags::from_bits_truncate(flags), restorer, mask: SignalSet(mask) }
}

fn encode(action: &Action) -> [u64; 4] {
    let handler = match action.handler {
        Handler::Default => 0,
        Handler::Ignore => 1,
        Handler::Function(function) => function,
    };
    [handler, action.flags.bits(), action.restorer, action.mask.0]
}
