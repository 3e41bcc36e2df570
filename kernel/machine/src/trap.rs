//! The gates: every way in that is not SYSCALL.
//!
//! A trap from a program saves its registers straight into its [`UserContext`](crate::user::UserContext), because the
//! stack that the CPU switches to *is* that structure; then it returns to whoever called `run` (user.rs). A trap from
//! the kernel saves them on the stack and comes to [`trap_from_kernel`].
//!
//! Debug exceptions, NMIs, double faults and machine checks run on stacks of their own, since they may come between the
//! two instructions of a gate: they look at GS itself to find out where they came from.

use crate::{
    cpu, early_console,
    gdt::{self, OwnStack},
    irq, kernel_space,
    panic::fatal,
    probe,
    registers::{Registers, pop_registers, push_registers},
};
use core::{
    arch::{asm, global_asm},
    cell::UnsafeCell,
    fmt::Write,
};

/// Vectors of exceptions that are treated apart.
pub(crate) const DEBUG: u8 = 1;
pub(crate) const NON_MASKABLE: u8 = 2;
const BREAKPOINT: u8 = 3;
const OVERFLOW: u8 = 4;
const DOUBLE_FAULT: u8 = 8;
pub(crate) const GENERAL_PROTECTION: u8 = 13;
pub(crate) const PAGE_FAULT: u8 = 14;
const MACHINE_CHECK: u8 = 18;
/// Cor's own gate: Intel's #VE, which never arrives uninvited.
pub(crate) const COR_GATE: u8 = 0x14;
/// Where the 16 interrupt lines of the PIC begin.
pub(crate) const FIRST_IRQ: u8 = 32;
pub(crate) const LAST_IRQ: u8 = 47;
const VECTORS: usize = 48;

global_asm!(
    r#"
    .section .text.traps, "ax", @progbits

/* One stub a vector, 16 bytes each: fill in the error code where the CPU gives none, and the vector. */
    .balign 16
    .globl trap_stubs
trap_stubs:
    .cfi_sections .debug_frame              /* for debuggers: neither a program nor interrupted code is a caller */
    .cfi_startproc
    .cfi_undefined %rip
    .set vector, 0
    .rept 48
    .balign 16
    .if !((0x60227d00 >> vector) & 1)
    pushq $0
    .endif
    pushq $vector
    .if (vector == 1) || (vector == 2) || (vector == 8) || (vector == 18)
    jmp trap_on_own_stack
    .else
    jmp trap
    .endif
    .set vector, vector + 1
    .endr

    .type trap, @function
trap:
    testb $3, 24(%rsp)                      /* the saved code segment: whose was it? */
    jz trap_kernel
    swapgs
trap_user:                                  /* RSP is inside the program's Registers */
    cld
"#,
    push_registers!(),
    r#"
    mov 120(%rsp), %rax                     /* the vector: what enter_user returns */
    mov %gs:{kernel_stack}, %rsp
    jmp leave_user
    .cfi_endproc

    .type trap_kernel, @function
trap_kernel:
    .cfi_startproc                          /* what was interrupted is the caller, and its registers are here */
    .cfi_signal_frame                       /* perhaps before its first instruction */
    .cfi_def_cfa %rsp, 56
    .cfi_offset %rip, -40
    .cfi_offset %rsp, -16
    cld
"#,
    push_registers!(),
    r#"
    .cfi_def_cfa_offset 176
    .cfi_offset %r15, -176
    .cfi_offset %r14, -168
    .cfi_offset %r13, -160
    .cfi_offset %r12, -152
    .cfi_offset %rbp, -144
    .cfi_offset %rbx, -136
    .cfi_offset %r11, -128
    .cfi_offset %r10, -120
    .cfi_offset %r9, -112
    .cfi_offset %r8, -104
    .cfi_offset %rax, -96
    .cfi_offset %rcx, -88
    .cfi_offset %rdx, -80
    .cfi_offset %rsi, -72
    .cfi_offset %rdi, -64
    cmpb $0, %gs:{has_smap}                 /* a user copy may have been interrupted */
    je 1f
    clac
1:  mov %rsp, %rdi
    call trap_from_kernel
"#,
    pop_registers!(),
    r#"
    add $16, %rsp
    iretq
    .cfi_endproc

/* On a stack of its own. From a program: move the frame to its Registers and go on as above. From the kernel: GS may
   still be the program's, in the first or last instructions of a gate. */
    .type trap_on_own_stack, @function
trap_on_own_stack:
    .cfi_startproc
    .cfi_undefined %rip
    testb $3, 24(%rsp)
    jz 2f
    swapgs
    mov %rsp, %gs:{user_stack}
    mov %gs:{rsp0}, %rsp
    push %rax
    mov %gs:{user_stack}, %rax
    pop %gs:{user_stack}                    /* the program's RAX, kept where there is room */
    pushq 48(%rax)
    pushq 40(%rax)
    pushq 32(%rax)
    pushq 24(%rax)
    pushq 16(%rax)
    pushq 8(%rax)
    pushq (%rax)
    mov %gs:{user_stack}, %rax
    jmp trap_user
2:  push %rax
    push %rcx
    push %rdx
    mov $0xc0000101, %ecx                   /* the base of GS: the kernel's is in the upper half */
    rdmsr
    test %edx, %edx
    pop %rdx
    pop %rcx
    pop %rax
    js trap_kernel
    swapgs
    call trap_kernel_foreign_gs
    swapgs
    add $16, %rsp
    iretq

/* As trap_kernel, but returns. Only traps that end the kernel or ask for nothing come this way. */
trap_kernel_foreign_gs:
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    cld
    mov 80(%rsp), %rdi                      /* vector */
    mov 96(%rsp), %rsi                      /* RIP */
    call trap_inside_gate
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    ret
    .cfi_endproc
"#,
    kernel_stack = const cpu::KERNEL_STACK,
    user_stack = const cpu::USER_STACK,
    rsp0 = const cpu::RSP0,
    has_smap = const cpu::HAS_SMAP,
    options(att_syntax),
);

