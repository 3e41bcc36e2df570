//! The loop that a thread's task runs: the program goes on until it wants something, and that is done.

use super::caller::Caller;
use super::restart::restarts;
use super::table::{COR, LINUX, Table};
use super::trace;
use crate::fs::lookup::Lookup;
use crate::memory::Fault;
use crate::process::hog;
use crate::process::signal::{self, Attended, Interrupted, Restarts};
use crate::process::{self, Pid, Request, Running};
use crate::task::{self, TaskContext};
use core::sync::atomic::Ordering;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::wait_status::WaitStatus;
use machine::heap;
use machine::inject::{self, Plan};
use machine::user::{Event, Exception};
use machine::user_space::Access;

/// Starts a thread that is ready to run; `ENOMEM` if there is no memory for its task, and then it is as if it had never been.
pub fn start(ctx: &TaskContext, running: Running) -> Result<Pid> {
    let thread = running.thread.clone();
    let (pid, name) = (thread.id(), thread.name());
    // The task takes the thread from here, so that it can be taken back if there is no task.
    let place = alloc::sync::Arc::new(machine::lock::SpinLock::new("thread to start", Some(running)));
    let taken = place.clone();
    let started = task::spawn(core::str::from_utf8(name.bytes()).unwrap_or("?"), move |ctx| {
        let running = taken.lock().take();
        if let Some(running) = running {
            run(ctx, running);
        }
    });
    match started {
        // So that others find it there, also if it is not its turn yet.
        Ok(task) => thread.begin(&task),
        Err(error) => {
            let running = place.lock().take();
            if let Some(running) = running {
                process::abandon(ctx, running);
            }
            return Err(error);
        }
    }
    Ok(pid)
}

/// Starts the first process, which looks for its files as `lookup` says; `traced`: its calls are told in the log, and its children's;
/// `plan`: what is to fail in them.
pub fn start_first(
    ctx: &TaskContext,
    lookup: Lookup,
    request: &Request<'_>,
    traced: bool,
    plan: Option<Plan>,
) -> Result<Pid> {
    let running = process::start_first(ctx, lookup, request)?;
    running.thread.process.watch.set_traced(traced);
    running.thread.process.watch.set_plan(plan);
    start(ctx, running)
}

/// Runs a thread to its end.
fn run(ctx: &TaskContext, mut running: Running) {
    running.thread.begin(ctx.task());
    let status = loop {
        match running.user.run(running.space.machine()) {
            Event::Syscall => call(ctx, &mut running, &LINUX),
            Event::CorCall => call(ctx, &mut running, &COR),
            Event::Exception(exception) => except(ctx, &mut running, exception),
            Event::Interrupt => ctx.make_way(),
        }
        if running.thread.needs_attention()
            && let Attended::End(status) = signal::attend(ctx, &mut running)
        {
            break status;
        }
    };
    process::leave(ctx, running, status);
}

/// Does a call: number and result in RAX, arguments in RDI, RSI, RDX, R10, R8 and R9. Part of the loop, once for each table: so the
/// table is a constant, and a call of a program is one call less for the kernel.
#[inline(always)]
fn call(ctx: &TaskContext, running: &mut Running, table: &Table) {
    running.begin_call();
    let registers = running.user.registers();
    // Linux looks at the lower half only.
    let number = u64::from(registers.rax as u32);
    let arguments = [registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9];
    let reserve = if heap::has_reserve() { Ok(()) } else { hog::wait_for_reserve(ctx, &running.thread.process) };
    let mut caller = Caller { ctx, running: &mut *running };
    let result = reserve.and_then(|()| match caller.process().watch.is_any() {
        true => call_watched(&mut caller, table, number, &arguments),
        false => table.call(&mut caller, number, &arguments),
    });
    if result == Err(Errno::EINTR) {
        let linux = core::ptr::eq(table, &LINUX);
        let by_number = if linux { restarts(number, &arguments) } else { Restarts::Usual };
        let restarts = running.restarts.take().unwrap_or(by_number);
        running.interrupted = Some(Interrupted { number, restarts });
    }
    running.user.registers_mut().rax = result.unwrap_or_else(Errno::to_return_value);
}

/// Does a call and tells of it in the log, or has something in it fail.
#[cold]
fn call_watched(caller: &mut Caller, table: &Table, number: u64, arguments: &[u64; 6]) -> Result<u64> {
    let process = caller.process().clone();
    let name = table.name(number);
    let line = process.watch.is_traced().then(|| trace::Line::begin(caller, name, arguments));
    let failure = process.watch.failure();
    if let Some(failure) = &failure {
        inject::arm(failure.plan.clone());
    }
    let result = table.call(caller, number, arguments);
    if let Some(failure) = failure
        && inject::disarm()
    {
        failure.note(name, result.err());
    }
    if let Some(line) = line {
        line.end(caller, &result);
    }
    result
}

/// Serves a page fault, or sends the program the signal for what it did.
fn except(ctx: &TaskContext, running: &mut Running, exception: Exception) {
    running.interrupted = None;
    let info = if exception.vector == Exception::PAGE_FAULT {
        match serve(ctx, running, exception) {
            Ok(()) => return,
            // The instruction is tried again.
            Err(Fault::NoMemory) if hog::make_room(ctx, &running.thread.process) => return,
            Err(fault) => signal::signal_of_fault(fault, exception.address),
        }
    } else {
        let rip = running.user.registers().rip;
        signal::signal_of(exception, rip, running.user.vector().bytes())
    };
    running.exception = Some(exception);
    signal::force(&running.thread, info);
}

fn serve(ctx: &TaskContext, running: &Running, exception: Exception) -> core::result::Result<(), Fault> {
    let address = UserAddr::new(exception.address).map_err(|_| Fault::Unmapped)?;
    heap::ensure_reserve()?;
    let wanted = match exception {
        _ if exception.was_fetch() => Access::EXECUTE,
        _ if exception.was_write() => Access::WRITE,
        _ => Access::READ,
    };
    running.thread.faults.fetch_add(1, Ordering::Relaxed);
    running.space.fault(ctx, address, wanted)
}

/// What a thread that leaves by itself says of its process, if it is the last.
pub(super) fn exited(status: i32) -> WaitStatus {
    WaitStatus::Exited(status as u8)
}
