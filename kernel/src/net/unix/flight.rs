//! Files that are on their way from one process to another: `SCM_RIGHTS` of unix(7).
//!
//! A file that is in the inbox of a socket that is itself on its way, and so on in a circle, can be received by nobody. So all flights are
//! registered here, and `collect` looks for such circles. Whoever takes files out of a flight holds `LANDING`, and so does `collect`
//! while it looks. What nobody received is dropped one by one, and not by recursion: flights may be nested deeper than a stack.

use super::Unix;
use super::collect;
use crate::fs::OpenFile;
use crate::process::caller;
use crate::task::{Mutex, TaskContext};
use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// Files that were sent together.
pub(super) struct Flight {
    id: u64,
    /// Whose they count as.
    user: u32,
    count: usize,
    files: SpinLock<Vec<Arc<OpenFile>>>,
    /// The socket in whose inbox they are.
    holder: Weak<Unix>,
}

/// All flights.
struct Registry {
    flights: BTreeMap<u64, Weak<Flight>>,
    by_user: BTreeMap<u32, usize>,
    last: u64,
    /// What is to be dropped; it always has room for all flights.
    graves: Vec<Vec<Arc<OpenFile>>>,
    digging: bool,
}

static REGISTRY: SpinLock<Registry> = SpinLock::new(
    "files on their way",
    Registry { flights: BTreeMap::new(), by_user: BTreeMap::new(), last: 0, graves: Vec::new(), digging: false },
);

/// How many there are.
static FLIGHTS: AtomicUsize = AtomicUsize::new(0);

/// Held while files are taken out of a flight.
pub(super) static LANDING: Mutex<()> = Mutex::new("files in flight", ());

impl Flight {
    /// Sends files to a socket; `ETOOMANYREFS` if its user has too many on their way.
    pub(super) fn begin(ctx: &TaskContext, files: &mut Vec<Arc<OpenFile>>, holder: &Arc<Unix>) -> Result<Arc<Flight>> {
        let thread = caller(ctx).ok_or(Errno::ESRCH)?;
        let credentials = thread.process.credentials();
        let (user, count) = (credentials.user.real, files.len());
        let most = thread.process.soft_limit(linux::RLIMIT_NOFILE);
        let free = credentials.may(linux::CAP_SYS_RESOURCE) || credentials.may(linux::CAP_SYS_ADMIN);
        if !free && of_user(user) as u64 > most {
            // What nobody can receive any more does not count.
            collect::now(ctx)?;
            if of_user(user) as u64 > most {
                return Err(Errno::ETOOMANYREFS);
            }
        }
        let mut registry = REGISTRY.lock();
        let missing = registry.flights.len() + 1;
        registry.graves.try_reserve(missing).map_err(|_| Errno::ENOMEM)?;
        registry.last += 1;
        let files = SpinLock::new("files on their way", core::mem::take(files));
        let flight = Arc::new(Flight { id: registry.last, user, count, files, holder: Arc::downgrade(holder) });
        registry.flights.insert(flight.id, Arc::downgrade(&flight));
        *registry.by_user.entry(user).or_default() += count;
        FLIGHTS.fetch_add(1, Ordering::Relaxed);
        Ok(flight)
    }

    /// The files, which have arrived.
    pub(super) fn land(&self, ctx: &TaskContext) -> Vec<Arc<OpenFile>> {
        let landing = LANDING.lock(ctx);
        let files = core::mem::take(&mut *self.files.lock());
        drop(landing);
        files
    }

    /// The files, which stay on their way too; none if there is no memory.
    pub(super) fn look(&self, ctx: &TaskContext) -> Vec<Arc<OpenFile>> {
        let _landing = LANDING.lock(ctx);
        let mut copy = Vec::new();
        if copy.try_reserve_exact(self.count).is_ok() {
            copy.extend(self.files.lock().iter().cloned());
        }
        copy
    }

    /// Shows each of the files, which are kept from landing meanwhile.
    pub(super) fn for_each(&self, mut show: impl FnMut(&Arc<OpenFile>)) {
        self.files.lock().iter().for_each(&mut show);
    }

    /// The socket that they go to.
    pub(super) fn holder(&self) -> &Weak<Unix> {
        &self.holder
    }

    /// Drops the files: nobody can receive them.
    pub(super) fn crash(&self) {
        // In two steps: the files are let go of without the lock.
        let files = core::mem::take(&mut *self.files.lock());
        bury(files);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut registry = REGISTRY.lock();
        registry.flights.remove(&self.id);
        if let Some(count) = registry.by_user.get_mut(&self.user) {
            *count -= self.count;
            if *count == 0 {
                registry.by_user.remove(&self.user);
            }
        }
        drop(registry);
        FLIGHTS.fetch_sub(1, Ordering::Relaxed);
        self.crash();
    }
}

/// All flights there are.
pub(super) fn all() -> Result<Vec<Arc<Flight>>> {
    let mut all = Vec::new();
    let many = REGISTRY.lock().flights.len();
    all.try_reserve_exact(many).map_err(|_| Errno::ENOMEM)?;
    all.extend(REGISTRY.lock().flights.values().filter_map(Weak::upgrade).take(many));
    Ok(all)
}

/// Whether any is on its way.
pub(super) fn are_there() -> bool {
    FLIGHTS.load(Ordering::Relaxed) > 0
}

/// Has circles looked for, if there can be any: called when a socket is closed.
pub(super) fn look_for_cycles() {
    if are_there() {
        collect::soon();
    }
}

fn of_user(user: u32) -> usize {
    REGISTRY.lock().by_user.get(&user).copied().unwrap_or(0)
}

/// Drops files. What this makes others drop waits until this one is done.
fn bury(files: Vec<Arc<OpenFile>>) {
    if files.is_empty() {
        return;
    }
    let mut registry = REGISTRY.lock();
    registry.graves.push(files);
    if core::mem::replace(&mut registry.digging, true) {
        return;
    }
    while let Some(files) = registry.graves.pop() {
        drop(registry);
        drop(files);
        registry = REGISTRY.lock();
    }
    registry.digging = false;
}
