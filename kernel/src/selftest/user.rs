//! Running programs: both gates, all exceptions, interrupts, what a program's registers keep, and what a hostile one does
//! not get.

use super::{
    Outcome,
    check::{Failure, check, in_time},
    program::Program,
    tasks,
};
use crate::task::{self, TaskContext};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    time::Duration,
};
use logic::address::{PAGE_SIZE, USER_END};
use machine::{
    clock, cpu,
    lock::SpinLock,
    probe,
    user::{Event, Exception, Registers},
    user_space::Access,
};

const DIVIDE_ERROR: u8 = 0;
const DEBUG: u8 = 1;
const BREAKPOINT: u8 = 3;
const OVERFLOW: u8 = 4;
const INVALID_OPCODE: u8 = 6;
const STACK_FAULT: u8 = 12;
const GENERAL_PROTECTION: u8 = 13;
const PAGE_FAULT: u8 = 14;
const FLOATING_POINT: u8 = 16;
const ALIGNMENT: u8 = 17;

/// Bits of a page fault's error code.
const PRESENT: u32 = 1;
const WRITE: u32 = 2;
const USER: u32 = 4;
const FETCH: u32 = 16;

/// An address in the kernel's image, and one in neither half.
const KERNEL: u64 = 0xffff_ffff_8010_0000;
const NON_CANONICAL: u64 = 0x8000_0000_0000;

/// Flags.
const TRAP: u64 = 1 << 8;
const INTERRUPTS: u64 = 1 << 9;
const DIRECTION: u64 = 1 << 10;
const PRIVILEGE: u64 = 3 << 12;
const NESTED: u64 = 1 << 14;
const VIRTUAL_8086: u64 = 1 << 17;
const ALIGNMENT_CHECK: u64 = 1 << 18;
const IDENTIFICATION: u64 = 1 << 21;

const SYSCALL: [u8; 2] = [0x0f, 0x05];
const COR_GATE: [u8; 2] = [0xcd, 0x14];
/// 1: inc %rax; jmp 1b
const COUNT: [u8; 5] = [0x48, 0xff, 0xc0, 0xeb, 0xfb];

fn registers_of(r: &Registers) -> [u64; 15] {
    [r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15]
}

/// Gives every general register but RSP a value of its own.
fn fill(r: &mut Registers, seed: u64) {
    let value = |index: u64| (seed + index).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let all = [
        &mut r.rax, &mut r.rbx, &mut r.rcx, &mut r.rdx, &mut r.rsi, &mut r.rdi, &mut r.rbp, &mut r.r8, &mut r.r9,
        &mut r.r10, &mut r.r11, &mut r.r12, &mut r.r13, &mut r.r14, &mut r.r15,
    ];
    for (index, register) in all.into_iter().enumerate() {
        *register = value(index as u64);
    }
}

/// Both gates come back with the registers as they were, but for the two that SYSCALL itself takes; all go in by either way
/// back, SYSRET and IRETQ.
pub(super) fn gates(ctx: &TaskContext) -> Outcome {
    let code = [SYSCALL, SYSCALL, COR_GATE, COR_GATE, SYSCALL].concat();
    let expected = [Event::Syscall, Event::Syscall, Event::CorCall, Event::CorCall, Event::Syscall];
    let mut program = Program::new(&code)?;
    for change in [true, false] {
        program.user.registers_mut().rip = Program::CODE;
        fill(program.user.registers_mut(), 5);
        for (index, event) in expected.into_iter().enumerate() {
            if change {
                fill(program.user.registers_mut(), 100 * index as u64);
            }
            let before = *program.user.registers();
            check!(program.run(ctx)?, ==, event);
            let after = *program.user.registers();
            check!(after.rip, ==, Program::CODE + 2 * index as u64 + 2);
            check!(after.rsp, ==, before.rsp);
            let mut wanted = before;
            if event == Event::Syscall {
                (wanted.rcx, wanted.r11) = (after.rip, after.rflags);
            }
            check!(registers_of(&after), ==, registers_of(&wanted));
        }
    }
    Ok(())
}

