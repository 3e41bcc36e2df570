//! Readiness: what poll(2) asks of a file, and waiting for any of many.

use super::open_file::OpenFile;
use crate::task::{Instant, Patience, Task, TaskContext, WaitQueue, Waiter, Wake};
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::list::Node;

bitflags! {
    /// What can be done with a file without waiting; the bits of poll(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Readiness: u32 {
        /// There is something to read, or the end.
        const IN = linux::POLLIN;
        /// There is something out of the ordinary to read.
        const PRI = linux::POLLPRI;
        /// There is room to write.
        const OUT = linux::POLLOUT;
        /// Something failed, or the reading end of a pipe is gone.
        const ERR = linux::POLLERR;
        /// The other side has hung up.
        const HUP = linux::POLLHUP;
        /// The other side will send nothing more.
        const RDHUP = linux::POLLRDHUP;
        /// As `IN`, by another name.
        const RDNORM = linux::POLLRDNORM;
        /// As `OUT`, by another name.
        const WRNORM = linux::POLLWRNORM;
        /// As `OUT` for what is out of the ordinary; sockets only.
        const WRBAND = linux::POLLWRBAND;
    }
}

impl Readiness {
    /// What ends the wait of one who wants to read.
    pub const READ: Readiness = Readiness::IN.union(Readiness::ERR).union(Readiness::HUP);
    /// What ends the wait of one who wants to write.
    pub const WRITE: Readiness = Readiness::OUT.union(Readiness::ERR).union(Readiness::HUP);
}

/// A file that somebody watches, and what for.
pub struct Watched {
    /// The file; `None` is passed over.
    pub file: Option<Arc<OpenFile>>,
    /// What it is watched for; `ERR` and `HUP` always count.
    pub wanted: Readiness,
    /// What there is of it.
    pub found: Readiness,
}

/// Waits until one of the files has something of what it is watched for, or the deadline comes; tells how many have. `EINTR` if a
/// signal comes before.
pub fn wait(ctx: &TaskContext, watched: &mut [Watched], deadline: Option<Instant>) -> Result<usize> {
    let count = look(watched);
    if count > 0 || deadline.is_some_and(|deadline| deadline <= machine::clock::now()) {
        return Ok(count);
    }
    let sleeper = Arc::new(Sleeper(ctx.task().clone()));
    let places = Places::join(watched, &sleeper)?;
    // Nobody wakes this queue: the sleeper signals the task itself, which then looks again.
    let nobody = WaitQueue::new();
    let found = nobody.wait(ctx, Patience { interruptible: true, deadline }, || {
        places.join_again();
        Some(look(watched)).filter(|&count| count > 0)
    });
    match found {
        Err(Errno::ETIMEDOUT) => Ok(0),
        found => found,
    }
}

/// Notes what there is of each, and counts those that have something.
fn look(watched: &mut [Watched]) -> usize {
    let mut count = 0;
    for Watched { file, wanted, found } in watched {
        let ready = file.as_ref().map_or(Readiness::empty(), |file| file.readiness());
        *found = ready & (*wanted | Readiness::ERR | Readiness::HUP);
        count += usize::from(!found.is_empty());
    }
    count
}

/// Signals the task that waits.
struct Sleeper(Arc<Task>);

impl Wake for Sleeper {
    fn wake(&self) {
        self.0.signal();
    }
}

/// The places that a wait has in the files' queues; they are left when this is dropped.
struct Places(Vec<(Arc<OpenFile>, Arc<Node<Waiter>>)>);

impl Places {
    fn join(watched: &[Watched], sleeper: &Arc<Sleeper>) -> Result<Places> {
        let mut places = Places(Vec::new());
        places.0.try_reserve_exact(watched.len()).map_err(|_| Errno::ENOMEM)?;
        let sleeper: Arc<dyn Wake> = sleeper.clone();
        for file in watched.iter().filter_map(|watched| watched.file.as_ref()) {
            if let Some(queue) = file.file().queue() {
                // A program says how many: so each place asks anew whether there is memory for small things.
                machine::heap::ensure_reserve()?;
                let waiter = Waiter::other(Arc::downgrade(&sleeper));
                queue.join(waiter.clone());
                places.0.push((file.clone(), waiter));
            }
        }
        Ok(places)
    }

    /// Goes back into the queues that have woken us.
    fn join_again(&self) {
        self.for_each(|queue, waiter| queue.stay(waiter));
    }

    fn for_each(&self, with: impl Fn(&WaitQueue, &Arc<Node<Waiter>>)) {
        for (file, waiter) in &self.0 {
            if let Some(queue) = file.file().queue() {
                with(queue, waiter);
            }
        }
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        self.for_each(|queue, waiter| {
            queue.leave(waiter);
        });
    }
}
