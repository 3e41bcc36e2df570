//! The end of the machine: poweroff(8), or the end of the first process.

use super::signal::{self, Info};
use super::table::{self, INIT};
use crate::log::info;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::format;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::signal::Signal;
use logic::wait_status::WaitStatus;
use machine::{early_console, power};
use spin::Once;

/// What is done before the machine stops, while tasks still run.
type Farewell = Box<dyn Fn(&TaskContext) + Send + Sync>;

static FAREWELLS: [Once<Farewell>; 4] = [const { Once::new() }; 4];

/// Has something done before the machine stops: the console sends what programs wrote. There is room for a few.
pub fn before(farewell: Farewell) {
    if let Some(free) = FAREWELLS.iter().find(|place| place.get().is_none()) {
        free.call_once(|| farewell);
    }
}

/// Tells the status line how the program that all was about has ended, and switches the machine off.
pub fn with_status(ctx: &TaskContext, status: WaitStatus) -> ! {
    info!("power off, status {}", status.shell_status());
    take_leave(ctx);
    early_console::write_status(&format!("exit {}", status.shell_status()));
    off()
}

/// Lets those have the last word who asked for it.
fn take_leave(ctx: &TaskContext) {
    FAREWELLS.iter().filter_map(Once::get).for_each(|farewell| farewell(ctx));
}

/// Switches the machine off when all that was written has left it.
pub fn off() -> ! {
    early_console::flush_driver();
    early_console::drain();
    power::off()
}

/// Starts the machine anew: reboot(8). The status line tells it as an ordinary end.
pub fn restart(ctx: &TaskContext) -> ! {
    take_leave(ctx);
    restart_at_once()
}

fn restart_at_once() -> ! {
    info!("restart");
    early_console::write_status("exit 0");
    early_console::flush_driver();
    early_console::drain();
    power::restart()
}

/// Stops the machine where it is: halt(8).
pub fn halt(ctx: &TaskContext) -> ! {
    take_leave(ctx);
    info!("System halted");
    early_console::write_status("exit 0");
    early_console::flush_driver();
    early_console::drain();
    power::halt()
}

/// Whether Ctrl-Alt-Delete restarts the machine at once, or asks the first process to.
static RESTART_KEYS: AtomicBool = AtomicBool::new(true);

/// Says what Ctrl-Alt-Delete does.
pub fn set_restart_keys(at_once: bool) {
    RESTART_KEYS.store(at_once, Ordering::Relaxed);
}

/// Called when somebody types Ctrl-Alt-Delete: the first process gets SIGINT, unless the machine restarts at once.
pub fn restart_keys() {
    if RESTART_KEYS.load(Ordering::Relaxed) {
        restart_at_once();
    }
    if let Ok(init) = table::find(INIT) {
        signal::send_to_process(&init, Info::kernel(Signal::INT));
    }
}
