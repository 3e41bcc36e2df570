//! Whose a terminal is: the session that it controls, and the group in its foreground: credentials(7), ioctl_tty(2), termios(3) on
//! job control.
//!
//! The lock `job` is held for a moment only; signals are sent without it.

use super::terminal::Terminal;
use crate::fs::DeviceNumber;
use crate::process::session::{self, find_map, group_is_orphaned, send_to_group};
use crate::process::signal::{self, Handler, Info};
use crate::process::{self, Pid, Process, Thread};
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::any::Any;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// Whose a terminal is.
#[derive(Clone, Copy, Default)]
pub(super) struct Job {
    /// The session.
    pub(super) session: Option<Pid>,
    /// The group in the foreground.
    pub(super) foreground: Option<Pid>,
}

impl Terminal {
    /// The terminal that controls the caller.
    pub(super) fn of_caller(ctx: &TaskContext) -> Option<Arc<Terminal>> {
        let any: Arc<dyn Any + Send + Sync> = process::caller(ctx)?.process.terminal()?;
        any.downcast().ok()
    }

    /// Whether it controls a process.
    fn controls(&self, process: &Process) -> bool {
        process.terminal().is_some_and(|terminal| core::ptr::addr_eq(Arc::as_ptr(&terminal), self))
    }

    /// Sends the foreground a signal.
    pub(super) fn signal_foreground(&self, signal: Signal) {
        let foreground = self.job.lock().foreground;
        if let Some(group) = foreground {
            send_to_group(group, Info::kernel(signal));
        }
    }

    /// Lets the caller use its terminal if it is in the foreground, or does not mind the signal that it would be sent. `EIO` if that
    /// would stop it for ever, or if it does mind reading; else the signal is sent, and `EINTR`.
    pub(super) fn check_foreground(&self, ctx: &TaskContext, signal: Signal) -> Result<()> {
        let Some(thread) = process::caller(ctx) else { return Ok(()) };
        let process = &thread.process;
        let (group, foreground) = (process.group(), self.job.lock().foreground);
        if foreground.is_none_or(|foreground| foreground == group) || !self.controls(process) {
            return Ok(());
        }
        if does_not_mind(&thread, signal) {
            return if signal == Signal::TTIN { Err(Errno::EIO) } else { Ok(()) };
        }
        if group_is_orphaned(group) {
            return Err(Errno::EIO);
        }
        send_to_group(group, Info::kernel(signal));
        Err(Errno::EINTR)
    }

    /// Becomes the terminal of a process's session, if the process leads one that has none, and the terminal is free.
    pub(super) fn adopt(&self, process: &Process) {
        if process.leads_session() && process.terminal().is_none() && self.job.lock().session.is_none() {
            self.take_over(process);
        }
    }

    /// `TIOCSCTTY`: as `adopt`, and with `steal` the superuser takes it from another session. `EPERM`.
    pub(super) fn become_controlling(&self, ctx: &TaskContext, steal: bool) -> Result<()> {
        let thread = process::caller(ctx).ok_or(Errno::EPERM)?;
        let process = &thread.process;
        let owner = self.job.lock().session;
        if process.leads_session() && owner == Some(process.session()) {
            return Ok(());
        }
        if !process.leads_session() || process.terminal().is_some() {
            return Err(Errno::EPERM);
        }
        if let Some(owner) = owner {
            if !steal || !process.credentials().is_root() {
                return Err(Errno::EPERM);
            }
            clear_session(owner);
        }
        self.take_over(process);
        Ok(())
    }

    fn take_over(&self, process: &Process) {
        *self.job.lock() = Job { session: Some(process.session()), foreground: Some(process.group()) };
        process.set_terminal(self.this.upgrade().map(|this| this as Arc<dyn process::Terminal>));
    }

    /// `TIOCNOTTY`: the caller does without it, and if it leads the session, all of it. `ENOTTY` if it is not the caller's.
    pub(super) fn give_up(&self, ctx: &TaskContext) -> Result<()> {
        let thread = process::caller(ctx).filter(|thread| self.controls(&thread.process)).ok_or(Errno::ENOTTY)?;
        if thread.process.leads_session() {
            process::Terminal::leader_leaves(self, ctx, &thread.process, false);
        } else {
            thread.process.set_terminal(None);
        }
        Ok(())
    }

