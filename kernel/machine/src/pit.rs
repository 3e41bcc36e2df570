//! The 8254 timer: channel 0 as a one-shot alarm on interrupt line 0, channel 2 as a free-running counter to measure
//! the TSC by. Intel 8254 data sheet; channel 2's gate is bit 0 of port 0x61.
//!
//! `clock_event` sets the alarm and `clock` reads the counter; the lock protects the ports.

use crate::lock::SpinLock;
use crate::port::PortRange;

/// How often the timer counts in a second.
pub const FREQUENCY: u64 = 1_193_182;

const CHANNEL_0: u16 = 0;
const CHANNEL_2: u16 = 2;
const CONTROL: u16 = 3;
/// Channel 0, both bytes, mode 0: one interrupt when the count is over.
const ALARM: u8 = 0x30;
/// Channel 2, both bytes, mode 0: its output stays low for the first round and high after.
const COUNTER: u8 = 0xb0;
/// Keep channel 2's status and count for reading.
const READ_BACK: u8 = 0xc8;
const GATE: u8 = 0x01;
const SPEAKER: u8 = 0x02;
const OUTPUT_HIGH: u8 = 0x80;
const NOT_LOADED: u8 = 0x40;

struct Pit {
    channels: PortRange,
    gate: PortRange,
}

static PIT: SpinLock<Pit> = SpinLock::new(
    "pit",
    Pit {
        // SAFETY: the timer's ports, named only here; it touches no memory.
        channels: unsafe { PortRange::of_pc(0x40, 4) },
        // SAFETY: the system control port, named only here; it touches no memory.
        gate: unsafe { PortRange::of_pc(0x61, 1) },
    },
);

/// What channel 2 says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Counts down, round and round.
    pub(crate) count: u16,
    /// Whether it is still in its first round of 65536.
    pub(crate) first_round: bool,
}

/// Claims the ports.
pub(crate) fn start() {
    let pit = PIT.lock();
    pit.channels.register("timer0");
    pit.gate.register("timer gate");
}

/// Starts channel 0 as an alarm clock that is not set.
pub(crate) fn start_alarm() {
    // In mode 0 nothing happens until a count is written.
    PIT.lock().channels.write8(CONTROL, ALARM);
}

/// Sets the alarm: interrupt line 0 rises after `ticks` (0 means 65536), instead of what was set before.
pub(crate) fn set_alarm(ticks: u16) {
    let [low, high] = ticks.to_le_bytes();
    let mut pit = PIT.lock();
    pit.channels.write8(CHANNEL_0, low);
    pit.channels.write8(CHANNEL_0, high);
}

/// Starts channel 2 from the top.
pub(crate) fn start_counter() {
    let mut pit = PIT.lock();
    let control = pit.gate.read8(0);
    pit.gate.write8(0, control & !SPEAKER | GATE);
    pit.channels.write8(CONTROL, COUNTER);
    pit.channels.write8(CHANNEL_2, 0);
    pit.channels.write8(CHANNEL_2, 0);
}

/// Reads channel 2; `measure` is called right before and right after the moment that the count belongs to.
pub(crate) fn read_counter(mut measure: impl FnMut()) -> Reading {
    let mut pit = PIT.lock();
    measure();
    pit.channels.write8(CONTROL, READ_BACK);
    measure();
    let status = pit.channels.read8(CHANNEL_2);
    let low = pit.channels.read8(CHANNEL_2);
    let high = pit.channels.read8(CHANNEL_2);
    let first_round = status & OUTPUT_HIGH == 0;
    // For a moment after the start the count is not in the counter yet.
    let count = if status & NOT_LOADED == 0 { u16::from_le_bytes([low, high]) } else { 0 };
    Reading { count, first_round }
}