/// What a piece of code ends with.
fn end_of(ctx: &TaskContext, code: &[u8]) -> Result<(Event, Registers), Failure> {
    let mut program = Program::new(code)?;
    program.user.registers_mut().rsi = Program::DATA;
    let event = program.run(ctx)?;
    Ok((event, *program.user.registers()))
}

fn exception(vector: u8, error: u32, address: u64) -> Event {
    Event::Exception(Exception { vector, error, address })
}

/// A RAX-loading instruction: mov $value, %rax.
fn load_rax(value: u64) -> Vec<u8> {
    [&[0x48, 0xb8][..], &value.to_le_bytes()].concat()
}

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

/// Whatever the stack pointer is, both gates and the clock's interrupt work, and it comes back as it was.
pub(super) fn any_stack_pointer(ctx: &TaskContext) -> Outcome {
    for pointer in [0, 1, KERNEL, NON_CANONICAL, u64::MAX, probe::stack_pointer(), Program::STACK + 3] {
        for (gate, event) in
            [(SYSCALL, Event::Syscall), (COR_GATE, Event::CorCall), ([0xcc, 0x90], exception(BREAKPOINT, 0, 0))]
        {
            let mut program = Program::new(&gate)?;
            program.user.registers_mut().rsp = pointer;
            check!(program.run(ctx)?, ==, event);
            check!(program.user.registers().rsp, ==, pointer);
        }
        let mut program = Program::new(&[0xeb, 0xfe])?;
        program.user.registers_mut().rsp = pointer;
        let alarm = task::at(clock::now() + Duration::from_micros(100), Arc::downgrade(&Arc::new(Nothing)))?;
        check!(program.user.run(&program.space), ==, Event::Interrupt);
        check!(program.user.registers().rsp, ==, pointer);
        drop(alarm);
    }
    Ok(())
}

/// What does nothing when it is woken.
struct Nothing;

impl task::Wake for Nothing {
    fn wake(&self) {}
}

/// A program that never ends is left when the clock interrupts, and goes on later where it was.
pub(super) fn endless_loop(ctx: &TaskContext) -> Outcome {
    let mut program = Program::new(&COUNT)?;
    fill(program.user.registers_mut(), 9);
    program.user.registers_mut().rax = 0;
    let before = registers_of(program.user.registers());
    let mut counted = 0;
    for _ in 0..20 {
        let alarm = task::at(clock::now() + Duration::from_micros(500), Arc::downgrade(&Arc::new(Nothing)))?;
        check!(program.user.run(&program.space), ==, Event::Interrupt);
        drop(alarm);
        let after = registers_of(program.user.registers());
        check!(after[0], >=, counted);
        counted = after[0];
        check!(after[1..], ==, before[1..]);
        check!([Program::CODE, Program::CODE + 3].contains(&program.user.registers().rip));
        ctx.yield_now();
    }
    check!(counted, >, 1000);
    Ok(())
}

/// Who is nicer has less of the CPU, in programs.
pub(super) fn nice(ctx: &TaskContext) -> Outcome {
    in_time(|| {
        let stop = Arc::new(AtomicBool::new(false));
        let (mut running, mut counts) = (Vec::new(), Vec::new());
        for nice in [0, 10] {
            let (stop, count) = (stop.clone(), Arc::new(AtomicU64::new(0)));
            counts.push(count.clone());
            let mut program = Program::new(&COUNT)?;
            running.push(task::spawn("counter", move |ctx| {
                ctx.task().set_nice(nice);
                while !stop.load(SeqCst) && program.user.run(&program.space) == Event::Interrupt {
                    count.store(program.user.registers().rax, SeqCst);
                    ctx.make_way();
                }
            })?);
        }
        ctx.sleep_until(clock::now() + Duration::from_millis(500), false);
        stop.store(true, SeqCst);
        running.iter().for_each(|task| task.join(ctx));
        let [normal, nicer] = [0, 1].map(|index: usize| counts[index].load(SeqCst));
        Ok(nicer > 0 && tasks::is_larger_share(normal, nicer))
    })
}

