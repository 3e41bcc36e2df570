//! A terminal: termios(3), tty(4). Programs have it open by way of `Open`.
//!
//! The line discipline itself is `logic::line`. Its lock (`state`) is taken by the interrupt that brings input, so it is held for a few
//! bytes at a time, and nothing is sent or woken under it.

use super::job::Job;
use super::line::{Packet, Receiver};
use super::output::Output;
use super::size::Question;
use crate::fs::{DeviceNumber, Readiness};
use crate::memory::{Sink, Source};
use crate::task::{Instant, Mutex, TaskContext};
use alloc::sync::{Arc, Weak};
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::line::{Action, GROWTH, Input, Line, Settings};
use logic::signal::SignalSet;
use machine::lock::SpinLock;

/// How many bytes of a program's are processed at once, and how many may become of them.
const PIECE: usize = 128;
const GROWN: usize = PIECE * GROWTH;

/// How many bytes a read takes out at once.
const GULP: usize = 256;

/// With less room than this for input, IXOFF asks the other side to wait.
const THRESHOLD: usize = 128;

/// A tenth of a second, in which VTIME counts.
const TENTH: u64 = 100_000_000;

/// A terminal.
pub struct Terminal {
    pub(super) this: Weak<Terminal>,
    pub(super) number: DeviceNumber,
    pub(super) output: Arc<Output>,
    pub(super) state: SpinLock<State>,
    /// Held by who writes, so that what one program writes stays together.
    writer: Mutex<()>,
    /// Whose it is.
    pub(super) job: SpinLock<Job>,
    /// How often it was hung up.
    pub(super) hang_ups: AtomicU32,
    /// How many have it open.
    opens: AtomicUsize,
    /// Nobody else may open it (`TIOCEXCL`).
    pub(super) exclusive: AtomicBool,
}

pub(super) struct State {
    pub(super) line: Line,
    pub(super) settings: Settings,
    /// Rows, columns, width, height: as the program or the person has set them.
    pub(super) window: [u16; 4],
    /// The line holds input back until somebody reads.
    held_back: bool,
    /// The other side was sent STOP.
    throttled: bool,
    /// How many bytes there were when a read last found too few.
    seen: usize,
    /// It was asked for its size and has not answered yet.
    pub(super) question: Option<Question>,
}

/// What is to be done once the lock is free.
#[derive(Default)]
pub(super) struct Consequences {
    pub(super) readable: bool,
    stop: Option<bool>,
    discard: bool,
    signals: SignalSet,
}

impl Terminal {
    /// See `Output::finish`.
    pub(super) fn finish(&self, ctx: &TaskContext) {
        self.output.finish(ctx);
    }

    /// A terminal on a line, which has still to be told that it is the receiver.
    pub(super) fn new(number: DeviceNumber, line: Arc<dyn super::line::Line>) -> Result<Arc<Terminal>> {
        let (discipline, settings) = (Line::try_new()?, line.first_settings());
        let window = line.size().map_or([0; 4], |(rows, columns)| [rows, columns, 0, 0]);
        let state =
            State { line: discipline, settings, window, held_back: false, throttled: false, seen: 0, question: None };
        let output = Output::new(line)?;
        Ok(Arc::new_cyclic(|this| Terminal {
            this: this.clone(),
            number,
            output,
            state: SpinLock::new("terminal", state),
            writer: Mutex::new("terminal writer", ()),
            job: SpinLock::new("terminal's job", Job::default()),
            hang_ups: AtomicU32::new(0),
            opens: AtomicUsize::new(0),
            exclusive: AtomicBool::new(false),
        }))
    }

    /// Somebody has opened it.
    pub(super) fn opened(&self) {
        self.opens.fetch_add(1, Ordering::AcqRel);
        self.output.line().opened();
    }

