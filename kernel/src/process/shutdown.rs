//! The end of the machine: poweroff(8), or the end of the first process.

use crate::log::info;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::format;
use logic::wait_status::WaitStatus;
use machine::{early_console, power};
use spin::Once;

/// What is done before the machine stops, while tasks still run.
type Farewell = Box<dyn Fn(&TaskContext) + Send + Sync>;

static FAREWELL: Once<Farewell> = Once::new();

/// Has something done before the machine stops: the console sends what programs wrote. The first one stays.
pub fn before(farewell: Farewell) {
    FAREWELL.call_once(|| farewell);
}

/// Tells the status line how the program that all was about has ended, and switches the machine off.
pub fn with_status(ctx: &TaskContext, status: WaitStatus) -> ! {
    info!("power off: {status:?}");
    if let Some(farewell) = FAREWELL.get() {
        farewell(ctx);
    }
    early_console::write_status(&format!("exit {}", status.shell_status()));
    off()
}

/// Switches the machine off when all that was written has left it.
pub fn off() -> ! {
    early_console::flush_driver();
    early_console::drain();
    power::off()
}
