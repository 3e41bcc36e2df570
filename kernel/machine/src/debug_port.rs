//! QEMU's debug port (`-debugcon`, `-device isa-debugcon`): a byte that is written to it is at once on the host. No state, no
//! interrupts, no waiting, so it can be written to from anywhere.
//!
//! It serves one of two: the samples of `profile`, or the log's text (`console=debug`).

use crate::port::PortRange;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::{Errno, Result};
use x86_64::instructions::port::Port;

const PORT: u16 = 0xe9;
/// Value that the port reads as; a port without a device reads as all ones.
const ANSWER: u8 = 0xe9;

static OWNED: spin::Once<PortRange> = spin::Once::new();
/// Whether it takes text.
static TEXT: AtomicBool = AtomicBool::new(false);

/// Takes text from now on: `ENODEV` without such a port, `EBUSY` if samples go there.
pub fn start_text() -> Result<()> {
    claim("log")?;
    TEXT.store(true, Ordering::Relaxed);
    Ok(())
}

/// Writes text, if it takes any.
pub fn write_text(text: &[u8]) {
    if TEXT.load(Ordering::Relaxed) {
        send(text);
    }
}

/// Gives the port to an owner for good: `ENODEV` without such a port, `EBUSY` if it has one.
pub(crate) fn claim(owner: &'static str) -> Result<()> {
    // SAFETY: reading the port has no effect, whether QEMU has one or there is nothing.
    if unsafe { Port::<u8>::new(PORT).read() } != ANSWER {
        return Err(Errno::ENODEV);
    }
    // SAFETY: the port takes bytes and touches no memory.
    let ports = unsafe { PortRange::claim(PORT, 1, owner) }?;
    OWNED.call_once(|| ports);
    Ok(())
}

/// Sends bytes; for the owner.
pub(crate) fn send(bytes: &[u8]) {
    let mut port = Port::<u8>::new(PORT);
    for &byte in bytes {
        // SAFETY: `claim` has found QEMU's debug port there, which only takes bytes.
        unsafe { port.write(byte) };
    }
}
