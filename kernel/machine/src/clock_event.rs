//! One deadline, kept by whatever can interrupt at a given time; today the PIT in one-shot form, later the local APIC.
//!
//! The scheduler programs it and is called when the time has come. The PIT can wait 55 milliseconds at most; a later
//! deadline takes several alarms, which nobody above sees. The lock protects what is due and what the PIT was told.

use crate::clock::{self, Instant};
use crate::irq::{self, IrqContext};
use crate::lock::SpinLock;
use crate::pit;
use alloc::boxed::Box;
use logic::errno::Result;

/// The interrupt line that the PIT's channel 0 is wired to.
const LINE: u8 = 0;
/// The longest time that one alarm is set for: a little less than a full round.
const LONGEST_NANOSECONDS: u64 = 54_000_000;

struct Alarm {
    /// When the handler is to be called.
    due: Option<Instant>,
    /// When the PIT will interrupt.
    set_for: Option<Instant>,
}

static ALARM: SpinLock<Alarm> = SpinLock::new("clock event", Alarm { due: None, set_for: None });
static HANDLER: spin::Once<fn(&IrqContext)> = spin::Once::new();

/// Takes the PIT and its interrupt line.
pub(crate) fn start() -> Result<()> {
    pit::start_alarm();
    irq::name(LINE, "timer");
    irq::register(LINE, Box::new(on_interrupt))
}

/// Says whom to call when the programmed time has come. The first one stays.
pub fn set_handler(handler: fn(&IrqContext)) {
    HANDLER.call_once(|| handler);
}

/// Asks to be called once at `due`, never earlier; or not at all. It replaces what was asked before.
pub fn program(due: Option<Instant>) {
    let mut alarm = ALARM.lock();
    alarm.due = due;
    alarm.set();
}

fn on_interrupt(context: &IrqContext) {
    clock::refine();
    if ALARM.lock().rings()
        && let Some(handler) = HANDLER.get()
    {
        handler(context);
    }
}

impl Alarm {
    /// Whether the time has come; if not, goes on waiting.
    fn rings(&mut self) -> bool {
        self.set_for = None;
        match self.due {
            Some(due) if due <= clock::now() => {
                self.due = None;
                true
            }
            _ => {
                self.set();
                false
            }
        }
    }

    /// Sets the PIT, unless it will ring early enough anyway: an alarm too many costs less than writing to the chip
    /// each time.
    fn set(&mut self) {
        let Some(due) = self.due else { return };
        if self.set_for.is_some_and(|set_for| set_for <= due) {
            return;
        }
        let now = clock::now();
        let wait = due.0.saturating_sub(now.0).min(LONGEST_NANOSECONDS);
        // One more than needed, so that it does not ring just before the time.
        let ticks = wait * pit::FREQUENCY / 1_000_000_000 + 1;
        pit::set_alarm(ticks as u16);
        self.set_for = Some(Instant(now.0 + wait));
    }
}
