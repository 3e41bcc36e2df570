//! A second process like the first, or a second thread: fork(2), vfork(2), clone(2).
//!
//! Memory is copied at the first write to each page. A child that shares its parent's memory instead (vfork) gives it back when
//! it runs another program or ends; `wait_for_memory` is what the parent does meanwhile.

use super::process::{Inheritance, Process};
use super::program::{Executable, Program};
use super::table::{self, OwnPid};
use super::thread::{Running, Thread};
use crate::memory::AddressSpace;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use machine::profile;
use machine::user::UserContext;

/// How a child differs from a plain copy.
#[derive(Clone, Copy, Default)]
pub struct Fork {
    /// It runs in its parent's memory.
    pub shares_memory: bool,
    /// Its parent waits until it does not any more.
    pub parent_waits: bool,
    /// It has its parent's table of descriptors.
    pub shares_files: bool,
    /// It has its parent's root, working directory and umask.
    pub shares_viewpoint: bool,
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
        file_ids: parent.file_ids(),
        actions,
        credentials: parent.credentials(),
        limits: parent.limits(),
        watch: parent.watch.copy(),
        membership: parent.membership(),
    };
    let space = program.space.clone();
    let child = Process::new(program, running.thread.name(), inheritance)?;
    // A sibling's end is told as the parent's own.
    child.set_end_signal(if fork.is_sibling { parent.end_signal() } else { fork.end_signal });
    child.dumpable.store(parent.dumpable.load(Ordering::Relaxed), Ordering::Relaxed);
    child.kill_adjustment.store(parent.kill_adjustment.load(Ordering::Relaxed), Ordering::Relaxed);
    child.set_personality(parent.personality());
    child.borrows_memory.store(fork.shares_memory, Ordering::Relaxed);
    if fork.shares_viewpoint {
        running.belongings.viewpoint.span_processes();
    }
    let new = child_thread(ctx, running, &child, child.own_pid().clone(), space, fork)?;
    let family = if fork.is_sibling { table::parent_of(parent.pid()) } else { parent.pid() };
    table::enter(child, Some(family));
    Ok(new)
}

/// Makes another thread of the process, as `fork` makes a child; memory and signal actions are shared.
pub fn add_thread(ctx: &TaskContext, running: &mut Running, fork: &Fork) -> Result<Running> {
    let process = running.thread.process.clone();
    check_count(&process)?;
    let id = Arc::new(OwnPid::new()?);
    child_thread(ctx, running, &process, id, running.space.clone(), fork)
}

/// Whether its user may have one more thread: `EAGAIN`.
fn check_count(parent: &Process) -> Result<()> {
    let own = parent.credentials();
    let free = own.user.real == 0 || own.may(linux::CAP_SYS_RESOURCE) || own.may(linux::CAP_SYS_ADMIN);
    let most = parent.soft_limit(linux::RLIMIT_NPROC);
    if free || (table::count_of_user(own.user.real) as u64) < most { Ok(()) } else { Err(Errno::EAGAIN) }
}

/// Waits until a child has given the memory back that it runs in, or the caller itself must end.
pub fn wait_for_memory(ctx: &TaskContext, parent: &Thread, child: &Process) {
    let must_end = || parent.end_due().is_some() || parent.process.is_dying();
    let over = || !child.borrows_memory.load(Ordering::Acquire) || must_end();
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

/// The thread, in a process that may be new, and what it begins with.
fn child_thread(
    ctx: &TaskContext,
    running: &mut Running,
    process: &Arc<Process>,
    id: Arc<OwnPid>,
    space: Arc<AddressSpace>,
    fork: &Fork,
) -> Result<Running> {
    let user = child_registers(running, fork)?;
    let belongings = running.belongings.for_another(process, fork.shares_files, fork.shares_viewpoint)?;
    let old = &running.thread;
    let (blocked, stack) = {
        let signals = old.signals.lock();
        (signals.blocked, signals.stack)
    };
    let thread = Thread::new(process, id, old.name(), &belongings, blocked).inspect_err(|_| {
        belongings.files.let_go();
    })?;
    let slack = old.timer_slack.load(Ordering::Relaxed);
    thread.timer_slack.store(slack, Ordering::Relaxed);
    thread.first_timer_slack.store(slack, Ordering::Relaxed);
    thread.set_rules(old.rules().of_child());
    // A stack in memory that is shared cannot serve two, unless one waits for the other.
    if !fork.shares_memory || fork.parent_waits {
        thread.signals.lock().stack = stack;
    }
    thread.clear_at_end.store(fork.clear_at_end.unwrap_or(0), Ordering::Relaxed);
    if let Some(place) = fork.tell_child {
        // As on Linux, a bad address is not told.
        let _ = space.write(ctx, place, &thread.id().0.to_le_bytes());
    }
    Ok(Running::new(thread, user, space, belongings))
}

fn child_registers(running: &mut Running, fork: &Fork) -> Result<UserContext> {
    let mut user = running.user.try_clone()?;
    user.registers_mut().rax = 0;
    if let Some(stack) = fork.stack {
        user.registers_mut().rsp = stack;
    }
    if let Some(base) = fork.tls {
        user.set_fs_base(base);
    }
    Ok(user)
}