    /// The group in the foreground, 0 if there is none: tcgetpgrp(3). `ENOTTY` if it is not the caller's terminal.
    pub(super) fn foreground_for(&self, ctx: &TaskContext) -> Result<Pid> {
        self.check_own(ctx)?;
        Ok(self.job.lock().foreground.unwrap_or(Pid(0)))
    }

    /// The session that it controls: tcgetsid(3). `ENOTTY` if it is not the caller's terminal.
    pub(super) fn session_for(&self, ctx: &TaskContext) -> Result<Pid> {
        self.check_own(ctx)?;
        self.job.lock().session.ok_or(Errno::ENOTTY)
    }

    fn check_own(&self, ctx: &TaskContext) -> Result<()> {
        let own = process::caller(ctx).is_some_and(|thread| self.controls(&thread.process));
        if own { Ok(()) } else { Err(Errno::ENOTTY) }
    }

    /// Puts a group into the foreground: tcsetpgrp(3). `ENOTTY` if it is not the caller's terminal, `ESRCH` for no group, `EPERM` for
    /// one of another session.
    pub(super) fn set_foreground(&self, ctx: &TaskContext, group: Pid) -> Result<()> {
        let thread = process::caller(ctx).ok_or(Errno::ENOTTY)?;
        let session = thread.process.session();
        if !self.controls(&thread.process) || self.job.lock().session != Some(session) {
            return Err(Errno::ENOTTY);
        }
        if session::session_of_group(group).ok_or(Errno::ESRCH)? != session {
            return Err(Errno::EPERM);
        }
        self.job.lock().foreground = Some(group);
        Ok(())
    }

    /// Hangs up: nobody who has it open can use it any more, and the session's leader, if it has one, gets SIGHUP and SIGCONT.
    pub(super) fn hang_up(&self) {
        self.hang_ups.fetch_add(1, Ordering::AcqRel);
        let job = core::mem::take(&mut *self.job.lock());
        if let Some(session) = job.session {
            find_map(|process| {
                if process.session() == session && self.controls(process) {
                    process.lose_terminal(job.foreground.filter(|_| process.leads_session()));
                    if process.leads_session() && !process.has_ended() {
                        signal::send_to_process(process, Info::kernel(Signal::HUP));
                        signal::send_to_process(process, Info::kernel(Signal::CONT));
                    }
                }
                None::<()>
            });
        }
        self.forget_all();
    }
}

impl process::Terminal for Terminal {
    fn number(&self) -> DeviceNumber {
        self.number
    }

    fn foreground(&self) -> Option<Pid> {
        self.job.lock().foreground
    }

    fn leader_leaves(&self, ctx: &TaskContext, leader: &Process, ends: bool) {
        let job = *self.job.lock();
        if job.session != Some(leader.session()) {
            return leader.set_terminal(None);
        }
        if ends && !self.output.line().is_pseudo() {
            self.output.finish(ctx);
            self.hang_up();
            if let Some(group) = job.foreground {
                send_to_group(group, Info::kernel(Signal::HUP));
            }
            return;
        }
        if let Some(group) = job.foreground {
            send_to_group(group, Info::kernel(Signal::HUP));
            if !ends {
                send_to_group(group, Info::kernel(Signal::CONT));
            }
        }
        *self.job.lock() = Job::default();
        clear_session(leader.session());
    }
}

/// Whether a thread blocks or ignores a signal.
fn does_not_mind(thread: &Thread, signal: Signal) -> bool {
    let blocked = thread.signals.lock().blocked.contains(signal);
    blocked || thread.process.actions.get(signal).handler == Handler::Ignore
}

/// Takes their terminal from all processes of a session.
fn clear_session(session: Pid) {
    find_map(|process| {
        if process.session() == session {
            process.set_terminal(None);
        }
        None::<()>
    });
}