    /// Somebody has closed it.
    pub(super) fn closed(&self) {
        if self.opens.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.exclusive.store(false, Ordering::Relaxed);
            self.output.line().closed();
        }
    }

    /// Whether who writes from the background is stopped.
    pub(super) fn stops_writers(&self) -> bool {
        self.state.lock().settings.local.contains(logic::line::Local::TOSTOP)
    }

    /// Whether the other side is gone for good.
    pub(super) fn other_side_is_gone(&self) -> bool {
        self.output.line().is_gone()
    }

    /// Forgets what is under way, and wakes everybody: after a hang-up.
    pub(super) fn forget_all(&self) {
        self.state.lock().line.clear();
        self.output.discard();
        self.output.stop(false);
        self.room_made();
        self.output.queue.wake_all();
    }

    /// Takes bytes out for a program; `None` if it has to wait.
    fn take(&self, into: &mut [u8]) -> Option<logic::line::Read> {
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        if !settings.is_canonical() && settings.minimum() == 0 && settings.tenths() == 0 && !line.is_readable(settings)
        {
            return Some(logic::line::Read { length: 0, ended: true });
        }
        if !state.has(into.len()) {
            state.seen = state.line.readable(&state.settings);
            return None;
        }
        let State { line, settings, .. } = &mut *state;
        Some(line.read(into, settings))
    }

    /// Reads what there is, however little.
    pub(super) fn read_there(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        let mut count = 0;
        let mut bytes = [0; GULP];
        while into.remaining() > 0 {
            let wanted = into.remaining().min(GULP);
            let read = {
                let mut state = self.state.lock();
                let State { line, settings, .. } = &mut *state;
                line.read(&mut bytes[..wanted], settings)
            };
            match into.write(ctx, &bytes[..read.length]) {
                Ok(went) => count += went,
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
            if read.ended || read.length < wanted {
                break;
            }
        }
        self.room_made();
        Ok(count)
    }

    /// Lets input in again that was held back.
    pub(super) fn room_made(&self) {
        let mut state = self.state.lock();
        let held_back = core::mem::take(&mut state.held_back);
        let start = state.throttle(false);
        drop(state);
        if held_back {
            self.output.line().resume();
        }
        self.send_past(start);
    }

    /// Sends a byte past what waits, even if output is stopped: STOP or START for the other side.
    pub(super) fn send_past(&self, byte: Option<u8>) {
        if let Some(byte) = byte.filter(|&byte| byte != 0) {
            self.output.line().send(&[byte]);
        }
    }

    /// Does what could not be done under the lock.
    pub(super) fn follow_up(&self, consequences: &Consequences) {
        if consequences.discard {
            self.output.line().tell(Packet::FLUSH_READ | Packet::FLUSH_WRITE);
        }
        match consequences.stop {
            Some(stopped) => self.stop_output(stopped),
            None => self.output.send(),
        }
        for signal in consequences.signals.iter() {
            self.signal_foreground(signal);
        }
        if consequences.readable {
            self.output.queue.wake_all();
        }
    }

    /// Holds the output back, or lets it go on.
    pub(super) fn stop_output(&self, stopped: bool) {
        self.output.stop(stopped);
        self.output.line().tell(if stopped { Packet::STOP } else { Packet::START });
    }

    /// Notes an action of the line discipline; what is to be shown goes into the output at once, so that it keeps its place.
    pub(super) fn note(&self, action: Action, consequences: &mut Consequences) {
        match action {
            // Echo must leave room for what a program is about to put in; what does not fit is not shown.
            Action::Print(byte) => {
                self.output.put(&[byte], GROWN);
            }
            // At once, so that what is echoed after it stays.
            Action::DiscardOutput => {
                self.output.discard();
                consequences.discard = true;
            }
            Action::Send(signal) => {
                consequences.signals.insert(signal);
            }
            Action::Stop => consequences.stop = Some(true),
            Action::Start => consequences.stop = Some(false),
            Action::Readable => consequences.readable = true,
        }
    }

    /// Processes a piece of a program's output, for which there is room, and puts it in.
    fn print(&self, piece: &[u8]) {
        let mut grown = ArrayVec::<u8, GROWN>::new();
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        for &byte in piece {
            line.write(byte, settings, &mut |byte| grown.push(byte));
        }
        self.output.put(&grown, 0);
    }
}

