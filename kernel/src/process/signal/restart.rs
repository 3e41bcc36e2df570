//! Whether a system call that a signal cut short begins again: signal(7), "Interruption of system calls and library functions by signal
//! handlers".

use crate::process::thread::Running;

/// The size of the instruction SYSCALL.
const SYSCALL_SIZE: u64 = 2;

/// A system call that a signal has cut short.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interrupted {
    /// Its number: what is in RAX when it begins again.
    pub number: u64,
    /// How it goes on.
    pub restarts: Restarts,
}

/// When a call that was cut short begins again by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Restarts {
    /// Again if no handler ran, or one with SA_RESTART.
    Usual,
    /// Again if no handler ran.
    Unhandled,
    /// Never again.
    Never,
    /// Again, whatever ran.
    Always,
}

/// Called before a handler is entered: the first one decides.
pub(super) fn before_handler(running: &mut Running, restarts: bool) {
    if let Some(call) = running.interrupted.take()
        && (restarts && call.restarts == Restarts::Usual || call.restarts == Restarts::Always)
    {
        again(running, call.number);
    }
}

/// Called when no handler was entered.
pub(super) fn without_handler(running: &mut Running) {
    if let Some(call) = running.interrupted.take()
        && call.restarts != Restarts::Never
    {
        again(running, call.number);
    }
}

fn again(running: &mut Running, number: u64) {
    running.restarted = true;
    let registers = running.user.registers_mut();
    registers.rax = number;
    registers.rip = registers.rip.wrapping_sub(SYSCALL_SIZE);
}
