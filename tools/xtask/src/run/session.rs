//! The course of a run: waits until the machine ends, a time is up, or somebody wants to leave.

use super::console::{Console, Progress};
use super::control::Control;
use super::status::Reported;
use anyhow::Result;
use nix::sys::signal::Signal;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How long a machine that has told its status may still be silent before we end it.
const GRACE: Duration = Duration::from_secs(3);
/// How long we wait for the last output of a machine that we ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The console was closed: QEMU has ended.
    ConsoleEnd,
    /// Our output cannot be written.
    OutputError(std::io::Error),
    /// The machine told a line on its status port.
    StatusLine(String),
    /// The status port was closed: QEMU has ended.
    StatusEnd,
    /// The machine is off, but QEMU still there.
    Off(Why),
    /// The person pressed Ctrl-A x.
    Leave,
    /// The person pressed Ctrl-A b.
    Break,
    /// We got a signal.
    Signal(Signal),
}

/// Why a machine is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It switched itself off.
    Shutdown,
    /// It reset itself, or its processor did.
    Reset,
}

/// Why a run is over.
#[derive(Debug)]
pub enum Ending {
    /// The machine ended, or told its status and then stayed silent.
    Machine,
    /// The time was up, after so many seconds.
    Timeout(f64),
    /// We got a signal.
    Signal(Signal),
    /// Our output cannot be written.
    Output(std::io::Error),
    /// The person left.
    Left,
}

/// A run under way.
pub struct Session {
    events: Receiver<Event>,
    progress: Arc<Progress>,
    started: Sender<()>,
    timeout: Option<f64>,
    deadline: Option<Instant>,
    control: Control,
    /// The machine's status lines so far.
    pub reported: Reported,
    /// Time for which a machine may be silent that has told its status.
    grace: Duration,
    /// The processor's registers when it reset itself without a word.
    pub registers: Option<String>,
    ports_open: u32,
    /// Keeps a recorded console's pipe open until QEMU has ended.
    pub hold: Option<File>,
}

impl Session {
    /// A run whose machine has just been started, and its time, if that is bounded.
    pub fn new(events: Receiver<Event>, console: Console, timeout: Option<f64>, control: Control) -> Session {
        let deadline = timeout.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
        let (reported, registers, hold) = (Reported::default(), None, None);
        Session {
            events,
            progress: console.progress,
            started: console.started,
            timeout,
            deadline,
            control,
            reported,
            grace: GRACE,
            registers,
            ports_open: 2,
            hold,
        }
    }

    /// Waits for the end. Where a picture of the screen is wanted it is taken before the machine is gone.
    pub fn wait(&mut self) -> Ending {
        let mut silent = Silence::new(&self.progress);
        loop {
            let now = Instant::now();
            if self.deadline.is_some_and(|deadline| deadline <= now) {
                self.take_picture();
                return Ending::Timeout(self.timeout.unwrap_or_default());
            }
            if self.reported.status().is_some() && silent.lasts(&self.progress) >= self.grace {
                self.take_picture();
                return Ending::Machine;
            }
            let until_deadline = self.deadline.map_or(self.grace, |deadline| deadline - now);
            match self.events.recv_timeout(until_deadline.min(self.grace / 4)) {
                Ok(event) => {
                    if let Some(ending) = self.handle(event) {
                        return ending;
                    }
                    silent = Silence::new(&self.progress);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ending::Machine,
            }
        }
    }

    /// How many instructions the machine has executed.
    pub fn instructions(&mut self) -> Result<u64> {
        self.control.instructions()
    }

    /// Whether QEMU has ended by itself: it has closed all ports.
    pub fn machine_is_gone(&self) -> bool {
        self.ports_open == 0
    }

    /// After QEMU was ended: waits for what is still on the wires.
    pub fn drain(&mut self) {
        let deadline = Instant::now() + LAST_WORDS;
        while self.ports_open > 0 {
            let Ok(event) = self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) else {
                return;
            };
            self.handle(event);
        }
    }

    /// Notes an event; gives the ending if it is one.
    fn handle(&mut self, event: Event) -> Option<Ending> {
        match event {
            Event::StatusLine(line) => {
                self.reported.note(&line);
                if self.reported.has_started() {
                    // Where nothing is typed nobody waits for this.
                    let _ = self.started.send(());
                }
            }
            Event::ConsoleEnd | Event::StatusEnd => {
                self.hold = None;
                self.ports_open -= 1;
                return (self.ports_open == 0).then_some(Ending::Machine);
            }
            Event::OutputError(error) => {
                self.ports_open -= 1;
                return Some(Ending::Output(error));
            }
            Event::Off(why) => {
                if why == Why::Reset && self.reported.status().is_none() {
                    self.registers = self.control.registers().ok();
                }
                self.take_picture();
                if self.hold.is_some() {
                    // A recording's length is to be asked for yet.
                    return Some(Ending::Machine);
                }
                // Its ports close when it has ended.
                self.control.quit();
            }
            Event::Break => {
                self.control.send_break(super::CONSOLE);
            }
            Event::Leave => return Some(Ending::Left),
            Event::Signal(signal) => return Some(Ending::Signal(signal)),
        }
        None
    }

    fn take_picture(&mut self) {
        self.control.save_screen();
    }
}

/// Since when no output has come. While we cannot get rid of output, the machine is not silent.
struct Silence {
    since: Instant,
    mark: Option<u64>,
}

impl Silence {
    fn new(progress: &Progress) -> Silence {
        Silence { since: Instant::now(), mark: progress.mark() }
    }

    /// How long it lasts by now.
    fn lasts(&mut self, progress: &Progress) -> Duration {
        let mark = progress.mark();
        if mark.is_none() || mark != self.mark {
            *self = Silence::new(progress);
        }
        self.since.elapsed()
    }
}

/// Turns the lines of the status port into events.
pub fn watch_status(port: UnixStream, events: Sender<Event>) {
    thread::spawn(move || {
        let mut port = BufReader::new(port);
        let mut line = Vec::new();
        while port.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            let _ = events.send(Event::StatusLine(String::from_utf8_lossy(&line).trim_end().to_string()));
            line.clear();
        }
        let _ = events.send(Event::StatusEnd);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::options::Options;
    use std::sync::mpsc;

    /// Ends a run of half a second whose machine tells this line on its status port and then stays silent.
    fn ending_after(line: &str) -> Ending {
        let (events, happened) = mpsc::channel();
        let (ours, _qemu) = UnixStream::pair().unwrap();
        let control = Control::connect(ours, &Options::default(), "screen.ppm".into(), &events).unwrap();
        let console = Console { progress: Arc::default(), started: mpsc::channel().0 };
        let mut session = Session::new(happened, console, Some(0.5), control);
        session.grace = Duration::from_millis(50);
        events.send(Event::StatusLine(line.to_string())).unwrap();
        session.wait()
    }

    #[test]
    fn silence_ends_a_run_only_after_a_status() {
        assert!(matches!(ending_after("exit 0"), Ending::Machine));
        for firmware in ["", "BdsDxe: loading Boot0001", "\x1b[2J\x1b[01;01H\x1b[37m"] {
            assert!(matches!(ending_after(firmware), Ending::Timeout(_)), "{firmware:?}");
        }
    }
}
