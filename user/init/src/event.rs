//! Events that init waits for: a child that ended, or a signal that asks for the machine's end.
//!
//! The signals are those that BusyBox's tools send to process 1, as its own init takes them: SIGUSR2 from poweroff(8),
//! SIGTERM from reboot(8), SIGUSR1 from halt(8), and SIGINT from the kernel for Ctrl-Alt-Del. They are blocked and
//! taken one by one, so that no handler is needed; all others the kernel ignores, since init has no action for them.

use cor_rt::gate::{Pid, Status};
use cor_rt::linux::{self, End};
use cor_rt::{Errno, Result, Signal, SignalSet};
use core::time::Duration;

/// Signals that ask for the machine's end.
const REQUESTS: SignalSet = SignalSet::of(&[Signal::USR1, Signal::USR2, Signal::TERM, Signal::INT]);

/// All signals that wake init.
const WAKING: SignalSet = SignalSet::of(&[Signal::USR1, Signal::USR2, Signal::TERM, Signal::INT, Signal::CHLD]);

/// Reason for the end of a wait.
pub(crate) enum Event {
    /// A child has ended, and is reaped.
    Ended(Pid, Status),
    /// A signal asks for the machine's end.
    Asked(End),
    /// Nothing has happened for the time that was given.
    Timeout,
}

/// Begins to take signals; before that, those that come are lost.
pub(crate) fn start() -> Result<()> {
    linux::block_signals(WAKING)?;
    linux::take_restart_keys()
}

/// Waits for the next event. `ECHILD` if there are no children.
pub(crate) fn next(time: Option<Duration>) -> Result<Event> {
    loop {
        // A request goes before the end of the program that made it.
        if let Ok(signal) = linux::wait_signal(REQUESTS, Some(Duration::ZERO)) {
            return Ok(Event::Asked(request(signal)));
        }
        if let Some((pid, status)) = linux::reap()? {
            return Ok(Event::Ended(pid, status));
        }
        match linux::wait_signal(WAKING, time) {
            Ok(Signal::CHLD) | Err(Errno::EINTR) => {}
            Ok(signal) => return Ok(Event::Asked(request(signal))),
            Err(Errno::EAGAIN) => return Ok(Event::Timeout),
            Err(errno) => return Err(errno),
        }
    }
}

/// Waits until a child may have ended, no longer than this.
pub(crate) fn wait_for_child(time: Duration) {
    let _ = linux::wait_signal(SignalSet::of(&[Signal::CHLD]), Some(time));
}

fn request(signal: Signal) -> End {
    match signal {
        Signal::USR1 => End::Halt,
        Signal::USR2 => End::PowerOff,
        _ => End::Restart,
    }
}
