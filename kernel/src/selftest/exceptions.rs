//! Exceptions that programs cause: each is told as the CPU told it, and the kernel's memory stays its own.

use super::{
    Outcome,
    check::check,
    code::{
        BREAKPOINT, DIVIDE_ERROR, FETCH, GENERAL_PROTECTION, INVALID_OPCODE, NON_CANONICAL, OVERFLOW, PAGE_FAULT,
        PRESENT, STACK_FAULT, USER, WRITE, end_of, exception, load_rax,
    },
    program::Program,
};
use crate::task::TaskContext;
use logic::address::USER_END;
use machine::{probe, user::Event};

/// Every exception that a program can cause by an instruction is told, with its error code, at the instruction or behind it.
pub(super) fn exceptions(ctx: &TaskContext) -> Outcome {
    let protection = |error| exception(GENERAL_PROTECTION, error, 0);
    let gate = |vector: u32| vector * 8 + 2; // for a gate that is not open to programs; QEMU's emulation says 16 for 8
    let cases: &[(&[u8], Event, u64)] = &[
        (&[0x31, 0xc9, 0xf7, 0xf1], exception(DIVIDE_ERROR, 0, 0), 2), // xor %ecx, %ecx; div %ecx
        (&[0xcc], exception(BREAKPOINT, 0, 0), 1),                     // int3
        (&[0xcd, 0x03], exception(BREAKPOINT, 0, 0), 2),               // int $3
        (&[0xcd, 0x04], exception(OVERFLOW, 0, 0), 2),                 // int $4
        (&[0x0f, 0x0b], exception(INVALID_OPCODE, 0, 0), 0),           // ud2
        (&[0xcd, 0x00], protection(gate(0)), 0),                       // int $0
        (&[0xcd, 0x01], protection(gate(1)), 0),                       // int $1
        (&[0xcd, 0x02], protection(gate(2)), 0),                       // int $2
        (&[0xcd, 0x08], protection(gate(8)), 0),                       // int $8
        (&[0xcd, 0x0e], protection(gate(14)), 0),                      // int $14
        (&[0xcd, 0x20], protection(gate(32)), 0),                      // int $32: the clock's interrupt
        (&[0xcd, 0x80], protection(gate(128)), 0),                     // int $128: there is no such gate
        (&[0xf4], protection(0), 0),                                   // hlt
        (&[0xfa], protection(0), 0),                                   // cli
        (&[0xfb], protection(0), 0),                                   // sti
        (&[0xe4, 0x80], protection(0), 0),                             // in $0x80, %al
        (&[0xe6, 0x80], protection(0), 0),                             // out %al, $0x80
        (&[0x0f, 0x20, 0xd8], protection(0), 0),                       // mov %cr3, %rax
        (&[0x0f, 0x22, 0xd8], protection(0), 0),                       // mov %rax, %cr3
        (&[0x0f, 0x23, 0xf8], protection(0), 0),                       // mov %rax, %db7
        (&[0x0f, 0x30], protection(0), 0),                             // wrmsr
        (&[0x0f, 0x32], protection(0), 0),                             // rdmsr
        (&[0x0f, 0x01, 0x16], protection(0), 0),                       // lgdt (%rsi)
        (&[0x0f, 0x01, 0x1e], protection(0), 0),                       // lidt (%rsi)
        (&[0x0f, 0x01, 0x3e], protection(0), 0),                       // invlpg (%rsi)
        (&[0x0f, 0x01, 0xf8], protection(0), 0),                       // swapgs
        (&[0x48, 0x0f, 0x07], protection(0), 0),                       // sysretq
        (&[0x0f, 0x00, 0xd6], protection(0), 0),                       // lldt %si
        (&[0x0f, 0x06], protection(0), 0),                             // clts
        (&[0x66, 0xb8, 0x10, 0, 0x8e, 0xd8], protection(0x10), 4), // mov $0x10, %ax; mov %ax, %ds: the kernel's code
        (&[0x66, 0xb8, 0x18, 0, 0x8e, 0xd8], protection(0x18), 4), // likewise its data
        (&[0x66, 0xb8, 0x18, 0, 0x8e, 0xd0], protection(0x18), 4), // and into SS
    ];
    for (code, event, offset) in cases {
        let (mut found, registers) = end_of(ctx, code)?;
        if let ([0xcd, number], Event::Exception(exception)) = (code, &mut found)
            && exception.error == u32::from(*number) * 16 + 2
        {
            exception.error = gate(u32::from(*number));
        }
        check!((code, found), ==, (code, *event));
        check!((code, registers.rip), ==, (code, Program::CODE + offset));
    }
    Ok(())
}

/// Addresses that a program may not touch: what was tried, and where, is told; the kernel's memory stays its own.
pub(super) fn bad_addresses(ctx: &TaskContext) -> Outcome {
    let fault = |error, address| exception(PAGE_FAULT, USER | error, address);
    let protection = exception(GENERAL_PROTECTION, 0, 0);
    let read: &[u8] = &[0x8a, 0x08]; // mov (%rax), %cl
    let write: &[u8] = &[0x88, 0x08]; // mov %cl, (%rax)
    let jump: &[u8] = &[0xff, 0xe0]; // jmp *%rax
    let push: &[u8] = &[0x48, 0x89, 0xc4, 0x50]; // mov %rax, %rsp; push %rax
    let kernel_data = probe::data();
    let physical = probe::alias(kernel_data);
    let cases = [
        (read, 0x10, fault(0, 0x10)),
        (write, 0x10, fault(WRITE, 0x10)),
        (jump, 0x10, fault(FETCH, 0x10)),
        (write, Program::CODE + 64, fault(PRESENT | WRITE, Program::CODE + 64)),
        (jump, Program::DATA, fault(PRESENT | FETCH, Program::DATA)),
        (read, kernel_data, fault(PRESENT, kernel_data)),
        (write, kernel_data, fault(PRESENT | WRITE, kernel_data)),
        (jump, probe::text(), fault(PRESENT | FETCH, probe::text())),
        (read, physical, fault(PRESENT, physical)),
        (write, physical, fault(PRESENT | WRITE, physical)),
        (read, probe::stack_pointer(), fault(PRESENT, probe::stack_pointer())),
        (read, USER_END, fault(0, USER_END)),
        (read, NON_CANONICAL, protection),
        (write, NON_CANONICAL, protection),
        (jump, NON_CANONICAL, protection),
        (push, kernel_data & !7, fault(PRESENT | WRITE, (kernel_data & !7) - 8)),
    ];
    for (code, address, event) in cases {
        let (found, _) = end_of(ctx, &[&load_rax(address), code].concat())?;
        check!((code, address, found), ==, (code, address, event));
    }
    let (found, _) = end_of(ctx, &[&load_rax(NON_CANONICAL + 4096), push].concat())?;
    check!([exception(STACK_FAULT, 0, 0), protection].contains(&found)); // the second is what QEMU's emulation says
    Ok(())
}
