//! Sending signals: kill(2), tgkill(2), and those that the kernel itself sends.

use super::action::Handler;
use super::info::Info;
use crate::process::process::Process;
use crate::process::table::INIT;
use crate::process::thread::Thread;
use crate::task::{Instant, Patience, TaskContext, WaitQueue};
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::{Signal, SignalSet};

/// What stops a process.
const STOPPING: SignalSet = SignalSet::of(&[Signal::STOP, Signal::TSTP, Signal::TTIN, Signal::TTOU]);

/// What became of a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// It will be taken, with its reason.
    Kept,
    /// Its reason could not be kept; a program's own signal is lost then.
    Full,
    /// Nobody wants it.
    Ignored,
}

/// Sends a signal to a whole process: whichever thread can takes it.
pub fn send_to_process(process: &Process, info: Info) -> Sent {
    cancel_opposite(process, info.signal);
    if is_lost(process, info.signal, None) {
        let_go_on(process, info.signal);
        return Sent::Ignored;
    }
    let most = process.soft_limit(linux::RLIMIT_SIGPENDING);
    let kept = process.pending.lock().add(info, most);
    let_go_on(process, info.signal);
    wake_one(process, info.signal);
    process.signal_files.wake();
    if kept { Sent::Kept } else { Sent::Full }
}

/// Has one thread of those that want a signal look at it: the first of the process, if it does.
fn wake_one(process: &Process, signal: Signal) {
    let chosen = process.life.lock().threads.iter().find(|thread| thread.wants(signal)).cloned();
    if let Some(thread) = chosen {
        thread.notify();
    }
}

/// Has other threads look at the signals for the process that no thread has taken yet: whoever was to, blocks them now or has ended.
pub fn pass_on(process: &Process) {
    let waiting = process.pending.lock().set();
    waiting.iter().for_each(|signal| wake_one(process, signal));
}

/// Sends a signal to one thread; SIGKILL ends them all, so it is the process's.
pub fn send_to_thread(thread: &Thread, info: Info) -> Sent {
    if info.signal == Signal::KILL {
        return send_to_process(&thread.process, info);
    }
    cancel_opposite(&thread.process, info.signal);
    if is_lost(&thread.process, info.signal, Some(thread)) {
        let_go_on(&thread.process, info.signal);
        return Sent::Ignored;
    }
    let most = thread.process.soft_limit(linux::RLIMIT_SIGPENDING);
    let kept = thread.signals.lock().pending.add(info, most);
    let_go_on(&thread.process, info.signal);
    if thread.wants(info.signal) {
        thread.notify();
    }
    thread.process.signal_files.wake();
    if kept { Sent::Kept } else { Sent::Full }
}

/// Takes the next of some signals that has come for a thread or its process.
pub fn take(thread: &Thread, among: SignalSet) -> Option<Info> {
    let own = thread.signals.lock().pending.take(among);
    let mut info = own.or_else(|| thread.process.pending.lock().take(among))?;
    thread.process.signal_taken(&mut info);
    Some(info)
}

/// Waits until one of some signals has come, which are blocked by custom, and takes it: sigtimedwait(2). `EAGAIN` if none comes in
/// time, `EINTR` if another comes.
pub fn wait(ctx: &TaskContext, thread: &Thread, among: SignalSet, deadline: Option<Instant>) -> Result<Info> {
    let among = among.without(SignalSet::UNSTOPPABLE);
    if let Some(info) = take(thread, among) {
        return Ok(info);
    }
    if deadline == Some(Instant(0)) {
        return Err(Errno::EAGAIN);
    }
    thread.signals.lock().awaited = among;
    let patience = Patience { interruptible: true, deadline };
    let result = WaitQueue::new().wait(ctx, patience, || take(thread, among));
    thread.signals.lock().awaited = SignalSet::EMPTY;
    thread.attend_soon();
    result.map_err(|error| if error == Errno::ETIMEDOUT { Errno::EAGAIN } else { error })
}

