//! The kernel's log: what `info!` and friends write.
//!
//! Every line goes into a ring that holds the last 64 KiB (what dmesg shows), and to the console unless it was asked to be
//! quiet. Logging never sleeps and never allocates, so it can be done anywhere; the given crates log through it too.

use ::log::{Level, LevelFilter, Log, Metadata, Record};
pub use ::log::{debug, error, info, warn};
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::{
    fmt::{self, Write},
    sync::atomic::{AtomicBool, Ordering},
};
use logic::errno::{Errno, Result};
use machine::{clock, early_console, lock::SpinLock};

/// How many bytes the ring holds.
const RING: usize = 64 << 10;

struct Ring {
    /// Empty until [`start`]: so the kernel's image need not carry it.
    bytes: Vec<u8>,
    /// How many bytes were ever written.
    written: usize,
}

struct Logger;

static LOGGER: Logger = Logger;
static LINES: SpinLock<Ring> = SpinLock::new("kernel log", Ring { bytes: Vec::new(), written: 0 });
static QUIET: AtomicBool = AtomicBool::new(false);
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
        ::log::set_max_level(LevelFilter::Info);
    }
}

/// Keeps lines off the console, but for errors.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
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

/// What the ring holds, oldest first. `ENOMEM` without memory for it.
pub fn text() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    text.try_reserve_exact(RING).map_err(|_| Errno::ENOMEM)?;
    let ring = LINES.lock();
    let start = ring.written % RING;
    if ring.written > RING {
        text.extend_from_slice(&ring.bytes[start..]);
    }
    text.extend_from_slice(&ring.bytes[..start]);
    Ok(text)
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with("cor") || metadata.target().starts_with("machine");
        metadata.level() <= if ours { Level::Info } else { Level::Warn }
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let shown = record.level() == Level::Error || !QUIET.load(Ordering::Relaxed);
        let mut line = Line { text: ArrayVec::new(), shown };
        let time = clock::now().0 / 1000;
        let kind = match record.level() {
            Level::Error => "error: ",
            Level::Warn => "warning: ",
            _ => "",
        };
        let (seconds, micros) = (time / 1_000_000, time % 1_000_000);
        let _ = writeln!(line, "[{seconds:5}.{micros:06}] {kind}{}", record.args());
        line.send();
    }

    fn flush(&self) {}
}

/// A line on its way; one that is too long goes in pieces, between which others may come.
struct Line {
    text: ArrayVec<u8, 256>,
    shown: bool,
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
        LINES.lock().push(&self.text);
        if self.shown {
            write_console(&self.text);
        }
        self.text.clear();
    }
}

impl Ring {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.bytes.get_mut(self.written % RING) {
                *place = *byte;
                self.written += 1;
            }
        }
    }
}
