//! Advisory locks on files: fcntl_locking(2), flock(2).
//!
//! They are kept beside the inode and live as long as anybody holds one. A lock on a range belongs to a process (by its table of
//! descriptors) or to an open file; one of flock(2) always to an open file. Who waits for any lock waits in one queue, and looks
//! again whenever any lock is given up.

use super::inode::Inode;
use super::leases::Held;
use super::open_file::OpenFile;
use crate::task::{Patience, TaskContext, WaitQueue};
use alloc::boxed::Box;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use logic::record_locks::{Lock, RecordLocks};
use machine::lock::SpinLock;

/// Woken when a lock was given up.
pub(super) static RELEASED: WaitQueue = WaitQueue::new();

/// Which owner waits for which, among processes: to see when they would wait for each other.
static WAITS: SpinLock<Vec<(Owner, Owner)>> = SpinLock::new("waits for locks", Vec::new());

/// How long a chain of waits is followed.
const CHAIN: usize = 64;

/// Who holds a lock.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    id: u64,
    /// What `F_GETLK` tells of it: the process, or -1.
    pub pid: i32,
}

impl PartialEq for Owner {
    fn eq(&self, other: &Owner) -> bool {
        self.id == other.id
    }
}

impl Eq for Owner {}

/// A lock on a range of bytes.
pub type RangeLock = Lock<Owner>;

/// The locks on one inode.
pub(super) struct Locks {
    ranges: RecordLocks<Owner>,
    whole: RecordLocks<Owner>,
    pub(super) leases: Vec<Held>,
}

/// What an inode keeps.
pub(super) type Kept = SpinLock<Option<Box<Locks>>>;

/// Which of the two families, that do not see each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Ranges,
    Whole,
}

impl Owner {
    /// A process, by its table of descriptors.
    pub(super) fn table(id: u64, pid: u32) -> Owner {
        Owner { id, pid: pid as i32 }
    }

    /// An open file, which is unlike every table's number since it is an address of the kernel's.
    fn file(file: &OpenFile) -> Owner {
        Owner { id: core::ptr::from_ref(file).addr() as u64, pid: -1 }
    }
}

impl OpenFile {
    /// The owner of locks that belong to this open file itself.
    pub fn lock_owner(&self) -> Owner {
        Owner::file(self)
    }

    /// Takes a lock on a range: `EAGAIN` if another is in the way and it is not to `wait`; `EDEADLK` if processes would wait for
    /// each other; `EINTR`.
    pub fn lock_range(&self, ctx: &TaskContext, lock: RangeLock, wait: bool) -> Result<()> {
        acquire(ctx, &**self.inode(), Family::Ranges, lock, wait)
    }

    /// Gives up what an owner has of a range.
    pub fn unlock_range(&self, owner: Owner, first: u64, last: u64) -> Result<()> {
        let mut kept = self.inode().state().locks.lock();
        let Some(locks) = kept.as_mut() else { return Ok(()) };
        let found = locks.ranges.clear(owner, first, last)?;
        drop(kept);
        if found {
            RELEASED.wake_all();
        }
        Ok(())
    }

    /// What is in the way of a lock on a range.
    pub fn range_conflict(&self, lock: &RangeLock) -> Option<RangeLock> {
        self.inode().state().locks.lock().as_ref()?.ranges.conflict(lock)
    }

    /// Locks the whole file for this open file: flock(2). A lock of the other kind is given up first.
    pub fn lock_whole(&self, ctx: &TaskContext, exclusive: bool, wait: bool) -> Result<()> {
        let lock = Lock { first: 0, last: u64::MAX, exclusive, owner: Owner::file(self) };
        let kept = self.inode().state().locks.lock();
        let own = kept.as_ref().and_then(|locks| locks.whole.iter().find(|own| own.owner == lock.owner).copied());
        drop(kept);
        match own {
            Some(own) if own == lock => return Ok(()),
            Some(_) => self.unlock_whole(),
            None => {}
        }
        acquire(ctx, &**self.inode(), Family::Whole, lock, wait)
    }

    /// Gives that up.
    pub fn unlock_whole(&self) {
        release(&**self.inode(), Family::Whole, Owner::file(self));
    }

