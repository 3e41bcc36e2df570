//! Orderly shutdown: all processes are asked to end, then killed, and what files hold is written back.

use crate::event;
use cor_rt::Signal;
use cor_rt::gate::Pid;
use cor_rt::linux::{self, End};
use core::time::Duration;

/// Grace period: the time that processes have to end after SIGTERM, and again after SIGKILL.
const GRACE: Duration = Duration::from_secs(3);

/// The longest sleep between two looks at what is left.
const PAUSE: Duration = Duration::from_millis(50);

/// The end in words, as the beginning of a line.
pub(crate) const fn describe(end: End) -> &'static str {
    match end {
        End::PowerOff => "Powering off",
        End::Restart => "Restarting",
        End::Halt => "Halting",
    }
}

/// Ends all processes but init: by SIGTERM, those that init itself started also by SIGHUP (an interactive shell
/// ignores SIGTERM), and by SIGKILL those left after the grace period, which `warn` announces. Then writes back what
/// files hold.
pub(crate) fn end_processes(started: &[Pid], warn: impl Fn()) {
    let _ = linux::kill_all(Signal::TERM);
    for &pid in started {
        let _ = linux::kill(pid, Signal::HUP);
    }
    // One that is stopped takes its signals when it goes on.
    let _ = linux::kill_all(Signal::CONT);
    if !end_in_time() {
        warn();
        let _ = linux::kill_all(Signal::KILL);
        end_in_time();
    }
    linux::sync();
}

/// Reaps children until there is no other process; false if some are left when the grace period is over.
fn end_in_time() -> bool {
    let deadline = linux::uptime() + GRACE;
    loop {
        while let Ok(Some(_)) = linux::reap() {}
        if !linux::has_others() {
            return true;
        }
        let left = deadline.saturating_sub(linux::uptime());
        if left.is_zero() {
            return false;
        }
        event::wait_for_child(left.min(PAUSE));
    }
}
