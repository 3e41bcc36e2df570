//! Vector and floating-point state: a program's own, whoever runs in between.

use super::{
    Outcome,
    check::{Failure, check},
    code::{ALIGNMENT, FLOATING_POINT, SYSCALL, end_of, exception},
    program::Program,
};
use crate::task::{self, TaskContext};
use alloc::{sync::Arc, vec::Vec};
use machine::{lock::SpinLock, user::Event, user_space::Access};

/// How many bytes of vector state the test's programs load and store: two x87 numbers, MXCSR, two vector registers.
const VECTORS: usize = 96;

/// Loads vector state from (%rsi), waits in `middle`, and stores it at (%rdi).
fn vector_code(middle: &[u8], avx: bool) -> Vec<u8> {
    let load_x87 = [0xdd, 0x06, 0xdd, 0x46, 0x08]; // fldl (%rsi); fldl 8(%rsi)
    let store_x87 = [0xdd, 0x5f, 0x08, 0xdd, 0x1f]; // fstpl 8(%rdi); fstpl (%rdi)
    let load_control = [0x0f, 0xae, 0x56, 0x10]; // ldmxcsr 16(%rsi)
    let store_control = [0x0f, 0xae, 0x5f, 0x10]; // stmxcsr 16(%rdi)
    let (load, store): (&[u8], &[u8]) = if avx {
        // vmovdqu 32(%rsi), %ymm0; vmovdqu 64(%rsi), %ymm15, and the other way round
        (
            &[0xc5, 0xfe, 0x6f, 0x46, 0x20, 0xc5, 0x7e, 0x6f, 0x7e, 0x40],
            &[0xc5, 0xfe, 0x7f, 0x47, 0x20, 0xc5, 0x7e, 0x7f, 0x7f, 0x40],
        )
    } else {
        // movdqu 32(%rsi), %xmm0; movdqu 64(%rsi), %xmm15, and the other way round
        (
            &[0xf3, 0x0f, 0x6f, 0x46, 0x20, 0xf3, 0x44, 0x0f, 0x6f, 0x7e, 0x40],
            &[0xf3, 0x0f, 0x7f, 0x47, 0x20, 0xf3, 0x44, 0x0f, 0x7f, 0x7f, 0x40],
        )
    };
    [&load_x87[..], &load_control, load, middle, store, &store_control, &store_x87, &SYSCALL].concat()
}

/// A program that has vector state of its own.
fn vector_program(seed: u64, middle: &[u8], avx: bool) -> Result<Program, Failure> {
    let mut program = Program::new(&vector_code(middle, avx))?;
    program.write(Program::DATA, &vectors(seed, avx))?;
    program.user.registers_mut().rsi = Program::DATA;
    program.user.registers_mut().rdi = Program::DATA + 128;
    Ok(program)
}

/// What such a program loads, and must store.
fn vectors(seed: u64, avx: bool) -> [u8; VECTORS] {
    let mut bytes = [0; VECTORS];
    bytes[..8].copy_from_slice(&(seed as f64 + 0.5).to_bits().to_le_bytes());
    bytes[8..16].copy_from_slice(&(seed as f64 * -3.0).to_bits().to_le_bytes());
    bytes[16..20].copy_from_slice(&(0x1f80 | (seed as u32 % 4) << 13).to_le_bytes()); // how to round
    for (index, byte) in bytes[32..].iter_mut().enumerate() {
        if avx || index % 32 < 16 {
            *byte = (seed * 7 + index as u64) as u8;
        }
    }
    bytes
}

/// Lets a vector program end, and checks what it has stored.
fn check_vectors(ctx: &TaskContext, program: &mut Program, seed: u64, avx: bool) -> Outcome {
    check!(program.run(ctx)?, ==, Event::Syscall);
    let expected = vectors(seed, avx);
    for (index, word) in expected.chunks_exact(8).enumerate() {
        let stored = program.word(Program::DATA + 128 + index as u64 * 8)?.to_le_bytes();
        check!((seed, index, stored.as_slice()), ==, (seed, index, word));
    }
    Ok(())
}

/// Whether programs can use AVX.
fn has_avx() -> logic::errno::Result<bool> {
    Ok(Program::new(&[])?.user.vector().parts() & 4 != 0)
}