    /// Gives up what belongs to this open file, at its end.
    pub(super) fn drop_locks(&self) {
        release(&**self.inode(), Family::Ranges, Owner::file(self));
        self.unlock_whole();
    }
}

/// Gives up all that a table of descriptors has locked of a file; called when one of its descriptors of it is closed.
pub(super) fn release_table(inode: &dyn Inode, id: u64) {
    release(inode, Family::Ranges, Owner::table(id, 0));
}

fn release(inode: &dyn Inode, family: Family, owner: Owner) {
    let mut kept = inode.state().locks.lock();
    let Some(locks) = kept.as_mut() else { return };
    let found = locks.family(family).clear_all(owner);
    let empty =
        if locks.ranges.is_empty() && locks.whole.is_empty() && locks.leases.is_empty() { kept.take() } else { None };
    drop(kept);
    drop(empty);
    if found {
        RELEASED.wake_all();
    }
}

fn acquire(ctx: &TaskContext, inode: &dyn Inode, family: Family, lock: RangeLock, wait: bool) -> Result<()> {
    let mut waiting = Waiting { owner: lock.owner, noted: false };
    let patience = Patience { interruptible: true, deadline: None };
    let attempt = || match try_acquire(inode, family, lock) {
        Ok(None) => Some(Ok(())),
        Ok(Some(_)) if !wait => Some(Err(Errno::EAGAIN)),
        Ok(Some(other)) if family == Family::Ranges && lock.owner.pid >= 0 => waiting.note(other).err().map(Err),
        Ok(Some(_)) => None,
        Err(errno) => Some(Err(errno)),
    };
    let acquired = RELEASED.wait(ctx, patience, attempt)?;
    if acquired.is_ok() && family == Family::Ranges {
        // A lock that was exclusive may be shared now.
        RELEASED.wake_all();
    }
    acquired
}

/// Takes the lock, unless somebody is in the way, who is told.
fn try_acquire(inode: &dyn Inode, family: Family, lock: RangeLock) -> Result<Option<Owner>> {
    with_locks(inode, |locks| {
        let locks = locks.family(family);
        match locks.conflict(&lock) {
            Some(other) => Ok(Some(other.owner)),
            None => locks.set(lock).map(|()| None).map_err(|_| Errno::ENOLCK),
        }
    })
}

/// Does something with an inode's locks, under the spin lock that protects them.
pub(super) fn with_locks<R>(inode: &dyn Inode, work: impl FnOnce(&mut Locks) -> Result<R>) -> Result<R> {
    let fresh = Box::new(Locks { ranges: RecordLocks::new(), whole: RecordLocks::new(), leases: Vec::new() });
    let mut kept = inode.state().locks.lock();
    let unused = if kept.is_none() { kept.replace(fresh) } else { Some(fresh) };
    let result = kept.as_mut().map_or(Err(Errno::ENOLCK), |locks| work(locks));
    drop(kept);
    drop(unused);
    result
}

impl Locks {
    fn family(&mut self, family: Family) -> &mut RecordLocks<Owner> {
        match family {
            Family::Ranges => &mut self.ranges,
            Family::Whole => &mut self.whole,
        }
    }
}

/// An owner that waits, as long as this lives.
struct Waiting {
    owner: Owner,
    noted: bool,
}

impl Waiting {
    /// Notes whom it waits for; `EDEADLK` if that one waits for it, perhaps by way of others.
    fn note(&mut self, other: Owner) -> Result<()> {
        let mut waits = WAITS.lock();
        if self.noted {
            forget(&mut waits, self.owner);
            self.noted = false;
        }
        let mut next = other;
        for _ in 0..CHAIN {
            if next == self.owner {
                return Err(Errno::EDEADLK);
            }
            let Some((_, whom)) = waits.iter().find(|(who, _)| *who == next) else { break };
            next = *whom;
        }
        waits.try_reserve(1).map_err(|_| Errno::ENOLCK)?;
        waits.push((self.owner, other));
        self.noted = true;
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.noted {
            forget(&mut WAITS.lock(), self.owner);
        }
    }
}

fn forget(waits: &mut Vec<(Owner, Owner)>, owner: Owner) {
    if let Some(index) = waits.iter().position(|(who, _)| *who == owner) {
        waits.swap_remove(index);
    }
}
