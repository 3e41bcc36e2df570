//! Resource limits: getrlimit(2).

use super::table;
use crate::fs::descriptors::MAX_DESCRIPTORS;
use crate::memory;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// How many kinds of limits there are.
const KINDS: usize = 16;

/// No limit (RLIM_INFINITY).
pub(in crate::process) const UNLIMITED: u64 = u64::MAX;

/// How large a stack may grow, unless the program changes it.
pub(in crate::process) const STACK: u64 = 8 << 20;

/// One limit: what binds, and how far the program may raise it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// What binds (`rlim_cur`).
    pub soft: u64,
    /// The most that `soft` may be (`rlim_max`).
    pub hard: u64,
}

/// All limits of a process.
#[derive(Clone, Debug)]
pub struct Limits([Limit; KINDS]);

impl Limits {
    /// Those of the first process.
    pub fn new() -> Limits {
        let mut limits = Limits([Limit { soft: UNLIMITED, hard: UNLIMITED }; KINDS]);
        let mut set = |kind: u32, soft, hard| limits.0[kind as usize] = Limit { soft, hard };
        set(linux::RLIMIT_STACK, STACK, UNLIMITED);
        set(linux::RLIMIT_CORE, 0, UNLIMITED);
        set(linux::RLIMIT_NOFILE, 1024, 4096);
        set(linux::RLIMIT_MEMLOCK, 8 << 20, 8 << 20);
        set(linux::RLIMIT_MSGQUEUE, 819_200, 819_200);
        let threads = table::most_threads() / 2;
        set(linux::RLIMIT_NPROC, threads, threads);
        set(linux::RLIMIT_SIGPENDING, threads, threads);
        set(linux::RLIMIT_NICE, 0, 0);
        set(linux::RLIMIT_RTPRIO, 0, 0);
        limits
    }

    /// One of them; `EINVAL` if there is none of that number.
    pub fn get(&self, kind: u32) -> Result<Limit> {
        self.0.get(kind as usize).copied().ok_or(Errno::EINVAL)
    }

    /// Sets one of them: `EINVAL` if it contradicts itself; `EPERM` for one who may not raise the hard limit and does.
    pub fn set(&mut self, kind: u32, limit: Limit, may_raise: bool) -> Result<()> {
        let old = self.0.get_mut(kind as usize).ok_or(Errno::EINVAL)?;
        if limit.soft > limit.hard {
            return Err(Errno::EINVAL);
        }
        if kind == linux::RLIMIT_NOFILE && limit.hard > MAX_DESCRIPTORS as u64 {
            return Err(Errno::EPERM);
        }
        if limit.hard > old.hard && !may_raise {
            return Err(Errno::EPERM);
        }
        *old = limit;
        Ok(())
    }

    /// Minds that so many seconds of CPU time are spent: the signal that is due. The soft limit moves on by a second each time.
    pub(super) fn spend(&mut self, seconds: u64) -> Option<Signal> {
        let limit = &mut self.0[linux::RLIMIT_CPU as usize];
        if seconds >= limit.hard {
            return Some(Signal::KILL);
        }
        if seconds < limit.soft {
            return None;
        }
        limit.soft = limit.hard.min(seconds + 1);
        Some(Signal::XCPU)
    }

    /// What binds of one that exists.
    pub fn soft(&self, kind: u32) -> u64 {
        self.get(kind).map_or(UNLIMITED, |limit| limit.soft)
    }

    /// Those that an address space minds.
    pub fn memory(&self) -> memory::Limits {
        memory::Limits {
            space: self.soft(linux::RLIMIT_AS),
            data: self.soft(linux::RLIMIT_DATA),
            stack: self.soft(linux::RLIMIT_STACK),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::new()
    }
}