/// Sends a thread a signal that its own program brought about, and that it can neither block nor ignore: then it is as if the
/// process had said nothing about it.
pub fn force(thread: &Arc<Thread>, info: Info) {
    let actions = &thread.process.actions;
    let mut signals = thread.signals.lock();
    let blocked = signals.blocked.remove(info.signal);
    if blocked || actions.get(info.signal).handler == Handler::Ignore {
        actions.forget(info.signal);
    }
    signals.pending.add(info, u64::MAX);
    drop(signals);
    thread.notify();
}

impl Thread {
    /// Whether a signal would not be kept waiting.
    fn wants(&self, signal: Signal) -> bool {
        let signals = self.signals.lock();
        !signals.blocked.contains(signal) || signals.awaited.contains(signal)
    }

    fn blocks(&self, signal: Signal) -> bool {
        self.signals.lock().blocked.contains(signal)
    }
}

/// What a signal does already by being sent: SIGCONT and those that stop a process cancel each other.
fn cancel_opposite(process: &Process, signal: Signal) {
    if signal == Signal::CONT {
        discard(process, STOPPING);
    } else if STOPPING.contains(signal) {
        discard(process, SignalSet::of(&[Signal::CONT]));
    }
}

/// What it does then: SIGCONT lets a stopped process go on, and SIGKILL to its end. The signal has come before, so that it is found beside
/// those that came while the process was stopped.
fn let_go_on(process: &Process, signal: Signal) {
    if signal == Signal::CONT {
        process.resume();
    } else if signal == Signal::KILL {
        process.wake_to_end();
    }
}

/// The signals that have come for a thread and wait until it wants them.
pub fn pending(thread: &Thread) -> SignalSet {
    let own = thread.signals.lock().pending.set();
    own | thread.process.pending.lock().set()
}

/// Does something, such as to wait, with other signals blocked; a handler of one that ends it by `EINTR` runs with those blocked
/// still, and after it what was blocked before. sigsuspend(2), ppoll(2)
pub fn with_blocked<R>(thread: &Thread, blocked: Option<SignalSet>, work: impl FnOnce() -> Result<R>) -> Result<R> {
    let Some(blocked) = blocked else { return work() };
    let mut signals = thread.signals.lock();
    signals.restored = Some(signals.blocked);
    signals.blocked = blocked.without(SignalSet::UNSTOPPABLE);
    let wanted = !signals.blocked;
    drop(signals);
    thread.attend_soon();
    let result = if (pending(thread) & wanted).is_empty() { work() } else { Err(Errno::EINTR) };
    if !matches!(result, Err(Errno::EINTR)) {
        let mut signals = thread.signals.lock();
        if let Some(blocked) = signals.restored.take() {
            signals.blocked = blocked;
        }
    }
    result
}

/// Waits for a signal. Always `EINTR`: pause(2).
pub fn pause(ctx: &TaskContext) -> Result<()> {
    WaitQueue::new().wait(ctx, Patience { interruptible: true, deadline: None }, || None)
}

/// Drops what has come of some signals and was not delivered yet.
pub fn discard(process: &Process, signals: SignalSet) {
    process.pending.lock().discard(signals);
    process.for_each_thread(|thread| thread.signals.lock().pending.discard(signals));
}

/// Whether a signal would do nothing: it is not blocked, and it is ignored or for the first process, which is not to
/// be ended by accident.
fn is_lost(process: &Process, signal: Signal, thread: Option<&Thread>) -> bool {
    let action = process.actions.get(signal);
    let spared = process.pid() == INIT && action.handler == Handler::Default;
    let is_blocked = match thread {
        Some(thread) => thread.blocks(signal),
        None => {
            let mut any = false;
            process.for_each_thread(|thread| any |= thread.blocks(signal));
            any
        }
    };
    (spared || action.ignores(signal)) && !is_blocked
}