unsafe extern "C" {
    static trap_stubs: [[u8; 16]; VECTORS];
    static __exception_table_start: Fixup;
    static __exception_table_end: Fixup;
}

/// An instruction that may fault, and where to go on if it does. Assembly puts these into `.exception_table`.
#[repr(C)]
struct Fixup {
    instruction: u64,
    target: u64,
}

/// A gate of the interrupt descriptor table (SDM volume 3, 6.14.1).
#[derive(Clone, Copy)]
#[repr(C)]
struct Gate {
    low: u64,
    high: u64,
}

#[repr(C, align(16))]
struct Table(UnsafeCell<[Gate; VECTORS]>);

// SAFETY: written by `load` before the table is in use, on the first CPU alone.
unsafe impl Sync for Table {}

static TABLE: Table = Table(UnsafeCell::new([Gate { low: 0, high: 0 }; VECTORS]));

#[repr(C, packed)]
struct TablePointer {
    limit: u16,
    base: u64,
}

impl Gate {
    fn new(vector: usize, own_stack: u64) -> Gate {
        const PRESENT: u64 = 1 << 47;
        const INTERRUPT_GATE: u64 = 0xe << 40;
        // SAFETY: the array is in the kernel's text.
        let stub = unsafe { &raw const trap_stubs[vector] } as u64;
        let ring: u64 = match vector as u8 {
            BREAKPOINT | OVERFLOW | COR_GATE => 3,
            _ => 0,
        };
        let low = stub & 0xffff
            | u64::from(gdt::KERNEL_CODE) << 16
            | own_stack << 32
            | INTERRUPT_GATE
            | ring << 45
            | PRESENT
            | (stub >> 16 & 0xffff) << 48;
        Gate { low, high: stub >> 32 }
    }
}

/// Fills the table and loads it on this CPU, without stacks of their own for anybody yet.
pub(crate) fn load() {
    // SAFETY: on the first CPU, before anything else runs.
    let table = unsafe { &mut *TABLE.0.get() };
    for (vector, gate) in table.iter_mut().enumerate() {
        *gate = Gate::new(vector, 0);
    }
    let pointer = TablePointer { limit: (size_of::<Table>() - 1) as u16, base: TABLE.0.get() as u64 };
    // SAFETY: the table is a static and complete.
    unsafe { asm!("lidt [{}]", in(reg) &raw const pointer, options(readonly, nostack, preserves_flags)) };
}

