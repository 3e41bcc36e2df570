//! Trying out what the kernel may do with memory and ports, for the self-tests: an access that is forbidden is caught and told.
//!
//! Nothing is changed by it: a byte is read, or has nothing added to it, or is executed if it is the instruction RET; ports are
//! claimed, and neither read nor written.

use crate::{
    copy, cpu,
    kernel_space::{self, physmap, to_physical},
    panic,
    port::PortRange,
};
use core::{
    arch::{asm, global_asm},
    ptr,
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
};
use logic::{address::PAGE_SIZE, errno::Result};

const RET: u8 = 0xc3;

global_asm!(
    r#"
    .section .text.probe, "ax", @progbits

    .macro probe_may_fault
    .pushsection .exception_table, "a", @progbits
    .quad 9f, probe_failed
    .popsection
9:
    .endm

/* Each takes an address in rdi and returns whether the access went well. */
    .globl probe_read
    .type probe_read, @function
probe_read:
    probe_may_fault
    mov al, [rdi]
    mov eax, 1
    ret

    .globl probe_write
    .type probe_write, @function
probe_write:
    probe_may_fault
    lock add byte ptr [rdi], 0
    mov eax, 1
    ret

    .globl probe_execute
    .type probe_execute, @function
probe_execute:
    call rdi                            /* a RET; or a fault there, which goes on at probe_not_executed */
    mov eax, 1
    .globl probe_return
probe_return:
    ret
    .globl probe_not_executed
probe_not_executed:
    add rsp, 8
probe_failed:
    xor eax, eax
    ret
"#
);

unsafe extern "C" {
    fn probe_read(address: u64) -> u32;
    fn probe_write(address: u64) -> u32;
    fn probe_execute(address: u64) -> u32;
    static probe_return: u8;
    static probe_not_executed: u8;
    static __rodata_start: u8;
}

/// The address that is being executed for a try; a fault there is foreseen.
static EXECUTED: AtomicU64 = AtomicU64::new(0);

/// Whether the kernel can read a byte.
pub fn can_read(address: u64) -> bool {
    refuse_devices(address);
    // SAFETY: a byte of memory is read, or a fault is foreseen.
    unsafe { probe_read(address) != 0 }
}

/// Whether the kernel can write a byte.
pub fn can_write(address: u64) -> bool {
    refuse_devices(address);
    // SAFETY: nothing is added to a byte of memory, atomically, or a fault is foreseen.
    unsafe { probe_write(address) != 0 }
}

/// Whether the kernel can execute what is at an address; nothing if that is not the instruction RET, or cannot be read.
pub fn can_execute(address: u64) -> Option<bool> {
    refuse_devices(address);
    cpu::held(|_| {
        let mut byte = 0;
        // SAFETY: one byte is read into one of ours, also out of a program's page; a fault is foreseen.
        let read = unsafe { copy::copy(&raw mut byte, address as *const u8, 1) };
        if read == 0 || byte != RET {
            return None;
        }
        EXECUTED.store(address, Ordering::Relaxed);
        // SAFETY: a RET is there, and interrupts are held, so it stays; or a fault is foreseen.
        let executed = unsafe { probe_execute(address) != 0 };
        EXECUTED.store(0, Ordering::Relaxed);
        Some(executed)
    })
}

/// Where to go on after a fault at an address that is executed for a try.
pub(crate) fn fixup(instruction: u64) -> Option<u64> {
    let executed = EXECUTED.load(Ordering::Relaxed);
    (executed != 0 && instruction == executed).then_some(&raw const probe_not_executed as u64)
}

/// The flags register of the caller.
pub fn flags() -> u64 {
    let flags;
    // SAFETY: reads a register by way of the stack.
    unsafe { asm!("pushfq", "pop {}", out(reg) flags, options(nomem, preserves_flags)) };
    flags
}

/// The caller's stack pointer.
pub fn stack_pointer() -> u64 {
    let pointer;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags)) };
    pointer
}

/// The lowest address of the kernel stack, one of a task's, that an address lies on.
pub fn stack_bottom(address: u64) -> u64 {
    kernel_space::stack_bottom(address)
}

/// The lowest addresses of the stacks that are no task's: the boot stack, and those that some exceptions have for themselves.
pub fn other_stacks() -> [u64; 5] {
    let [debug, non_maskable, double_fault, machine_check] =
        cpu::held(|cpu| cpu.task_state.own_stacks()).map(|top| stack_bottom(top - 1));
    [kernel_space::boot_guard() + PAGE_SIZE as u64, debug, non_maskable, double_fault, machine_check]
}

/// The address of a RET in the kernel's text.
pub fn text() -> u64 {
    &raw const probe_return as u64
}

/// An address among the kernel's constants.
pub fn constants() -> u64 {
    &raw const __rodata_start as u64
}

/// The address of the image's last byte, among the symbols for backtraces.
pub fn symbols() -> u64 {
    kernel_space::image_end(panic::symbols_length()) - 1
}

/// The address of a RET in the kernel's data, which nobody needs.
pub fn data() -> u64 {
    static BYTE: AtomicU8 = AtomicU8::new(RET);
    ptr::from_ref(&BYTE) as u64
}

/// The same memory in the map of physical memory; the address is one of the image or of a frame.
pub fn alias(address: u64) -> u64 {
    to_physical(address).map_or(0, |physical| physmap(physical) as u64)
}

/// Reading a device's registers may change something there.
fn refuse_devices(address: u64) {
    assert!(!kernel_space::may_be_device(address), "a probe is for memory, not for a device");
}

/// Ports that are claimed, for as long as this lives, and that nobody can use.
#[derive(Debug)]
pub struct ClaimedPorts {
    _ports: PortRange,
}

/// Claims ports; `EBUSY` if one of them has an owner.
pub fn claim_ports(base: u16, count: u16) -> Result<ClaimedPorts> {
    // SAFETY: nothing is ever written to them.
    let ports = unsafe { PortRange::claim(base, count, "selftest") };
    ports.map(|ports| ClaimedPorts { _ports: ports })
}
