//! What a thread does about signals before it goes back to its program.

use super::action::{ActionFlags, Handler};
use super::info::Info;
use super::{fatal, force, frame, pass_on, restart, take};
use crate::process::thread::{Running, Thread};
use crate::process::{INIT, session, table};
use crate::task::TaskContext;
use core::sync::atomic::Ordering;
use logic::signal::{DefaultAction, Signal};
use logic::wait_status::WaitStatus;

/// Whether a thread goes back to its program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attended {
    /// It does.
    Continue,
    /// Its process ends; this is how.
    End(WaitStatus),
}

/// Sees to all signals that have come and are not blocked. Stops as long as the process is stopped.
pub fn attend(ctx: &TaskContext, running: &mut Running) -> Attended {
    let thread = running.thread.clone();
    thread.take_attention();
    if thread.process.clocked.load(Ordering::Relaxed) {
        thread.process.look_at_clock();
    }
    let mut called = false;
    loop {
        if let Some(status) = thread.end_due().or(running.leaving) {
            return Attended::End(status);
        }
        wait_while_stopped(ctx, &thread);
        let wanted = !thread.signals.lock().blocked;
        let Some(info) = take(&thread, wanted) else { break };
        let action = thread.process.actions.take(info.signal);
        match action.handler {
            Handler::Ignore => {}
            // A signal that the first process had blocked when it came; it dies by its own faults alone.
            Handler::Default if thread.process.pid() == INIT && !info.is_forced() => {}
            Handler::Default => act(ctx, running, &info),
            Handler::Function(_) => {
                let again = action.flags.contains(ActionFlags::RESTART);
                restart::before_handler(running, again);
                called = true;
                if frame::enter_handler(ctx, running, &info, &action).is_err() {
                    // No handler can be called on that stack, so that of SIGSEGV cannot either.
                    if info.signal == Signal::SEGV {
                        thread.process.actions.forget(Signal::SEGV);
                    }
                    force(&thread, Info::kernel(Signal::SEGV));
                }
            }
        }
    }
    // What is left for the process this thread may have blocked after it was chosen.
    pass_on(&thread.process);
    if !called {
        restart::without_handler(running);
        let mut signals = thread.signals.lock();
        if let Some(mask) = signals.restored.take() {
            signals.blocked = mask;
        }
    }
    Attended::Continue
}

fn wait_while_stopped(ctx: &TaskContext, thread: &Thread) {
    let process = &thread.process;
    if process.is_stopped() {
        let must_end = || thread.end_due().is_some() || process.is_dying();
        process.resumed.wait_until(ctx, || !process.is_stopped() || must_end());
    }
}

/// Does what a signal does by itself.
fn act(ctx: &TaskContext, running: &Running, info: &Info) {
    let process = &running.thread.process;
    match info.signal.default_action() {
        DefaultAction::Ignore | DefaultAction::Continue => {}
        // Nobody would let it go on.
        DefaultAction::Stop if info.signal != Signal::STOP && session::group_is_orphaned(process.group()) => {}
        DefaultAction::Stop => process.stop(info.signal),
        DefaultAction::Terminate | DefaultAction::Core => {
            fatal::log(ctx, running, info);
            process.end(WaitStatus::Killed { signal: info.signal, core: false });
        }
    }
}

impl crate::process::Process {
    /// Stops it: its threads stay where they are until it is resumed. The parent is told.
    fn stop(&self, signal: Signal) {
        let mut life = self.life.lock();
        let news = !life.stopped && life.ending.is_none();
        life.stopped |= news;
        drop(life);
        if news {
            self.notify_threads(|_| true);
            self.tell_parent(WaitStatus::Stopped(signal));
        }
    }

    /// Lets it go on if it is stopped. The parent is told.
    pub(super) fn resume(&self) {
        let was = core::mem::take(&mut self.life.lock().stopped);
        if was {
            self.resumed.wake_all();
            self.tell_parent(WaitStatus::Continued);
        }
    }

    /// Lets it go on to its end if it is stopped.
    pub(super) fn wake_to_end(&self) {
        self.life.lock().stopped = false;
        self.resumed.wake_all();
    }

    fn tell_parent(&self, news: WaitStatus) {
        if let Some(parent) = table::note(self.pid(), news) {
            parent.child_has_news(self, news);
        }
    }
}
