//! What the kernel may not do with its own memory and with programs', so that a mistake is a fault and not damage.

use super::{Outcome, check::check, program::Program};
use crate::task::TaskContext;
use alloc::boxed::Box;
use logic::address::PAGE_SIZE;
use machine::{cpu, probe};

const RET: u8 = 0xc3;

/// Text and constants cannot be written, by neither of their addresses; text alone can be executed.
pub(super) fn kernel_image(_: &TaskContext) -> Outcome {
    let (text, constants, data) = (probe::text(), probe::constants(), probe::data());
    check!(probe::can_read(text));
    check!(!probe::can_write(text));
    check!(!probe::can_write(probe::alias(text)));
    check!(probe::can_execute(text), ==, Some(true));
    check!(probe::can_execute(probe::alias(text)), ==, Some(false));
    check!(probe::can_read(constants));
    check!(!probe::can_write(constants));
    check!(!probe::can_write(probe::alias(constants)));
    check!(probe::can_read(probe::symbols()));
    check!(!probe::can_write(probe::symbols()));
    check!(!probe::can_write(probe::alias(probe::symbols())));
    check!(probe::can_write(data));
    check!(probe::can_write(probe::alias(data)));
    check!(probe::can_execute(data), ==, Some(false));
    check!(probe::can_execute(probe::alias(data)), ==, Some(false));
    Ok(())
}

/// Neither the heap nor a stack can be executed.
pub(super) fn no_code_in_data(_: &TaskContext) -> Outcome {
    let (on_heap, on_stack) = (Box::new(RET), core::hint::black_box([RET; 16]));
    check!(probe::can_execute(address_of(&on_heap)), ==, Some(false));
    check!(probe::can_execute(address_of(&on_stack[0])), ==, Some(false));
    Ok(())
}

/// Below a stack, and between stacks, nothing is mapped.
pub(super) fn guard_pages(_: &TaskContext) -> Outcome {
    let bottom = probe::stack_bottom(probe::stack_pointer());
    check!(probe::can_write(bottom));
    for page in 1..=2 {
        check!(!probe::can_read(bottom - page * PAGE_SIZE as u64));
    }
    for bottom in probe::other_stacks() {
        check!(probe::can_write(bottom));
        check!(!probe::can_read(bottom - 1));
    }
    Ok(())
}

/// The lower half is the programs': what the stub had mapped there is gone, and so is the first page.
pub(super) fn nothing_low(_: &TaskContext) -> Outcome {
    for address in [0, 8, 0x7c00, 0x10_0000, 0x10_1000, 0x20_0000, 0x4000_0000] {
        check!(!probe::can_read(address));
    }
    Ok(())
}

/// The kernel does not touch or execute a program's pages by mistake, where the CPU can forbid that.
pub(super) fn programs_pages(ctx: &TaskContext) -> Outcome {
    let mut program = Program::new(&[0x0f, 0x05, RET])?; // syscall; ret
    program.run(ctx)?; // from here on its space is loaded
    let features = cpu::features();
    let ret = Program::CODE + 2;
    check!(probe::can_read(ret), ==, !features.smap);
    check!(probe::can_write(Program::DATA), ==, !features.smap);
    check!(!probe::can_write(ret)); // it is read-only for programs, and so for the kernel
    check!(probe::can_execute(ret), ==, Some(!features.smep));
    check!(probe::can_execute(Program::DATA), ==, None);
    Ok(())
}

fn address_of(byte: &u8) -> u64 {
    core::ptr::from_ref(byte).addr() as u64
}
