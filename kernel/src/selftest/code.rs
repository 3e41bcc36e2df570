//! Pieces of machine code for the tests of programs, what they begin with and what they end with.

use super::{check::Failure, program::Program};
use crate::task::TaskContext;
use alloc::vec::Vec;
use machine::user::{Event, Exception, Registers};

pub(super) const DIVIDE_ERROR: u8 = 0;
pub(super) const DEBUG: u8 = 1;
pub(super) const BREAKPOINT: u8 = 3;
pub(super) const OVERFLOW: u8 = 4;
pub(super) const INVALID_OPCODE: u8 = 6;
pub(super) const STACK_FAULT: u8 = 12;
pub(super) const GENERAL_PROTECTION: u8 = 13;
pub(super) const PAGE_FAULT: u8 = 14;
pub(super) const FLOATING_POINT: u8 = 16;
pub(super) const ALIGNMENT: u8 = 17;

/// Bits of a page fault's error code.
pub(super) const PRESENT: u32 = 1;
pub(super) const WRITE: u32 = 2;
pub(super) const USER: u32 = 4;
pub(super) const FETCH: u32 = 16;

/// An address in the kernel's image, and one in neither half.
pub(super) const KERNEL: u64 = 0xffff_ffff_8010_0000;
pub(super) const NON_CANONICAL: u64 = 0x8000_0000_0000;

/// Flags.
pub(super) const TRAP: u64 = 1 << 8;
pub(super) const INTERRUPTS: u64 = 1 << 9;
pub(super) const DIRECTION: u64 = 1 << 10;
pub(super) const PRIVILEGE: u64 = 3 << 12;
pub(super) const NESTED: u64 = 1 << 14;
pub(super) const VIRTUAL_8086: u64 = 1 << 17;
pub(super) const ALIGNMENT_CHECK: u64 = 1 << 18;
pub(super) const IDENTIFICATION: u64 = 1 << 21;

pub(super) const SYSCALL: [u8; 2] = [0x0f, 0x05];
pub(super) const COR_GATE: [u8; 2] = [0xcd, 0x14];
/// 1: inc %rax; jmp 1b
pub(super) const COUNT: [u8; 5] = [0x48, 0xff, 0xc0, 0xeb, 0xfb];

pub(super) fn registers_of(r: &Registers) -> [u64; 15] {
    [r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15]
}

/// Gives every general register but RSP a value of its own.
pub(super) fn fill(r: &mut Registers, seed: u64) {
    let value = |index: u64| (seed + index).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let all = [
        &mut r.rax, &mut r.rbx, &mut r.rcx, &mut r.rdx, &mut r.rsi, &mut r.rdi, &mut r.rbp, &mut r.r8, &mut r.r9,
        &mut r.r10, &mut r.r11, &mut r.r12, &mut r.r13, &mut r.r14, &mut r.r15,
    ];
    for (index, register) in all.into_iter().enumerate() {
        *register = value(index as u64);
    }
}

/// What a piece of code ends with.
pub(super) fn end_of(ctx: &TaskContext, code: &[u8]) -> Result<(Event, Registers), Failure> {
    let mut program = Program::new(code)?;
    program.user.registers_mut().rsi = Program::DATA;
    let event = program.run(ctx)?;
    Ok((event, *program.user.registers()))
}

pub(super) fn exception(vector: u8, error: u32, address: u64) -> Event {
    Event::Exception(Exception { vector, error, address })
}

/// A RAX-loading instruction: mov $value, %rax.
pub(super) fn load_rax(value: u64) -> Vec<u8> {
    [&[0x48, 0xb8][..], &value.to_le_bytes()].concat()
}