/// Flags that a program sets are its own: the kernel runs without them, and they are back when it goes on. Those that it may
/// not set it does not get, whoever asks.
pub(super) fn flags(ctx: &TaskContext) -> Outcome {
    let own = DIRECTION | ALIGNMENT_CHECK | IDENTIFICATION | 0xd5;
    for gate in [SYSCALL, COR_GATE] {
        // push %rdi; popfq; the gate; pushfq; pop %rax; the gate
        let code = [&[0x57, 0x9d][..], &gate, &[0x9c, 0x58], &gate].concat();
        let mut program = Program::new(&code)?;
        program.user.registers_mut().rdi = own | PRIVILEGE | NESTED;
        program.run(ctx)?;
        let in_kernel = probe::flags();
        check!(in_kernel & (DIRECTION | NESTED | TRAP), ==, 0);
        check!(!cpu::features().smap || in_kernel & ALIGNMENT_CHECK == 0);
        check!(program.user.registers().rflags & own, ==, own);
        program.user.registers_mut().rflags |= PRIVILEGE | VIRTUAL_8086;
        program.user.registers_mut().rflags &= !INTERRUPTS;
        program.run(ctx)?;
        let seen = program.user.registers().rax;
        check!(seen & own, ==, own);
        check!(seen & (PRIVILEGE | VIRTUAL_8086), ==, 0);
        check!(seen & INTERRUPTS, ==, INTERRUPTS);
    }
    Ok(())
}

/// The trap flag stops a program behind each instruction, and never the kernel.
pub(super) fn single_steps(ctx: &TaskContext) -> Outcome {
    for (gate, event) in [(SYSCALL, Event::Syscall), (COR_GATE, Event::CorCall)] {
        let mut program = Program::new(&[&[0x90, 0x90][..], &gate, &[0x90, 0x90, 0x90]].concat())?;
        program.user.registers_mut().rflags |= TRAP;
        for rip in [1, 2] {
            check!(program.run(ctx)?, ==, exception(DEBUG, 0, 0));
            check!(program.user.registers().rip, ==, Program::CODE + rip);
        }
        check!(program.run(ctx)?, ==, event);
        check!(probe::flags() & TRAP, ==, 0);
        check!(program.user.registers().rip, ==, Program::CODE + 4);
        check!(program.run(ctx)?, ==, exception(DEBUG, 0, 0));
        check!(program.user.registers().rip, ==, Program::CODE + 5);
        program.user.registers_mut().rflags &= !TRAP;
        program.user.registers_mut().rip = Program::CODE + 2;
        check!(program.run(ctx)?, ==, event);
    }
    Ok(())
}

/// Thread-local storage: the bases of FS and GS are the program's own, through both gates and interrupts.
pub(super) fn segment_bases(ctx: &TaskContext) -> Outcome {
    // mov %fs:0, %rax; mov %gs:8, %rbx; the gate
    let code = |gate: [u8; 2]| {
        let fs = [0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0];
        let gs = [0x65, 0x48, 0x8b, 0x1c, 0x25, 8, 0, 0, 0];
        [&fs[..], &gs, &gate].concat()
    };
    let mut programs = Vec::new();
    for index in 0..3u64 {
        let mut program = Program::new(&code(if index == 1 { COR_GATE } else { SYSCALL }))?;
        program.write(Program::DATA, &(1000 + index).to_le_bytes())?;
        program.write(Program::DATA + 8 + 64, &(2000 + index).to_le_bytes())?;
        program.user.set_fs_base(logic::address::UserAddr::new(Program::DATA)?);
        program.user.set_gs_base(logic::address::UserAddr::new(Program::DATA + 64)?);
        programs.push(program);
    }
    for round in 0..3 {
        for (index, program) in programs.iter_mut().enumerate() {
            program.user.registers_mut().rip = Program::CODE;
            program.run(ctx)?;
            let registers = program.user.registers();
            check!((round, registers.rax, registers.rbx), ==, (round, 1000 + index as u64, 2000 + index as u64));
        }
    }
    programs[0].user.set_fs_base(logic::address::UserAddr::new(Program::DATA + 64 + 8)?);
    programs[0].user.registers_mut().rip = Program::CODE;
    programs[0].run(ctx)?;
    check!(programs[0].user.registers().rax, ==, 2000);
    check!(programs[0].user.fs_base(), ==, Program::DATA + 64 + 8);
    Ok(())
}