/// Vector state is a program's own, when several take turns in one task, and when one is copied.
pub(super) fn vectors_are_kept(ctx: &TaskContext) -> Outcome {
    let avx = has_avx()?;
    let mut programs = Vec::new();
    for seed in 0..5 {
        let mut program = vector_program(seed, &SYSCALL, avx)?;
        check!(program.run(ctx)?, ==, Event::Syscall);
        programs.push(program);
    }
    let copied = programs[2].user.try_clone()?;
    let mut copy = Program { user: copied, space: programs[2].space.clone() };
    let fresh = vector_program(0, &[], avx)?; // its first act is not to load
    drop(fresh);
    for (seed, program) in programs.iter_mut().enumerate().rev() {
        check_vectors(ctx, program, seed as u64, avx)?;
    }
    copy.write(Program::DATA + 128, &[0; VECTORS])?;
    check_vectors(ctx, &mut copy, 2, avx)
}

/// A new program finds no vector state of another: all zero, rounding to the nearest.
pub(super) fn vectors_begin_empty(ctx: &TaskContext) -> Outcome {
    let avx = has_avx()?;
    let mut other = vector_program(3, &SYSCALL, avx)?;
    other.run(ctx)?;
    let code = vector_code(&[], avx);
    let stores = code.len() / 2 + usize::from(!avx) - 1; // behind the loads
    let mut program = vector_program(1, &[], avx)?;
    // Two zeros, so that there is something on the x87 stack to store: fldz; fldz
    program.map(
        Program::CODE,
        &[&[0xd9, 0xee, 0xd9, 0xee], &code[stores..]].concat(),
        Access::READ | Access::EXECUTE,
    )?;
    check!(program.run(ctx)?, ==, Event::Syscall);
    for index in 0..VECTORS as u64 / 8 {
        let expected = if index == 2 { 0x1f80 } else { 0 };
        check!((index, program.word(Program::DATA + 128 + index * 8)?), ==, (index, expected));
    }
    Ok(())
}

/// Vector state outlives preemption, between programs of several tasks that compute.
pub(super) fn vectors_outlive_preemption(ctx: &TaskContext) -> Outcome {
    let avx = has_avx()?;
    // mov $3000000, %ecx; 1: dec %ecx; jnz 1b
    let wait = [0xb9, 0xc0, 0xc6, 0x2d, 0, 0xff, 0xc9, 0x75, 0xfc];
    let wrong = Arc::new(SpinLock::new("what went wrong", Vec::new()));
    let mut tasks = Vec::new();
    for seed in 0..4 {
        let wrong = wrong.clone();
        tasks.push(task::spawn("vectors", move |ctx| {
            for round in 0..3 {
                let seed = seed + 10 * round;
                let outcome = vector_program(seed, &wait, avx)
                    .and_then(|mut program| check_vectors(ctx, &mut program, seed, avx));
                wrong.lock().extend(outcome.err());
            }
        })?);
    }
    tasks.iter().for_each(|task| task.join(ctx));
    wrong.lock().pop().map_or(Ok(()), Err)
}

/// Floating-point errors that a program has asked for come as exceptions; misaligned accesses too, if the CPU checks them.
pub(super) fn errors_asked_for(ctx: &TaskContext) -> Outcome {
    // movw $0x0340, (%rsi); fldcw (%rsi); fldz; fld1; fdiv %st(1); fwait; syscall
    let divide = [0x66, 0xc7, 0x06, 0x40, 0x03, 0xd9, 0x2e, 0xd9, 0xee, 0xd9, 0xe8, 0xd8, 0xf1, 0x9b, 0x0f, 0x05];
    check!(end_of(ctx, &divide)?.0, ==, exception(FLOATING_POINT, 0, 0));
    // pushfq; orl $0x40000, (%rsp); popfq; mov 1(%rsi), %eax; syscall
    let misaligned = [0x9c, 0x81, 0x0c, 0x24, 0, 0, 4, 0, 0x9d, 0x8b, 0x46, 1, 0x0f, 0x05];
    check!([Event::Syscall, exception(ALIGNMENT, 0, 0)].contains(&end_of(ctx, &misaligned)?.0));
    Ok(())
}
