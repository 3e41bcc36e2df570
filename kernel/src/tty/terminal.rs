//! A terminal as a file: termios(3), tty(4).
//!
//! The line discipline itself is `logic::line`. Its lock (`state`) is taken by the interrupt that brings input, so it is held for a few
//! bytes at a time, and nothing is sent or woken under it.

use super::line::Receiver;
use super::output::Output;
use crate::fs::File;
use crate::fs::Readiness;
use crate::memory::{AddressSpace, Sink, Source};
use crate::task::{Instant, Mutex, TaskContext, WaitQueue};
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use logic::errno::{Errno, Result};
use logic::line::{Action, GROWTH, Line, Settings};
use machine::lock::SpinLock;

/// How many bytes of a program's are processed at once, and how many may become of them.
const PIECE: usize = 128;
const GROWN: usize = PIECE * GROWTH;

/// How many bytes a read takes out at once.
const GULP: usize = 256;

/// A tenth of a second, in which VTIME counts.
const TENTH: u64 = 100_000_000;

/// A terminal.
pub(super) struct Terminal {
    pub(super) output: Arc<Output>,
    pub(super) state: SpinLock<State>,
    /// Held by who writes, so that what one program writes stays together.
    writer: Mutex<()>,
}

pub(super) struct State {
    pub(super) line: Line,
    pub(super) settings: Settings,
    /// Rows, columns, width, height: as the program or the person has set them.
    pub(super) window: [u16; 4],
    /// The line holds input back until somebody reads.
    held_back: bool,
    /// How many bytes there were when a read last found too few.
    seen: usize,
}

/// What is to be done once the lock is free.
#[derive(Default)]
pub(super) struct Consequences {
    pub(super) readable: bool,
    stop: Option<bool>,
    discard: bool,
}

impl Terminal {
    /// A terminal on a line, which it begins to receive from.
    pub(super) fn new(line: Arc<dyn super::line::Line>) -> Result<Arc<Terminal>> {
        let discipline = Line::try_new()?;
        let settings = Settings::default();
        let state = State { line: discipline, settings, window: [0; 4], held_back: false, seen: 0 };
        let output = Output::new(line.clone())?;
        let state = SpinLock::new("terminal", state);
        let terminal = Arc::new(Terminal { output, state, writer: Mutex::new(()) });
        line.set_receiver(terminal.clone());
        Ok(terminal)
    }

    /// Takes bytes out for a program; `None` if it has to wait.
    fn take(&self, into: &mut [u8]) -> Option<logic::line::Read> {
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        if !settings.is_canonical() && settings.minimum() == 0 && settings.tenths() == 0 && !line.is_readable(settings)
        {
            return Some(logic::line::Read { length: 0, ended: true });
        }
        if !state.may_read() {
            state.seen = state.line.readable(&state.settings);
            return None;
        }
        let State { line, settings, .. } = &mut *state;
        Some(line.read(into, settings))
    }

    /// Reads what there is, however little.
    fn read_there(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        let mut count = 0;
        let mut bytes = [0; GULP];
        while into.remaining() > 0 {
            let wanted = into.remaining().min(GULP);
            let read = {
                let mut state = self.state.lock();
                let State { line, settings, .. } = &mut *state;
                line.read(&mut bytes[..wanted], settings)
            };
            count += into.write(ctx, &bytes[..read.length])?;
            if read.ended || read.length < wanted {
                break;
            }
        }
        self.room_made();
        Ok(count)
    }

    /// Lets input in again that was held back.
    pub(super) fn room_made(&self) {
        let held_back = core::mem::take(&mut self.state.lock().held_back);
        if held_back {
            self.output.line().resume();
        }
    }

    /// Does what could not be done under the lock.
    pub(super) fn follow_up(&self, consequences: &Consequences) {
        if consequences.discard {
            self.output.discard();
        }
        match consequences.stop {
            Some(stopped) => self.output.stop(stopped),
            None => self.output.send(),
        }
        if consequences.readable {
            self.output.queue.wake_all();
        }
    }

    /// Notes an action of the line discipline; what is to be shown goes into the output at once, so that it keeps its place.
    pub(super) fn note(&self, action: Action, consequences: &mut Consequences) {
        match action {
            // Echo must leave room for what a program is about to put in; what does not fit is not shown.
            Action::Print(byte) => {
                self.output.put(&[byte], GROWN);
            }
            Action::DiscardOutput => consequences.discard = true,
            // Until there are foreground groups, nobody gets it.
            Action::Send(_) => {}
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
    /// Whether a read has enough to return: a line, or as many bytes as VMIN says.
    fn may_read(&self) -> bool {
        if self.settings.is_canonical() {
            return self.line.is_readable(&self.settings);
        }
        let wanted = usize::from(self.settings.minimum()).max(1);
        self.line.readable(&self.settings) >= wanted
    }
}

impl File for Terminal {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut bytes = [0; GULP];
        let wanted = into.remaining().min(GULP);
        let read = self.take(&mut bytes[..wanted]).ok_or(Errno::EAGAIN)?;
        let count = into.write(ctx, &bytes[..read.length])?;
        let more = if read.ended || read.length < wanted { 0 } else { self.read_there(ctx, into)? };
        self.room_made();
        Ok(count + more)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
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

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let state = self.state.lock();
        // As Linux: with a time to wait, one byte is enough to begin.
        let timed = !state.settings.is_canonical() && state.settings.tenths() > 0;
        let readable = if timed { state.line.is_readable(&state.settings) } else { state.may_read() };
        drop(state);
        let input = if readable { Readiness::IN | Readiness::RDNORM } else { Readiness::empty() };
        let room = self.output.room() >= GROWN;
        input | if room { Readiness::OUT | Readiness::WRNORM } else { Readiness::empty() }
    }

    fn may_read(&self) -> bool {
        let state = self.state.lock();
        state.may_read() || state.line.readable(&state.settings) > state.seen
    }

    fn read_deadline(&self) -> Option<Instant> {
        let state = self.state.lock();
        let settings = &state.settings;
        let started = settings.minimum() == 0 || state.seen > 0;
        if settings.is_canonical() || settings.tenths() == 0 || !started {
            return None;
        }
        let time = u64::from(settings.tenths()) * TENTH;
        Some(Instant(machine::clock::now().0.saturating_add(time)))
    }

    fn read_late(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        self.read_there(ctx, into)
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.output.queue)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        self.control(ctx, request, argument, space)
    }
}

impl Receiver for Terminal {
    fn receive(&self, bytes: &[u8]) -> usize {
        let mut consequences = Consequences::default();
        let mut state = self.state.lock();
        let State { line, settings, .. } = &mut *state;
        let act = &mut |action| self.note(action, &mut consequences);
        let taken = bytes.iter().take_while(|&&byte| line.receive(byte, settings, act)).count();
        state.held_back = taken < bytes.len();
        drop(state);
        self.follow_up(&consequences);
        taken
    }
}