/// A gate as the last instruction of the programs' half returns to an address that is not theirs: that is the program's
/// exception, and not the kernel's.
pub(super) fn the_last_instruction(ctx: &TaskContext) -> Outcome {
    for (gate, event) in [(SYSCALL, Event::Syscall), (COR_GATE, Event::CorCall)] {
        let mut program = Program::new(&[])?;
        let page = USER_END - PAGE_SIZE as u64;
        let mut content = [0x90; PAGE_SIZE];
        content[PAGE_SIZE - 2..].copy_from_slice(&gate);
        program.map(page, &content, Access::READ | Access::EXECUTE)?;
        program.user.registers_mut().rip = USER_END - 2;
        check!(program.run(ctx)?, ==, event);
        check!(program.user.registers().rip, ==, USER_END);
        check!(program.run(ctx)?, ==, exception(GENERAL_PROTECTION, 0, 0));
        for bad in [USER_END, NON_CANONICAL, KERNEL, u64::MAX] {
            let registers = program.user.registers_mut();
            (registers.rip, registers.rcx, registers.r11) = (bad, bad, registers.rflags);
            check!(program.run(ctx)?, ==, exception(GENERAL_PROTECTION, 0, 0));
        }
    }
    Ok(())
}

/// There is no local descriptor table, not even the one that a CPU is born with, at address 0.
pub(super) fn no_local_descriptors(ctx: &TaskContext) -> Outcome {
    let mut program = Program::new(&[0x66, 0xb8, 7, 0, 0x8e, 0xd8, 0x0f, 0x05])?; // mov $7, %ax; mov %ax, %ds; syscall
    const DATA_FOR_PROGRAMS: u64 = 0x00cf_f300_0000_ffff;
    program.map(0, &DATA_FOR_PROGRAMS.to_le_bytes(), Access::READ | Access::WRITE)?;
    check!(program.run(ctx)?, ==, exception(GENERAL_PROTECTION, 4, 0));
    Ok(())
}

/// Where the kernel's tables are is no program's business, where the CPU can forbid to ask.
pub(super) fn no_look_at_tables(ctx: &TaskContext) -> Outcome {
    let asking: [&[u8]; 5] =
        [&[0x0f, 0x01, 0x06], &[0x0f, 0x01, 0x0e], &[0x0f, 0x00, 0xc0], &[0x0f, 0x00, 0xc8], &[0x0f, 0x01, 0xe0]];
    for code in asking {
        let (event, _) = end_of(ctx, &[code, &SYSCALL].concat())?; // sgdt, sidt, sldt, str, smsw
        let expected = if cpu::features().umip { exception(GENERAL_PROTECTION, 0, 0) } else { Event::Syscall };
        check!((code, event), ==, (code, expected));
    }
    Ok(())
}

/// SYSENTER leads nowhere.
pub(super) fn no_sysenter(ctx: &TaskContext) -> Outcome {
    let (event, _) = end_of(ctx, &[0x0f, 0x34])?;
    check!([exception(GENERAL_PROTECTION, 0, 0), exception(INVALID_OPCODE, 0, 0)].contains(&event));
    Ok(())
}

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
