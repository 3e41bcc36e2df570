//! The console before there are drivers, and in a panic: polled, without locks and without a heap.
//!
//! COM1 carries text, COM2 the status line for whoever runs the machine. Text goes to the screen as well: until the
//! screen's driver starts that is VGA text memory, if the boot found any. The driver of a device hands in functions
//! that work in a panic (`Takeover`); they may only try a lock, never wait for one.

use crate::serial::{COM1, COM2, DIVISOR, DIVISOR_ACCESS, EIGHT_BITS, FIFO_ON, FIFO_SIZE, LineStatus, register};
use crate::text_memory;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use x86_64::instructions::port::Port;

/// What the drivers have taken over from here, and give back in a panic.
#[derive(Debug)]
pub struct Takeover {
    /// Sends what still waits in the console driver's ring, if the ring can be had.
    pub flush: fn(),
    /// Shows text on the screen, if the screen can be had.
    pub show: fn(&[u8]),
}

/// How often a port is asked before it counts as stuck: some seconds, since in an emulator it waits for whoever reads.
const PATIENCE: u32 = 10_000_000;

/// Whether no terminal is at COM1.
static WITHOUT_RETURNS: AtomicBool = AtomicBool::new(false);
static STUCK: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
static TAKEOVER: spin::Once<Takeover> = spin::Once::new();

/// Formats text onto the console: `write!(Text, …)`.
#[derive(Debug)]
pub struct Text;

/// Sets both serial ports up, and reports the kernel's start on COM2: in a line of its own, since UEFI prints on every
/// serial port.
pub(crate) fn start() {
    for base in [COM1, COM2] {
        if is_there(base) {
            set_up(base);
        }
    }
    send(COM2, b"\nstarted\n");
}

/// From now on drivers do the work, and `write` uses theirs for the screen.
pub fn hand_over(to: Takeover) {
    TAKEOVER.call_once(|| to);
}

/// Leaves line feeds on COM1 as they are from now on: no terminal is there, but a file or a program.
pub fn without_returns() {
    WITHOUT_RETURNS.store(true, Ordering::Relaxed);
}

/// Writes text to COM1 and to the screen, with a carriage return before each line feed for a terminal.
pub fn write(text: &[u8]) {
    let end: &[u8] = if WITHOUT_RETURNS.load(Ordering::Relaxed) { b"\n" } else { b"\r\n" };
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                send(COM1, line);
                send(COM1, end);
            }
            None => send(COM1, line),
        }
    }
    show(text);
}

/// Writes one line for whoever runs the machine to COM2.
pub fn write_status(line: &str) {
    send(COM2, line.as_bytes());
    send(COM2, b"\n");
}

/// Writes a piece of such a line.
pub(crate) fn write_status_part(piece: &[u8]) {
    send(COM2, piece);
}

/// Sends what the console driver still holds; called first in a panic.
pub fn flush_driver() {
    if let Some(drivers) = TAKEOVER.get() {
        (drivers.flush)();
    }
}

/// Waits until both ports have sent everything, or are stuck.
pub fn drain() {
    for base in [COM1, COM2] {
        wait_for(base, LineStatus::IDLE);
    }
}

fn show(text: &[u8]) {
    match TAKEOVER.get() {
        Some(drivers) => (drivers.show)(text),
        None => text_memory::show_early(text),
    }
}

/// Sends bytes in bursts that fit the FIFO. A port that is not there, or stuck, swallows them.
fn send(base: u16, bytes: &[u8]) {
    if !is_there(base) {
        return;
    }
    for burst in bytes.chunks(FIFO_SIZE) {
        if !wait_for(base, LineStatus::ROOM) {
            return;
        }
        for &byte in burst {
            write_register(base, register::DATA, byte);
        }
    }
}

fn set_up(base: u16) {
    let [low, high] = DIVISOR.to_le_bytes();
    write_register(base, register::INTERRUPT_ENABLE, 0);
    write_register(base, register::LINE_CONTROL, DIVISOR_ACCESS);
    write_register(base, register::DATA, low);
    write_register(base, register::INTERRUPT_ENABLE, high);
    write_register(base, register::LINE_CONTROL, EIGHT_BITS);
    write_register(base, register::FIFO_CONTROL, FIFO_ON);
}

/// Ports without a device behind them read as ones.
fn is_there(base: u16) -> bool {
    read_register(base, register::LINE_STATUS) != 0xff
}

/// Waits for a port, but only once for one that does not come round: it then counts as stuck until it does.
fn wait_for(base: u16, status: LineStatus) -> bool {
    let stuck = &STUCK[usize::from(base == COM2)];
    let patience = if stuck.load(Ordering::Relaxed) { 1 } else { PATIENCE };
    for _ in 0..patience {
        if LineStatus::from_bits_retain(read_register(base, register::LINE_STATUS)).contains(status) {
            stuck.store(false, Ordering::Relaxed);
            return true;
        }
        core::hint::spin_loop();
    }
    stuck.store(true, Ordering::Relaxed);
    false
}

fn read_register(base: u16, register: u16) -> u8 {
    // SAFETY: a UART touches no memory; reading its line status takes nothing from anyone but a note of receive errors.
    unsafe { Port::new(base + register).read() }
}

fn write_register(base: u16, register: u16, value: u8) {
    // SAFETY: a UART touches no memory; its driver is not running yet, or never again.
    unsafe { Port::new(base + register).write(value) }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(text.as_bytes());
        Ok(())
    }
}