impl State {
    /// Whether a read has enough to return: a line, or as many bytes as VMIN says, or it has room for.
    fn has(&self, room: usize) -> bool {
        if self.settings.is_canonical() {
            return self.line.is_readable(&self.settings);
        }
        let wanted = usize::from(self.settings.minimum()).max(1).min(room);
        self.line.readable(&self.settings) >= wanted
    }

    /// With IXOFF: what the other side is to be sent, because there is little room left or because there is room again.
    fn throttle(&mut self, on: bool) -> Option<u8> {
        let tight = self.line.room() < THRESHOLD && self.line.is_readable(&self.settings);
        let due = if on { tight && self.settings.input.contains(Input::IXOFF) } else { self.line.room() >= THRESHOLD };
        if !due || self.throttled == on {
            return None;
        }
        self.throttled = on;
        Some(self.settings.characters[if on { linux::VSTOP } else { linux::VSTART } as usize])
    }
}

impl Terminal {
    /// Reads what a read may return; `EAGAIN` if it has to wait.
    pub(super) fn read(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        let mut bytes = [0; GULP];
        let wanted = into.remaining().min(GULP);
        let read = self.take(&mut bytes[..wanted]).ok_or(Errno::EAGAIN)?;
        let count = into.write(ctx, &bytes[..read.length])?;
        let more = if read.ended || read.length < wanted { 0 } else { self.read_there(ctx, into).unwrap_or(0) };
        self.room_made();
        Ok(count + more)
    }

    /// Writes as much as there is room for; `EAGAIN` for none.
    pub(super) fn write(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<usize> {
        let _writer = self.writer.lock(ctx);
        let mut piece = [0; PIECE];
        let mut count = 0;
        while from.remaining() > 0 && self.output.room() >= GROWN {
            match from.read(ctx, &mut piece) {
                Ok(taken) => {
                    self.print(&piece[..taken]);
                    count += taken;
                }
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
            self.output.send();
        }
        if count == 0 && from.remaining() > 0 { Err(Errno::EAGAIN) } else { Ok(count) }
    }

    /// What can be done without waiting.
    pub(super) fn readiness(&self) -> Readiness {
        let state = self.state.lock();
        // As Linux: with a time to wait, one byte is enough to begin.
        let timed = !state.settings.is_canonical() && state.settings.tenths() > 0;
        let readable = if timed { state.line.is_readable(&state.settings) } else { state.has(usize::MAX) };
        drop(state);
        let input = if readable { Readiness::IN | Readiness::RDNORM } else { Readiness::empty() };
        let room = self.output.room() >= GROWN;
        input | if room { Readiness::OUT | Readiness::WRNORM } else { Readiness::empty() }
    }

    /// Whether a read that waits should look again.
    pub(super) fn may_read(&self) -> bool {
        let state = self.state.lock();
        state.has(usize::MAX) || state.line.readable(&state.settings) > state.seen
    }

    /// Until when a read waits that found too little: VTIME.
    pub(super) fn read_deadline(&self) -> Option<Instant> {
        let state = self.state.lock();
        let settings = &state.settings;
        let started = settings.minimum() == 0 || state.seen > 0;
        if settings.is_canonical() || settings.tenths() == 0 || !started {
            return None;
        }
        let time = u64::from(settings.tenths()) * TENTH;
        Some(Instant(machine::clock::now().0.saturating_add(time)))
    }
}

impl Receiver for Terminal {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut consequences = Consequences::default();
        let mut state = self.state.lock();
        let mut taken = 0;
        for &byte in bytes {
            if state.is_answer(byte) {
                taken += 1;
                continue;
            }
            let State { line, settings, .. } = &mut *state;
            if !line.receive(byte, settings, &mut |action| self.note(action, &mut consequences)) {
                break;
            }
            taken += 1;
        }
        state.held_back = taken < bytes.len();
        let stop = if self.output.line().is_pseudo() { None } else { state.throttle(true) };
        drop(state);
        self.send_past(stop);
        self.follow_up(&consequences);
        taken
    }

    fn receive_break(&self) {
        let mut consequences = Consequences::default();
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        line.receive_break(settings, &mut |action| self.note(action, &mut consequences));
        drop(state);
        self.follow_up(&consequences);
    }
}
