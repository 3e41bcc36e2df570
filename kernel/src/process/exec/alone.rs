//! What a thread shares and must not share any more when it runs another program: execve(2), "Effect on process attributes".

use crate::process::thread::Running;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use logic::wait_status::WaitStatus;

/// Ends all other threads of the process, waits until they are gone, and takes the first one's number. `EINTR` if the process ends, or
/// if another thread wants to be alone.
pub(super) fn remain(ctx: &TaskContext, running: &Running) -> Result<()> {
    let thread = &running.thread;
    let process = &thread.process;
    let mut life = process.life.lock();
    if life.ending.is_some() || life.sole.is_some() {
        return Err(Errno::EINTR);
    }
    life.sole = Some(thread.clone());
    life.stopped = false;
    drop(life);
    process.notify_threads(|other| !core::ptr::eq(other, &**thread));
    process.resumed.wake_all();
    process.fewer_threads.wait_until(ctx, || process.life.lock().threads.len() == 1);
    let mut life = process.life.lock();
    let sole = life.sole.take();
    let over = life.ending.is_some();
    drop(life);
    drop(sole);
    if over {
        return Err(Errno::EINTR);
    }
    if !thread.leads() {
        thread.take_lead();
    }
    Ok(())
}

/// Takes a copy of what other processes have too. The process, which is not what it was, is killed if there is no memory for it.
pub(super) fn own_files(ctx: &TaskContext, running: &mut Running) -> Result<()> {
    running.own_files(ctx).inspect_err(|_| {
        running.thread.process.end(WaitStatus::Killed { signal: Signal::KILL, core: false });
    })
}
