//! The end of threads and processes: exit(2), exit_group(2), being killed, and giving way to a thread that runs another program.
//!
//! Ending is decided in one place (`Process::end`) and done in another: each thread leaves by itself, out of its own loop, and the
//! last one takes the process down.

use super::futex::{self, ANY, Word};
use super::process::Process;
use super::robust;
use super::session;
use super::shutdown;
use super::signal::{self, Detail, Info};
use super::table::{self, INIT, Passed};
use super::thread::{Running, Thread};
use crate::log::info;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::signal::Signal;
use logic::wait_status::WaitStatus;
use machine::fiber;
use spin::Once;

impl Process {
    /// Has the process end with a status, unless it is ending already. Its threads leave as soon as they look.
    pub fn end(&self, status: WaitStatus) {
        let mut life = self.life.lock();
        life.ending.get_or_insert(status);
        life.stopped = false;
        drop(life);
        self.notify_threads(|_| true);
        self.resumed.wake_all();
    }

    /// Makes those threads look at what is new that it concerns.
    pub(super) fn notify_threads(&self, concerns: impl Fn(&Thread) -> bool) {
        self.threads().filter(|thread| concerns(thread)).for_each(|thread| thread.notify());
    }

    /// Takes a thread out that ends with a status; how the process ends, if it was the last.
    fn lose_thread(&self, thread: &Arc<Thread>, status: WaitStatus) -> Option<WaitStatus> {
        let used = thread.used();
        let mut life = self.life.lock();
        life.threads.retain(|other| !Arc::ptr_eq(other, thread));
        self.outlive(used);
        if life.threads.is_empty() {
            return Some(*life.ending.get_or_insert(status));
        }
        drop(life);
        self.fewer_threads.wake_all();
        signal::pass_on(self);
        None
    }
}

/// Ends the calling thread: it never comes back to its program. The last thread of a process takes the process with it; `status`
/// is the process's then, unless that was decided before. Returns when nothing is left but the task itself.
pub fn leave(ctx: &TaskContext, running: Running, status: WaitStatus) {
    let Running { thread, user, space, belongings, .. } = running;
    drop(user);
    robust::let_go(ctx, &space, &thread);
    let address = thread.clear_at_end.load(Ordering::Relaxed);
    if address != 0 {
        // Whoever waits there finds the zero; a bad address is the program's own affair.
        let _ = space.write(ctx, address, &0u32.to_le_bytes());
        if let Ok(address) = UserAddr::new(address) {
            let _ = Word { space: &space, address, private: false }.wake(ctx, 1, ANY);
        }
    }
    thread.set_belongings(None);
    belongings.let_go(ctx);
    let process = thread.process.clone();
    let last = process.lose_thread(&thread, status);
    futex::holder_ended(thread.id());
    fiber::leave_space();
    drop(thread);
    drop(space);
    if let Some(status) = last {
        drop_everything(ctx, &process);
        end_process(ctx, process, status);
    }
}

/// What other layers do at a process's end, when its memory is gone already.
type Farewell = fn(&TaskContext, &Process);

static FAREWELLS: [Once<Farewell>; 4] = [const { Once::new() }; 4];

/// Has something done at each process's end. There is room for a few.
pub fn at_end(farewell: Farewell) {
    if let Some(free) = FAREWELLS.iter().find(|place| place.get().is_none()) {
        free.call_once(|| farewell);
    }
}

/// Frees what a process has, while there is still a task that may sleep over it.
fn drop_everything(ctx: &TaskContext, process: &Process) {
    process.drop_timers();
    drop(process.replace_program(None));
    process.give_memory_back();
    FAREWELLS.iter().filter_map(Once::get).for_each(|farewell| farewell(ctx, process));
}

/// Tells the family.
fn end_process(ctx: &TaskContext, process: Arc<Process>, status: WaitStatus) {
    let pid = process.pid();
    if pid == INIT {
        info!("process 1 {status}");
        shutdown::with_status(ctx, status);
    }
    session::leave(ctx, &process);
    let parent = loop {
        while let Some(passed) = table::pass_on_child(pid) {
            tell_orphan(&process, &passed);
        }
        if let Some(parent) = table::end(pid, status) {
            break parent;
        }
        ctx.yield_now();
    };
    process.is_over.store(true, Ordering::Release);
    process.over.wake_all();
    if let Some(parent) = parent {
        parent.child_has_news(&process, status);
    }
}

/// Tells a child, its new parent and its group what the end of its parent means to them.
fn tell_orphan(parent: &Process, Passed { child, heir, ended }: &Passed) {
    child.set_end_signal(Some(Signal::CHLD));
    if let Ok(signal) = Signal::new(child.parent_death_signal.load(Ordering::Relaxed).into()) {
        let detail = Detail::Sender { process: parent.pid().0, user: parent.credentials().user.real };
        signal::send_to_process(child, Info { signal, code: linux::SI_USER as i32, detail });
    }
    session::parent_left(parent, child);
    if let Some(status) = ended {
        heir.child_has_news(child, *status);
    }
}
