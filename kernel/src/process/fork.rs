//! A second process like the first: fork(2), vfork(2), and clone(2) as far as it makes processes.
//!
//! Memory is copied at the first write to each page. A child that shares its parent's memory instead (vfork) gives it back when
//! it runs another program or ends; `wait_for_memory` is what the parent does meanwhile.

use super::process::{Inheritance, Process};
use super::program::{Executable, Program};
use super::table;
use super::thread::{AlternateStack, Running, Thread};
use crate::fs::descriptors::Descriptors;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use machine::profile;

/// How a child differs from a plain copy.
#[derive(Clone, Copy, Default)]
pub struct Fork {
    /// It runs in its parent's memory.
    pub shares_memory: bool,
    /// It has its parent's table of descriptors.
    pub shares_files: bool,
    /// It has its parent's signal actions.
    pub shares_actions: bool,
    /// All actions are defaults, but what is ignored stays so.
    pub clears_actions: bool,
    /// Its parent is its parent's parent.
    pub is_sibling: bool,
    /// What its parent gets when it ends.
    pub end_signal: Option<Signal>,
    /// Its stack pointer, if it is another.
    pub stack: Option<u64>,
    /// The base of its thread-local storage, if that is another.
    pub tls: Option<UserAddr>,
    /// Where its number is written in its own memory.
    pub tell_child: Option<u64>,
    /// Where zero is written there at its end.
    pub clear_at_end: Option<u64>,
}

/// Makes a child that goes on where its parent is, with 0 as the call's result. It is ready to be started, or to be given to `abandon`.
/// `EAGAIN` without a number, `ENOMEM`.
pub fn fork(ctx: &TaskContext, running: &mut Running, fork: &Fork) -> Result<Running> {
    let parent = running.thread.process.clone();
    check_count(&parent)?;
    let program = if fork.shares_memory { parent.program()? } else { copy_program(ctx, &parent)? };
    let actions = if fork.shares_actions { parent.actions.clone() } else { Arc::new(parent.actions.copy()?) };
    if fork.clears_actions {
        actions.reset();
    }
    let inheritance = Inheritance {
        files: if fork.shares_files { parent.files.clone() } else { Arc::new(Descriptors::copy(&parent.files)?) },
        lookup: parent.lookup()?,
        actions,
        credentials: parent.credentials(),
        limits: parent.limits(),
        traced: parent.traced.load(Ordering::Relaxed),
        membership: parent.membership(),
    };
    let mut user = running.user.try_clone()?;
    user.registers_mut().rax = 0;
    if let Some(stack) = fork.stack {
        user.registers_mut().rsp = stack;
    }
    if let Some(base) = fork.tls {
        user.set_fs_base(base);
    }
    let space = program.space.clone();
    let child = Process::new(program, parent.name(), inheritance)?;
    // A sibling's end is told as the parent's own.
    child.set_end_signal(if fork.is_sibling { parent.end_signal() } else { fork.end_signal });
    child.dumpable.store(parent.dumpable.load(Ordering::Relaxed), Ordering::Relaxed);
    child.kill_adjustment.store(parent.kill_adjustment.load(Ordering::Relaxed), Ordering::Relaxed);
    child.set_personality(parent.personality());
    child.borrows_memory.store(fork.shares_memory, Ordering::Relaxed);
    let thread = child_thread(running, &child, fork)?;
    if let Some(place) = fork.tell_child {
        // As on Linux, a bad address is not told.
        let _ = space.write(ctx, place, &thread.id().0.to_le_bytes());
    }
    let family = if fork.is_sibling { table::parent_of(parent.pid()) } else { parent.pid() };
    table::enter(child, Some(family));
    Ok(Running::new(thread, user, space))
}

/// Whether its user may have one more process: `EAGAIN`.
fn check_count(parent: &Process) -> Result<()> {
    let own = parent.credentials();
    let free = own.user.real == 0 || own.may(linux::CAP_SYS_RESOURCE) || own.may(linux::CAP_SYS_ADMIN);
    let most = parent.limits().soft(linux::RLIMIT_NPROC);
    if free || (table::count_of_user(own.user.real) as u64) < most { Ok(()) } else { Err(Errno::EAGAIN) }
}

/// Waits until a child has given the memory back that it runs in, or the caller's own process is to end.
pub fn wait_for_memory(ctx: &TaskContext, parent: &Process, child: &Process) {
    let over = || !child.borrows_memory.load(Ordering::Acquire) || parent.is_dying();
    child.memory_returned.wait_until(ctx, over);
}

impl Process {
    /// Says that it does not run in its parent's memory any more.
    pub(super) fn give_memory_back(&self) {
        if self.borrows_memory.swap(false, Ordering::AcqRel) {
            self.memory_returned.wake_all();
        }
    }
}

fn copy_program(ctx: &TaskContext, parent: &Process) -> Result<Arc<Program>> {
    let old = parent.program()?;
    let space = old.space.fork(ctx)?;
    profile::copy(space.machine(), old.space.machine());
    Ok(Arc::new(Program {
        file: Executable::new(old.file.path().clone())?,
        space,
        arguments: old.arguments.clone(),
        environment: old.environment.clone(),
        auxiliary: old.auxiliary,
    }))
}

fn child_thread(running: &Running, child: &Arc<Process>, fork: &Fork) -> Result<Arc<Thread>> {
    let (blocked, stack) = {
        let signals = running.thread.signals.lock();
        (signals.blocked, signals.stack)
    };
    let thread = Thread::new(child, blocked)?;
    let slack = running.thread.timer_slack.load(Ordering::Relaxed);
    thread.timer_slack.store(slack, Ordering::Relaxed);
    thread.first_timer_slack.store(slack, Ordering::Relaxed);
    thread.set_rules(running.thread.rules().of_child());
    // A stack in memory that is shared cannot serve two.
    thread.signals.lock().stack =
        if fork.shares_memory && fork.stack.is_some() { AlternateStack::default() } else { stack };
    thread.clear_at_end.store(fork.clear_at_end.unwrap_or(0), Ordering::Relaxed);
    Ok(thread)
}
