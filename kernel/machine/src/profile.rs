//! Samples for `bin/run --profile`: what the CPU is at, some hundred times a second of the machine's own clock.
//!
//! The real-time clock interrupts at a steady rate. The sample is taken where the interrupt arrives, also while the kernel holds
//! interrupts back, and goes out at once through QEMU's debug port, so that nothing is kept and nothing locked. Without such a port,
//! or unless asked, nothing is on. Under `--icount` the clock counts instructions, so the same run gives the same samples.
//!
//! A record begins with a letter. `K` and `P`: a sample in the kernel or in a program: the space's page tables (8 bytes), how many
//! addresses (1), the addresses from the innermost outwards (8 each). `N`: the page tables of a space, the length of a name (1), the name
//! of the program in it. `C`: the page tables of a space, and those of the one that it is a copy of.

use crate::{irq, kernel_space::root_in_use, panic, rtc, user::Registers, user_space::UserSpace};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::{Errno, Result};
use x86_64::instructions::port::Port;

/// QEMU's debug port, which reads as its own number.
const PORT: u16 = 0xe9;
const ANSWER: u8 = 0xe9;
/// The real-time clock's interrupt.
pub(crate) const LINE: u8 = 8;
/// How many callers a sample tells.
const DEEPEST: usize = 40;

static ON: AtomicBool = AtomicBool::new(false);

/// Begins to take samples. `ENODEV` without a debug port.
pub fn start() -> Result<()> {
    // SAFETY: reading the port has no effect, whether QEMU has one or there is nothing.
    if unsafe { Port::<u8>::new(PORT).read() } != ANSWER {
        return Err(Errno::ENODEV);
    }
    irq::name(LINE, "profile");
    irq::register(LINE, Box::new(|_| rtc::acknowledge()))?;
    ON.store(true, Ordering::Relaxed);
    rtc::start_ticks();
    Ok(())
}

/// Tells which program a space holds.
pub fn name(space: &UserSpace, name: &[u8]) {
    if is_on() {
        let name = &name[..name.len().min(usize::from(u8::MAX))];
        send(b"N");
        send(&space.root().0.to_le_bytes());
        send(&[name.len() as u8]);
        send(name);
    }
}

/// Tells that a space is a copy of another.
pub fn copy(space: &UserSpace, of: &UserSpace) {
    if is_on() {
        send(b"C");
        send(&space.root().0.to_le_bytes());
        send(&of.root().0.to_le_bytes());
    }
}

/// Takes a sample. Called by every interrupt; only the clock's counts.
#[inline]
pub(crate) fn interrupted(line: u8, registers: &Registers, program: bool) {
    if line == LINE && is_on() {
        sample(registers, program);
    }
}

/// Whether samples are taken, and it matters which program a space holds.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

fn sample(registers: &Registers, program: bool) {
    let mut places = [0; DEEPEST];
    let mut count = 1;
    places[0] = registers.rip;
    if !program {
        panic::each_caller(registers.rbp, |caller, _| {
            places[count] = caller;
            count += 1;
            count < DEEPEST
        });
    }
    send(if program { b"P" } else { b"K" });
    send(&root_in_use().0.to_le_bytes());
    send(&[count as u8]);
    places[..count].iter().for_each(|place| send(&place.to_le_bytes()));
}

fn send(bytes: &[u8]) {
    let mut port = Port::<u8>::new(PORT);
    for &byte in bytes {
        // SAFETY: `start` has found QEMU's debug port there, which only takes bytes.
        unsafe { port.write(byte) };
    }
}
