//! Stopping the machine: ACPI's soft-off state; where that does not work, QEMU's debug-exit port; else a halt.
//! ACPI specification 6.5, sections 4.8.3.2 (PM1 control) and 16.1.7 (entering a sleep state).

use crate::acpi::{self, PowerRegisters};
use crate::clock;
use crate::early_console;
use crate::port::PortRange;
use core::mem::ManuallyDrop;
use core::time::Duration;
use x86_64::VirtAddr;
use x86_64::instructions::{hlt, interrupts, tables};
use x86_64::structures::DescriptorTablePointer;

const SLEEP_TYPE_SHIFT: u16 = 10;
const SLEEP_TYPE: u16 = 7 << SLEEP_TYPE_SHIFT;
const SLEEP_ENABLE: u16 = 1 << 13;
/// Whether the registers are ours and not the firmware's.
const ACPI_MODE: u16 = 1;
/// How often to ask whether the firmware has handed them over.
const PATIENCE: usize = 100_000;
/// How long a machine may take to switch off.
const TIME_TO_DIE: Duration = Duration::from_secs(2);

/// QEMU's device isa-debug-exit: it makes QEMU leave with the status `value * 2 + 1`.
const DEBUG_EXIT: u16 = 0xf4;
const DEBUG_EXIT_DONE: u8 = 0x10;
const DEBUG_EXIT_FAILED: u8 = 0x11;

/// The chipset's reset control register, and what to write there for a full reset.
const RESET: u16 = 0xcf9;
const RESET_PREPARE: u8 = 0x02;
const RESET_HARD: u8 = 0x06;

/// The keyboard controller's command port, and the command that pulses the processor's reset line.
const KEYBOARD: u16 = 0x64;
const KEYBOARD_RESET: u8 = 0xfe;

static REGISTERS: spin::Once<PowerRegisters> = spin::Once::new();

/// Finds out how to switch off, so that `off` needs no memory and no locks.
pub(crate) fn prepare(tables: &acpi::Tables) {
    match acpi::power_registers(tables) {
        Some(registers) => {
            REGISTERS.call_once(|| registers);
        }
        None => log::warn!("ACPI's tables do not say how to switch the machine off"),
    }
}

/// Switches the machine off, after the serial ports have sent everything.
pub fn off() -> ! {
    interrupts::disable();
    early_console::drain();
    if let Some(registers) = REGISTERS.get() {
        soft_off(registers);
        // It takes effect soon, not at once.
        let start = clock::now();
        while clock::now().since(start) < TIME_TO_DIE {
            core::hint::spin_loop();
        }
    }
    leave_qemu(DEBUG_EXIT_DONE);
    halt()
}

/// Starts the machine anew: by the chipset's reset register, else by the keyboard controller; where neither works, it halts.
pub fn restart() -> ! {
    interrupts::disable();
    early_console::drain();
    let mut reset = ports(RESET, 1);
    reset.write8(0, RESET_PREPARE);
    reset.write8(0, RESET_HARD);
    ports(KEYBOARD, 1).write8(0, KEYBOARD_RESET);
    halt()
}

/// Resets the processor by a fault that it cannot tell of, for the tests of what is said then.
pub fn triple_fault() -> ! {
    interrupts::disable();
    let none = DescriptorTablePointer { limit: 0, base: VirtAddr::zero() };
    // SAFETY: nothing is to work from here on: the first fault finds no gate, nor does that.
    unsafe { tables::lidt(&none) };
    // SAFETY: the exception that this makes is the point.
    unsafe { core::arch::asm!("ud2", options(noreturn)) }
}

/// Stops after a failure: QEMU ends with status 35; a real machine halts, with what happened on its screen.
pub fn fail() -> ! {
    interrupts::disable();
    early_console::drain();
    leave_qemu(DEBUG_EXIT_FAILED);
    halt()
}

fn soft_off(registers: &PowerRegisters) {
    let [first, second] = registers.control;
    let Some(first) = first else { return };
    if let Some((port, value)) = registers.enable {
        take_over(first, port, value);
    }
    sleep(first, registers.soft_off.first);
    if let Some(second) = second {
        sleep(second, registers.soft_off.second);
    }
}

/// Makes the firmware hand over the power registers, if they are still its own.
fn take_over(control: u16, command: u16, value: u8) {
    let control = ports(control, 2);
    if control.read16(0) & ACPI_MODE == 0 {
        ports(command, 1).write8(0, value);
        for _ in 0..PATIENCE {
            if control.read16(0) & ACPI_MODE != 0 {
                return;
            }
        }
    }
}

fn sleep(control: u16, sleep_type: u8) {
    let mut control = ports(control, 2);
    let kept = control.read16(0) & !(SLEEP_TYPE | SLEEP_ENABLE);
    let wanted = kept | ((u16::from(sleep_type) << SLEEP_TYPE_SHIFT) & SLEEP_TYPE);
    control.write16(0, wanted | SLEEP_ENABLE);
}

fn leave_qemu(value: u8) {
    ports(DEBUG_EXIT, 1).write8(0, value);
}

/// Ports for the last thing that this machine does, whoever owned them.
fn ports(base: u16, count: u16) -> ManuallyDrop<PortRange> {
    // SAFETY: interrupts are off and nothing else runs any more; these ports touch no memory.
    unsafe { PortRange::seize(base, count) }
}

/// Stops the processor for good.
pub fn halt() -> ! {
    interrupts::disable();
    loop {
        hlt();
    }
}
