//! What the kernel's basic operations cost: the boot argument `selftest=costs`.
//!
//! With `bin/run --icount` the time stamp counter counts instructions, and the numbers repeat; without, it counts time.

use super::{Failure, Outcome, check::check, program::Program};
use crate::task::{self, Mutex, TaskContext};
use alloc::boxed::Box;
use machine::{clock::tsc, frame::Frame, lock::SpinLock, user::Event};

const ROUNDS: u64 = 1000;

/// Measures, and tells the log.
pub(super) fn tell(ctx: &TaskContext) -> Outcome {
    let empty = per_round(|| ());
    let report = |name: &str, cost: u64| crate::log::info!("cost of {name}: {}", cost.saturating_sub(empty));
    let spin = SpinLock::new("measured", 0u64);
    report("a spin lock and its unlock", per_round(|| *spin.lock() += 1));
    let mutex = Mutex::new("cost", 0u64);
    report("a mutex and its unlock", per_round(|| *mutex.lock(ctx) += 1));
    report("a heap object of 64 bytes", per_round(|| drop(core::hint::black_box(Box::new([0u64; 8])))));
    report("a frame, not zeroed", per_round(|| drop(core::hint::black_box(Frame::new()))));
    report("a task switch", switch(ctx)?);
    report("the gate of SYSCALL, there and back", gate(ctx, &[0x0f, 0x05, 0xeb, 0xfc], Event::Syscall)?);
    report("the gate of INT 0x14, there and back", gate(ctx, &[0xcd, 0x14, 0xeb, 0xfc], Event::CorCall)?);
    Ok(())
}

fn per_round(mut work: impl FnMut()) -> u64 {
    work();
    let start = tsc();
    for _ in 0..ROUNDS {
        work();
    }
    (tsc() - start) / ROUNDS
}

/// Two tasks that give way to each other; half of what a round takes.
fn switch(ctx: &TaskContext) -> Result<u64, Failure> {
    let other = task::spawn("other", |ctx| {
        for _ in 0..ROUNDS + 1 {
            ctx.yield_now();
        }
    })?;
    let cost = per_round(|| ctx.yield_now()) / 2;
    other.join(ctx);
    Ok(cost)
}

/// A program that does nothing but go through a gate: `code` is that and a jump back to it.
fn gate(ctx: &TaskContext, code: &[u8], event: Event) -> Result<u64, Failure> {
    let mut program = Program::new(code)?;
    let mut wrong = 0;
    let cost = per_round(|| wrong += u64::from(!matches!(program.run(ctx), Ok(found) if found == event)));
    check!(wrong == 0);
    Ok(cost)
}
