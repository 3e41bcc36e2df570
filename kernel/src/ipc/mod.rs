//! Communication by number: System V's message queues, semaphores and shared memory; sysvipc(7). And by name: POSIX's message queues.
//!
//! [`table`] gives numbers and finds by key, [`owner`] says who may; [`shared_memory`], [`semaphores`] and [`messages`] are the three kinds.
//! [`show`] is what /proc tells of them. [`posix_queue`] stands for itself. Lock order: a kind's table, then an object's owner, then its state.

pub mod messages;
pub mod owner;
pub mod posix_queue;
mod queue;
pub mod semaphores;
pub mod shared_memory;
mod show;
pub mod table;

use crate::fs::time;
use crate::process;
use logic::errno::Result;
use logic::time::SECOND;

/// Registers what belongs to it elsewhere.
pub fn start() -> Result<()> {
    process::at_end(semaphores::undo_all);
    process::at_end(|ctx, _| shared_memory::sweep(ctx));
    show::register()
}

/// Seconds since 1970, as these objects note their times.
fn seconds() -> i64 {
    (time::now().to_nanoseconds().unwrap_or(0) / SECOND) as i64
}
