//! Running programs: both gates, interrupts, what a program's registers keep, and what a hostile one does not get.

use super::{
    Outcome,
    check::{check, in_time},
    code::{
        ALIGNMENT_CHECK, BREAKPOINT, COR_GATE, COUNT, DEBUG, DIRECTION, GENERAL_PROTECTION, IDENTIFICATION, INTERRUPTS,
        INVALID_OPCODE, KERNEL, NESTED, NON_CANONICAL, PRIVILEGE, SYSCALL, TRAP, VIRTUAL_8086, end_of, exception, fill,
        registers_of,
    },
    program::Program,
    switching,
};
use crate::task::{self, TaskContext};
use alloc::{sync::Arc, vec::Vec};
use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    time::Duration,
};
use logic::address::{PAGE_SIZE, USER_END};
use machine::{clock, cpu, probe, user::Event, user_space::Access};

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
        Ok(nicer > 0 && switching::is_larger_share(normal, nicer))
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
