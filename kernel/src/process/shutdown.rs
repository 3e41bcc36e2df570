//! The end of the machine: poweroff(8), or the end of the first process.

use crate::log::info;
use alloc::format;
use logic::wait_status::WaitStatus;
use machine::{early_console, power};

/// Tells the status line how the program that all was about has ended, and switches the machine off.
pub fn with_status(status: WaitStatus) -> ! {
    info!("power off: {status:?}");
    early_console::write_status(&format!("exit {}", status.shell_status()));
    off()
}

/// Switches the machine off when all that was written has left it.
pub fn off() -> ! {
    early_console::flush_driver();
    early_console::drain();
    power::off()
}