/// Gives this CPU the stacks for exceptions that may come when the stack cannot be trusted.
pub(crate) fn use_own_stacks() -> logic::errno::Result<()> {
    let which = [
        (DEBUG, OwnStack::Debug),
        (NON_MASKABLE, OwnStack::NonMaskable),
        (DOUBLE_FAULT, OwnStack::DoubleFault),
        (MACHINE_CHECK, OwnStack::MachineCheck),
    ];
    for (vector, stack) in which {
        let top = kernel_space::new_stack()?;
        cpu::held(|cpu| cpu.task_state.set_own_stack(stack, top));
        // SAFETY: the gate is replaced by one that differs in the stack's number alone, which exists now.
        unsafe { (*TABLE.0.get())[vector as usize] = Gate::new(vector as usize, stack as u64 + 1) };
    }
    Ok(())
}

/// A trap out of the kernel itself: an interrupt, a fault that assembly foresaw, or the end.
#[unsafe(no_mangle)]
extern "C" fn trap_from_kernel(registers: &mut Registers) {
    match registers.vector as u8 {
        vector @ FIRST_IRQ..=LAST_IRQ => irq::interrupted_kernel(vector - FIRST_IRQ, registers),
        NON_MASKABLE => non_maskable(registers),
        vector => match fixup(registers.rip) {
            Some(target) => registers.rip = target,
            None => kernel_exception(vector, registers),
        },
    }
}

/// Something is wrong with the hardware, or a person asks for a sign of life. The code that was interrupted may hold any lock, or
/// be about to serve what came while interrupts were held: so this waits for no lock, and lets nothing be served here.
fn non_maskable(registers: &Registers) {
    let cpu = cpu::current();
    cpu.holds.set(cpu.holds.get() + 1);
    let _ = writeln!(early_console::Text, "a non-maskable interrupt at {:#x}", registers.rip);
    cpu.holds.set(cpu.holds.get() - 1);
}

/// An exception in the first or last instructions of a gate, before GS was right. There is nothing to go back to but
/// from an NMI.
#[unsafe(no_mangle)]
extern "C" fn trap_inside_gate(vector: u64, rip: u64) {
    if vector as u8 != NON_MASKABLE && vector as u8 != DEBUG {
        fatal(format_args!("{} inside a gate, at {rip:#x}", name(vector as u8)));
    }
}

fn fixup(instruction: u64) -> Option<u64> {
    let start = &raw const __exception_table_start;
    let entries = (&raw const __exception_table_end as usize - start as usize) / size_of::<Fixup>();
    // SAFETY: the linker script's symbols enclose what assembly put there.
    let table = unsafe { core::slice::from_raw_parts(start, entries) };
    let found = table.iter().find(|fixup| fixup.instruction == instruction).map(|fixup| fixup.target);
    found.or_else(|| probe::fixup(instruction))
}

fn kernel_exception(vector: u8, registers: &Registers) -> ! {
    let address = fault_address();
    let why = match vector {
        PAGE_FAULT | DOUBLE_FAULT => crate::kernel_space::explain(address),
        _ => "",
    };
    if vector == DOUBLE_FAULT && !why.is_empty() {
        crate::panic::exception(registers, format_args!("{why} (double fault)"));
    }
    match vector {
        PAGE_FAULT => crate::panic::exception(
            registers,
            format_args!("{} at address {address:#x}, error {:#x} {why}", name(vector), registers.error),
        ),
        _ => crate::panic::exception(registers, format_args!("{}, error {:#x}", name(vector), registers.error)),
    }
}

/// The address of the last page fault.
pub(crate) fn fault_address() -> u64 {
    let address: u64;
    // SAFETY: reading CR2 changes nothing.
    unsafe { asm!("mov {}, cr2", out(reg) address, options(nomem, nostack, preserves_flags)) };
    address
}

/// What the SDM calls an exception.
pub(crate) fn name(vector: u8) -> &'static str {
    const NAMES: [&str; 32] = [
        "divide error",
        "debug exception",
        "non-maskable interrupt",
        "breakpoint",
        "overflow",
        "bound range exceeded",
        "invalid opcode",
        "device not available",
        "double fault",
        "coprocessor segment overrun",
        "invalid TSS",
        "segment not present",
        "stack-segment fault",
        "general protection fault",
        "page fault",
        "reserved exception 15",
        "x87 floating-point exception",
        "alignment check",
        "machine check",
        "SIMD floating-point exception",
        "virtualization exception",
        "control protection exception",
        "reserved exception 22",
        "reserved exception 23",
        "reserved exception 24",
        "reserved exception 25",
        "reserved exception 26",
        "reserved exception 27",
        "hypervisor injection exception",
        "VMM communication exception",
        "security exception",
        "reserved exception 31",
    ];
    NAMES.get(vector as usize).copied().unwrap_or("interrupt")
}
