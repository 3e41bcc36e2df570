//! Interrupt requests: lines, and the handlers that drivers put on them.
//!
//! A handler does one thing: it wakes a task. It runs with interrupts held and gets an [`IrqContext`], not a
//! `TaskContext`, so it cannot sleep. Lines may be shared; every handler on a line is asked.

use crate::{cpu, fiber, lock::SpinLock, pic, profile, user::Registers};
use alloc::{boxed::Box, sync::Arc};
use core::{
    marker::PhantomData,
    sync::atomic::{AtomicU64, Ordering},
};
use logic::errno::{Errno, Result};
use spin::Once;

/// How many lines the two interrupt controllers have.
pub const LINES: usize = 16;
/// How many handlers may share one.
const SHARERS: usize = 8;
const RFLAGS_INTERRUPTS: u64 = 1 << 9;

/// Proof of being in an interrupt handler.
pub struct IrqContext {
    not_send: PhantomData<*const ()>,
    program: bool,
    registers: Option<Registers>,
}

impl IrqContext {
    /// The registers of what was interrupted; `None` if the interrupt had to wait until the kernel let it in.
    pub fn registers(&self) -> Option<&Registers> {
        self.registers.as_ref()
    }

    /// Whether it was a program that was interrupted, and not the kernel.
    pub fn found_program(&self) -> bool {
        self.program
    }
}

/// What a driver puts on a line.
pub type Handler = dyn Fn(&IrqContext) + Send + Sync;

struct Line {
    handlers: [Once<Arc<Handler>>; SHARERS],
    served: AtomicU64,
    /// Who listens there, for people.
    name: Once<&'static str>,
}

static TABLE: [Line; LINES] =
    [const { Line { handlers: [const { Once::new() }; SHARERS], served: AtomicU64::new(0), name: Once::new() } };
        LINES];
static PREEMPT: Once<fn()> = Once::new();
/// Serialises registration, not service.
static REGISTRATION: SpinLock<()> = SpinLock::new("interrupt lines", ());

/// Puts a handler on a line and opens the line. `ENXIO` if there is no such line, `EBUSY` if too many share it.
pub fn register(line: u8, handler: Box<Handler>) -> Result<()> {
    let slots = TABLE.get(usize::from(line)).ok_or(Errno::ENXIO)?;
    let handler: Arc<Handler> = handler.into();
    let _one_at_a_time = REGISTRATION.lock();
    let slot = slots.handlers.iter().find(|slot| slot.get().is_none()).ok_or(Errno::EBUSY)?;
    slot.call_once(|| handler);
    pic::unmask(line);
    Ok(())
}

/// Says what to call, in a task's place, when an interrupt has made another task more urgent.
pub fn set_preempt_hook(hook: fn()) {
    PREEMPT.call_once(|| hook);
}

/// Says who listens on a line, for /proc/interrupts; the first one stays.
pub fn name(line: u8, name: &'static str) {
    if let Some(line) = TABLE.get(usize::from(line)) {
        line.name.call_once(|| name);
    }
}

/// How often each line was served since boot, and who listens there; `None` for a line without handlers.
pub fn counts() -> [Option<(u64, &'static str)>; LINES] {
    core::array::from_fn(|line| {
        let line = &TABLE[line];
        line.handlers[0].get()?;
        Some((line.served.load(Ordering::Relaxed), line.name.get().copied().unwrap_or("device")))
    })
}

/// An interrupt that arrived while a program ran. The real flag is down, as the gate left it.
pub(crate) fn interrupted_program(line: u8, registers: &Registers) {
    profile::interrupted(line, registers, true);
    cpu::held(|_| serve(line, true, Some(registers)));
}

/// An interrupt that arrived while the kernel ran.
pub(crate) fn interrupted_kernel(line: u8, registers: &mut Registers) {
    profile::interrupted(line, registers, false);
    let cpu = cpu::current();
    if cpu.holds.get() != 0 {
        cpu.noted.set(cpu.noted.get() | 1 << line);
        registers.rflags &= !RFLAGS_INTERRUPTS;
        return;
    }
    cpu.holds.set(1);
    serve(line, false, Some(registers));
    cpu.holds.set(0);
    if cpu.reschedule.get() {
        preempt();
    }
}

/// Serves what was noted while interrupts were held. The real flag is down, and up again afterwards.
#[cold]
pub(crate) fn serve_noted() {
    let cpu = cpu::current();
    cpu.holds.set(1);
    let mut noted = cpu.noted.take();
    while noted != 0 {
        serve(noted.trailing_zeros() as u8, false, None);
        noted &= noted - 1;
    }
    cpu.holds.set(0);
    if cpu.reschedule.get() {
        preempt();
    }
    cpu::enable_interrupts();
}

/// Lets another task run in the place of this one. The real flag is down, and down again afterwards.
///
/// What asks for that again while this task is switched to is noted, and comes here once more, on the same stack, when the switch
/// lets go of interrupts. Were that a switch inside the switch, and the next one inside that, the stack would fill up.
fn preempt() {
    let Some(hook) = PREEMPT.get() else { return };
    if fiber::set_preempted(true) {
        return; // the loop further up on this stack looks again
    }
    while cpu::current().reschedule.get() {
        cpu::enable_interrupts();
        hook();
        cpu::disable_interrupts();
    }
    fiber::set_preempted(false);
}

fn serve(line: u8, program: bool, registers: Option<&Registers>) {
    if pic::is_spurious(line) {
        return;
    }
    let entry = &TABLE[usize::from(line)];
    entry.served.fetch_add(1, Ordering::Relaxed);
    let context = IrqContext { not_send: PhantomData, program, registers: registers.copied() };
    for handler in entry.handlers.iter().map_while(Once::get) {
        handler(&context);
    }
    pic::acknowledge(line);
}
