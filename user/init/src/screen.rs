//! The second console: a shell at the screen and the keyboard, started again whenever it ends, by getty(8).

use crate::event::Event;
use crate::start::start;
use alloc::vec;
use alloc::vec::Vec;
use cor_rt::Arguments;
use cor_rt::gate::{self, Open, Pid};
use core::ffi::CStr;
use core::time::Duration;
use program::Program;

/// Its terminal.
const TERMINAL: &CStr = c"/dev/tty1";

/// Delay before it is started again, unless another event comes first: a shell that fails must not keep the machine
/// busy.
const PAUSE: Duration = Duration::from_secs(1);

/// The shell at the screen, if there is one.
pub(crate) struct Screen<'a> {
    program: Program<'a>,
    running: Option<Pid>,
    /// It has ended, and is to be started again.
    ended: bool,
}

impl<'a> Screen<'a> {
    /// Starts it, unless there is no screen, or it is the console already.
    pub(crate) fn start(arguments: &Arguments, environment: &[&'a CStr]) -> Screen<'a> {
        let is_console = arguments.environment().any(|entry| entry.to_bytes() == b"CONSOLE=/dev/tty1");
        let words: Vec<&CStr> = vec![c"/sbin/getty", c"-n", c"-l", c"/bin/sh", c"0", c"tty1", c"linux"];
        let program = Program { cwd: c"/", arguments: words, environment: environment.to_vec() };
        let mut screen = Screen { program, running: None, ended: false };
        if !is_console && let Ok(terminal) = gate::open(TERMINAL, Open::BOTH, 0) {
            let _ = gate::close(terminal);
            screen.running = start(&screen.program).ok();
        }
        screen
    }

    /// The shell's process.
    pub(crate) fn running(&self) -> Option<Pid> {
        self.running
    }

    /// Longest wait for other events before the shell is started again; `None`: it runs, or there is none.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.ended.then_some(PAUSE)
    }

    /// Takes note of an event: the shell's end, or that it is time to start it again.
    pub(crate) fn note(&mut self, event: &Event) {
        if let Event::Ended(pid, _) = event
            && self.running == Some(*pid)
        {
            (self.running, self.ended) = (None, true);
        } else if core::mem::take(&mut self.ended) {
            self.running = start(&self.program).ok();
        }
    }
}
