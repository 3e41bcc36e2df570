//! The kernel's log: what `info!` and friends write.
//!
//! Every line goes into a ring that holds the last 64 KiB (what dmesg shows), to QEMU's debug port if that takes text, and to the
//! console unless it was asked to be quiet. A line begins with the subsystem that wrote it, which comes from the module's path
//! (`target:` names another), and the filter says which are recorded (logic::log_filter). Logging never sleeps and never
//! allocates, so it can be done anywhere; the given crates log through it too.

use ::log::{Level, LevelFilter, Log, Metadata, Record};
pub use ::log::{debug, error, info, trace as verbose, warn};
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::{
    fmt::{self, Write},
    sync::atomic::{AtomicBool, AtomicU8, Ordering},
};
use logic::{
    errno::{Errno, Result},
    log_filter::{self, Filter, Level as Recorded},
};
use machine::{
    clock::{self, Instant},
    debug_port, early_console,
    lock::SpinLock,
};
use spin::Once;

/// How many bytes the ring holds.
const RING: usize = 64 << 10;

struct Ring {
    /// Empty until [`start`]: so the kernel's image need not carry it.
    bytes: Vec<u8>,
    /// How many bytes were ever written.
    written: usize,
    /// How many lines have been written over, wholly or in part.
    lost: usize,
}

/// A place in the log: how many bytes, and how many lines, were ever written before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes.
    pub byte: usize,
    /// Lines.
    pub line: usize,
}

struct Logger;

static LOGGER: Logger = Logger;
static FILTER: Once<Filter<'static>> = Once::new();
static LINES: SpinLock<Ring> = SpinLock::new("kernel log", Ring { bytes: Vec::new(), written: 0, lost: 0 });
/// Lines that are more important (lower) than this are shown on the console: syslog(2).
static CONSOLE_LEVEL: AtomicU8 = AtomicU8::new(DEFAULT_LEVEL);
static CONSOLE_OFF: AtomicBool = AtomicBool::new(false);
/// All lines but what is for debugging.
pub const DEFAULT_LEVEL: u8 = DEBUG;
/// All lines.
const ALL: u8 = 8;
/// Level of `debug!` and `verbose!`: steps of the boot, for bin/bootchart, and the description of the machine. Such lines stand in
/// the ring, not on the console.
const DEBUG: u8 = 7;
/// Subsystem of the steps of the boot that were done before there was a log.
const BOOT: &str = "boot";
/// What a line costs beside its text, at most: `<6>`.
const PREFIX: usize = 3;
/// Something that shows text.
type Show = fn(&[u8]);

static CONSOLE: SpinLock<Option<Show>> = SpinLock::new("log's console", None);

/// Starts taking lines.
pub fn start() {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(RING).is_ok() {
        bytes.resize(RING, 0);
        LINES.lock().bytes = bytes;
    }
    if ::log::set_logger(&LOGGER).is_ok() {
        ::log::set_max_level(LevelFilter::Trace);
    }
}

/// Sets the filter; the first call counts. If a level is asked for that the console would not show, it shows all.
pub fn set_filter(filter: Filter<'static>) {
    if filter.wants_all_shown() {
        set_console_level(ALL);
    }
    FILTER.call_once(|| filter);
}

/// Keeps lines off the console: it belongs to a program's bytes.
pub fn be_quiet() {
    CONSOLE_OFF.store(true, Ordering::Relaxed);
}

/// Says where the console is, once there is a better one than the early console. It must not sleep.
pub fn set_console(write: fn(&[u8])) {
    *CONSOLE.lock() = Some(write);
}

/// Writes text to the console as it is, and not to the ring: what a person asked for.
pub fn write_console(text: &[u8]) {
    let console = CONSOLE.lock().unwrap_or(early_console::write);
    console(text);
}

/// Shows only lines on the console that are more important than this: 1 (the end of the world) to 8 (all).
pub fn set_console_level(level: u8) {
    CONSOLE_LEVEL.store(level, Ordering::Relaxed);
}

/// What that is now.
pub fn console_level() -> u8 {
    CONSOLE_LEVEL.load(Ordering::Relaxed)
}

/// Shows lines on the console, or none at all.
pub fn show_on_console(on: bool) {
    CONSOLE_OFF.store(!on, Ordering::Relaxed);
}

/// How many bytes the ring holds at most.
pub fn size() -> usize {
    RING
}

/// How many bytes were ever written.
pub fn end() -> usize {
    LINES.lock().written
}

/// The next whole line from a place on, with its `<LEVEL>` and without its end; `place` moves behind it. Lines that are gone are
/// skipped, so that `place.line` jumps.
pub fn next_line(place: &mut Place, into: &mut ArrayVec<u8, LONGEST_LINE>) -> bool {
    LINES.lock().next_line(place, into)
}

