//! Leases: a program that holds one is told before somebody else opens or cuts off its file, and may finish first; `F_SETLEASE` of
//! fcntl(2).
//!
//! They are kept with the inode's other locks. `open` and truncate(2) break them: whoever is in the way gets a signal, and they wait
//! until the lease is given up, or is taken away after a time.

use super::inode::Inode;
use super::locks::{self, RELEASED};
use super::notice::Event;
use super::open_file::OpenFile;
use super::proc::{Contents, Text};
use crate::task::{Instant, Patience, TaskContext};
use alloc::sync::{Arc, Weak};
use core::fmt::Write;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use logic::errno::{Errno, Result};
use machine::clock;

/// How many seconds a holder has.
static PATIENCE: AtomicU32 = AtomicU32::new(45);

/// That number as a file: /proc/sys/fs/lease-break-time.
pub(super) struct BreakTime;

/// A lease, or what is left of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lease {
    /// None.
    None,
    /// Nobody writes meanwhile.
    Read,
    /// Nobody else has the file open.
    Write,
}

/// A lease that somebody holds.
pub(super) struct Held {
    holder: Weak<OpenFile>,
    lease: Lease,
    /// What it is to become, and when it will whether or not the holder agrees.
    breaking: Option<(Lease, Instant)>,
}

impl OpenFile {
    /// The lease that it holds; while somebody breaks it, what it is to become.
    pub fn lease(self: &Arc<Self>) -> Lease {
        let leases = self.inode().state().locks.lock();
        let held = leases.as_ref().and_then(|locks| locks.leases.iter().find(|held| held.is_of(self)));
        held.map_or(Lease::None, |held| held.breaking.map_or(held.lease, |(target, _)| target))
    }

    /// Takes a lease, changes it or gives it up: `EAGAIN` if somebody has the file open in a way that does not go with it, or if there
    /// is none to give up.
    pub fn set_lease(self: &Arc<Self>, lease: Lease) -> Result<()> {
        let held = self.lease();
        match lease {
            Lease::None if held == Lease::None && !self.has_lease() => return Err(Errno::EAGAIN),
            Lease::Read if self.inode().state().is_written() => return Err(Errno::EAGAIN),
            Lease::Write if !self.is_alone() => return Err(Errno::EAGAIN),
            _ => {}
        }
        let state = self.inode().state();
        locks::with_locks(&**self.inode(), |locks| {
            locks.leases.retain(|held| !held.is_of(self) && held.holder.strong_count() > 0);
            if lease != Lease::None {
                locks.leases.try_reserve(1).map_err(|_| Errno::ENOLCK)?;
                locks.leases.push(Held { holder: Arc::downgrade(self), lease, breaking: None });
            }
            state.leased.store(!locks.leases.is_empty(), Ordering::Release);
            Ok(())
        })?;
        RELEASED.wake_all();
        Ok(())
    }

    /// Gives up its lease, at its end.
    pub(super) fn drop_lease(&mut self) {
        let state = self.inode().state();
        if !state.leased.load(Ordering::Acquire) {
            return;
        }
        // Nobody has this file any more, so it cannot be named but as one that is gone.
        let gone = locks::with_locks(&**self.inode(), |locks| {
            locks.leases.retain(|held| held.holder.strong_count() > 0);
            state.leased.store(!locks.leases.is_empty(), Ordering::Release);
            Ok(())
        });
        if gone.is_ok() {
            RELEASED.wake_all();
        }
    }

    fn has_lease(self: &Arc<Self>) -> bool {
        let leases = self.inode().state().locks.lock();
        leases.as_ref().is_some_and(|locks| locks.leases.iter().any(|held| held.is_of(self)))
    }

    /// Whether nobody else has the file open, as far as its name tells: one count is the directory's, one is ours.
    fn is_alone(&self) -> bool {
        Arc::strong_count(&self.path().dentry) <= 2
    }
}

impl Held {
    fn is_of(&self, file: &Arc<OpenFile>) -> bool {
        core::ptr::eq(self.holder.as_ptr(), Arc::as_ptr(file))
    }
}

impl Contents for BreakTime {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        writeln!(text, "{}", PATIENCE.load(Ordering::Relaxed)).map_err(|_| Errno::ENOMEM)
    }

    fn store(&self, _ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        let number = core::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok());
        PATIENCE.store(number.ok_or(Errno::EINVAL)?, Ordering::Relaxed);
        Ok(())
    }
}

/// Breaks the leases that do not go with opening an inode, `to_write` or to read: waits until they are given up, or `EAGAIN` if
/// that is not wanted.
#[inline]
pub(super) fn break_for(ctx: &TaskContext, inode: &dyn Inode, to_write: bool, wait: bool) -> Result<()> {
    if inode.state().leased.load(Ordering::Acquire) { break_all(ctx, inode, to_write, wait) } else { Ok(()) }
}

#[cold]
fn break_all(ctx: &TaskContext, inode: &dyn Inode, to_write: bool, wait: bool) -> Result<()> {
    let target = if to_write { Lease::None } else { Lease::Read };
    loop {
        let Some(deadline) = announce(inode, target)? else { return Ok(()) };
        if !wait {
            return Err(Errno::EAGAIN);
        }
        let patience = Patience { interruptible: true, deadline: Some(deadline) };
        match RELEASED.wait(ctx, patience, || (!is_in_the_way(inode, target)).then_some(())) {
            Err(Errno::ETIMEDOUT) => take_away(inode)?,
            waited => waited?,
        }
    }
}

fn is_in_the_way(inode: &dyn Inode, target: Lease) -> bool {
    let locks = inode.state().locks.lock();
    locks.as_ref().is_some_and(|locks| locks.leases.iter().any(|held| held.conflicts(target)))
}

/// Tells all who are in the way, if they were not told yet; when the first of them loses its lease.
fn announce(inode: &dyn Inode, target: Lease) -> Result<Option<Instant>> {
    let seconds = u64::from(PATIENCE.load(Ordering::Relaxed));
    let deadline = clock::now() + Duration::from_secs(seconds);
    loop {
        let mut first = None;
        let untold = locks::with_locks(inode, |locks| {
            let mut untold = None;
            for held in locks.leases.iter_mut().filter(|held| held.conflicts(target)) {
                let told = held.breaking.is_some_and(|(to, _)| to == target || to == Lease::None);
                let until = held.breaking.map_or(deadline, |(_, until)| until);
                first = Some(first.map_or(until, |first: Instant| first.min(until)));
                if !told && untold.is_none() {
                    held.breaking = Some((target, until));
                    untold = held.holder.upgrade();
                }
            }
            Ok(untold)
        })?;
        match untold {
            Some(holder) => holder.tell(Event::Message),
            None => return Ok(first),
        }
    }
}

/// Makes of leases whose time is over what they were to become.
fn take_away(inode: &dyn Inode) -> Result<()> {
    let now = clock::now();
    locks::with_locks(inode, |locks| {
        for held in &mut locks.leases {
            if let Some((target, _)) = held.breaking.filter(|(_, deadline)| *deadline <= now) {
                (held.lease, held.breaking) = (target, None);
            }
        }
        locks.leases.retain(|held| held.lease != Lease::None);
        inode.state().leased.store(!locks.leases.is_empty(), Ordering::Release);
        Ok(())
    })?;
    RELEASED.wake_all();
    Ok(())
}

impl Held {
    fn conflicts(&self, target: Lease) -> bool {
        target == Lease::None || self.lease == Lease::Write
    }
}
