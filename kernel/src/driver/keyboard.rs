//! The keyboard: codes come by interrupts, and what they mean goes to the terminal on the screen.
//!
//! The lock protects the hardware and which keys are down; the terminal is called without it.

use super::screen::ScreenLine;
use crate::process;
use alloc::boxed::Box;
use alloc::sync::Arc;
use arrayvec::ArrayVec;
use logic::errno::Result;
use logic::keyboard::{Keyboard as Layout, LONGEST};
use machine::irq;
use machine::keyboard::Keyboard;
use machine::lock::SpinLock;

/// How many codes are taken at once.
const GULP: usize = 16;

struct State {
    hardware: Keyboard,
    layout: Layout,
}

/// Starts the keyboard, if there is one; what is typed goes to that line's terminal.
pub(super) fn start(line: Arc<ScreenLine>) -> Result<()> {
    let Some(hardware) = Keyboard::open() else { return Ok(()) };
    let state = SpinLock::new("keyboard", State { hardware, layout: Layout::default() });
    irq::name(Keyboard::LINE, "i8042");
    irq::register(
        Keyboard::LINE,
        Box::new(move |_| {
            let (typed, restart) = state.lock().take(line.has_cursor_keys());
            line.type_in(&typed);
            if restart {
                process::restart_keys();
            }
        }),
    )
}

impl State {
    /// Takes the codes that have come: the bytes for the terminal, and whether Ctrl-Alt-Delete was pressed.
    fn take(&mut self, cursor_keys: bool) -> (ArrayVec<u8, { GULP * LONGEST }>, bool) {
        let mut typed = ArrayVec::new();
        for _ in 0..GULP {
            let Some(code) = self.hardware.read() else { break };
            typed.extend(self.layout.take(code, cursor_keys));
        }
        (typed, self.layout.take_restart())
    }
}