/// A line may be cut to this.
pub const LONGEST_LINE: usize = 1024;

/// What the ring holds, oldest first, as a person reads it. `ENOMEM` without memory for it.
pub fn text() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    text.try_reserve_exact(RING).map_err(|_| Errno::ENOMEM)?;
    let (mut place, mut line) = (Place::default(), ArrayVec::new());
    while text.len() + LONGEST_LINE < RING && next_line(&mut place, &mut line) {
        text.extend_from_slice(&line[PREFIX.min(line.len())..]);
        text.push(b'\n');
    }
    Ok(text)
}

/// Takes a line that a program writes into the log, of a level from 0 to 7.
pub fn write(level: u8, text: &[u8]) {
    write_line(clock::now(), level, format_args!("{}", text.escape_ascii()));
}

/// Takes a step of the boot into the log that was done before.
pub fn write_step(what: &str, done: Instant) {
    if is_recorded(Recorded::Debug, BOOT, false) {
        write_line(done, DEBUG, format_args!("{BOOT}: {what}"));
    }
}

/// Whether the filter lets lines of a level pass.
fn is_recorded(level: Recorded, subsystem: &str, foreign: bool) -> bool {
    const USUAL: Filter<'_> = Filter::new();
    level <= FILTER.get().map_or_else(|| USUAL.level(subsystem, foreign), |filter| filter.level(subsystem, foreign))
}

fn write_line(time: Instant, level: u8, message: fmt::Arguments<'_>) {
    let shown = level < console_level() && !CONSOLE_OFF.load(Ordering::Relaxed);
    let mut line = Line { text: ArrayVec::new(), shown, level: Some(level.min(7)) };
    let time = time.0 / 1000;
    let (seconds, micros) = (time / 1_000_000, time % 1_000_000);
    let _ = writeln!(line, "[{seconds:5}.{micros:06}] {message}");
    line.send();
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = match metadata.level() {
            Level::Error => Recorded::Error,
            Level::Warn => Recorded::Warning,
            Level::Info => Recorded::Info,
            Level::Debug => Recorded::Debug,
            Level::Trace => Recorded::Verbose,
        };
        is_recorded(level, log_filter::subsystem(metadata.target()), log_filter::is_foreign(metadata.target()))
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let (level, kind) = match record.level() {
            Level::Error => (3, "error: "),
            Level::Warn => (4, "warning: "),
            Level::Info => (6, ""),
            Level::Debug | Level::Trace => (DEBUG, ""),
        };
        let subsystem = log_filter::subsystem(record.target());
        write_line(clock::now(), level, format_args!("{subsystem}: {kind}{}", record.args()));
    }

    fn flush(&self) {}
}

/// A line on its way; one that is too long goes in pieces, between which others may come.
struct Line {
    text: ArrayVec<u8, 256>,
    shown: bool,
    /// Until it has been written before the first piece.
    level: Option<u8>,
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if self.text.is_full() {
                self.send();
            }
            self.text.push(byte);
        }
        Ok(())
    }
}

impl Line {
    fn send(&mut self) {
        let mut ring = LINES.lock();
        if let Some(level) = self.level.take() {
            ring.push(&[b'<', b'0' + level, b'>']);
        }
        ring.push(&self.text);
        drop(ring);
        debug_port::write_text(&self.text);
        if self.shown {
            write_console(&self.text);
        }
        self.text.clear();
    }
}

impl Ring {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let full = self.written >= RING;
            if let Some(place) = self.bytes.get_mut(self.written % RING) {
                self.lost += usize::from(full && *place == b'\n');
                *place = *byte;
                self.written += 1;
            }
        }
    }

    fn at(&self, byte: usize) -> Option<u8> {
        if byte < self.written { self.bytes.get(byte % RING).copied() } else { None }
    }

    fn next_line(&self, place: &mut Place, into: &mut ArrayVec<u8, LONGEST_LINE>) -> bool {
        let oldest = self.written.saturating_sub(RING);
        if place.byte < oldest {
            *place = Place { byte: oldest, line: self.lost };
            // The first line is cut, unless the byte that was written over last ended one; nobody misses it.
            while self.at(place.byte).is_some_and(|byte| byte != b'\n') {
                place.byte += 1;
            }
            *place = Place { byte: place.byte + 1, line: place.line + 1 };
        }
        into.clear();
        let mut byte = place.byte;
        loop {
            match self.at(byte) {
                None => return false,
                Some(b'\n') => break,
                // What is too long is cut.
                Some(letter) => _ = into.try_push(letter),
            }
            byte += 1;
        }
        *place = Place { byte: byte + 1, line: place.line + 1 };
        true
    }
}
