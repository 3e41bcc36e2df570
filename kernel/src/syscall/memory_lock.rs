//! Memory that stays in memory: mlock(2), mlock2(2), mlockall(2) and their undoing.

use super::arg::Known;
use super::caller::Caller;
use super::memory::pages_of;
use crate::memory::Locking;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

bitflags! {
    /// How to lock a range: `MLOCK_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct LockFlags: u32 {
        const ON_FAULT = linux::MLOCK_ONFAULT;
    }
}

bitflags! {
    /// What to lock: `MCL_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct LockAllFlags: u32 {
        const CURRENT = linux::MCL_CURRENT;
        const FUTURE = linux::MCL_FUTURE;
        const ON_FAULT = linux::MCL_ONFAULT;
    }
}

/// mlock(2)
pub(super) fn mlock(caller: &mut Caller, start: u64, length: u64) -> Result<()> {
    mlock2(caller, start, length, Known(LockFlags::empty()))
}

/// mlock2(2)
pub(super) fn mlock2(caller: &mut Caller, start: u64, length: u64, flags: Known<LockFlags>) -> Result<()> {
    let limit = lock_limit(caller)?;
    let on_fault = flags.0.contains(LockFlags::ON_FAULT);
    let locking = if on_fault { Locking::WhenTouched } else { Locking::Now };
    caller.space().lock_range(caller.ctx, pages_of(start, length)?, locking, limit)
}

/// munlock(2)
pub(super) fn munlock(caller: &mut Caller, start: u64, length: u64) -> Result<()> {
    caller.space().unlock_range(caller.ctx, pages_of(start, length)?)
}

/// mlockall(2)
pub(super) fn mlockall(caller: &mut Caller, flags: Known<LockAllFlags>) -> Result<()> {
    let flags = flags.0;
    if !flags.intersects(LockAllFlags::CURRENT | LockAllFlags::FUTURE) {
        return Err(Errno::EINVAL);
    }
    let limit = lock_limit(caller)?;
    let locking = if flags.contains(LockAllFlags::ON_FAULT) { Locking::WhenTouched } else { Locking::Now };
    let if_asked = |flag| flags.contains(flag).then_some(locking);
    let (now, future) = (if_asked(LockAllFlags::CURRENT), if_asked(LockAllFlags::FUTURE));
    caller.space().lock_all(caller.ctx, now, future, limit)
}

/// munlockall(2)
pub(super) fn munlockall(caller: &mut Caller) -> Result<()> {
    caller.space().unlock_all(caller.ctx)
}

/// How many bytes the caller may lock; `EPERM` if none.
pub(super) fn lock_limit(caller: &Caller) -> Result<u64> {
    if caller.process().credentials().is_root() {
        return Ok(u64::MAX);
    }
    match caller.process().soft_limit(linux::RLIMIT_MEMLOCK) {
        0 => Err(Errno::EPERM),
        limit => Ok(limit),
    }
}
