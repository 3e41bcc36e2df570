//! What a disk has done, and how long it took: /proc/diskstats, /sys/block/NAME/stat.

use super::{Operation, Request, SECTOR};
use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use machine::clock;

const MILLISECOND: u64 = 1_000_000;

/// A disk's counts.
#[derive(Debug, Default)]
pub struct Counts {
    /// Reads that are done.
    pub reads: Done,
    /// Writes that are done.
    pub writes: Done,
    /// Flushes that are done.
    flushes: Done,
    /// Requests that the disk is at now.
    under_way: AtomicU64,
    /// Since when it is at any, and how long it was before.
    busy_since: AtomicU64,
    busy: AtomicU64,
}

/// Requests of one kind that are done.
#[derive(Debug, Default)]
pub struct Done {
    requests: AtomicU64,
    sectors: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Done {
    /// How many.
    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many sectors they moved.
    pub fn sectors(&self) -> u64 {
        self.sectors.load(Ordering::Relaxed)
    }

    /// How long they took, each for itself.
    fn milliseconds(&self) -> u64 {
        self.nanoseconds.load(Ordering::Relaxed) / MILLISECOND
    }
}

impl Counts {
    /// Notes that the disk is given a request.
    pub fn begin(&self, request: &Request) {
        let now = clock::now().0;
        request.note_begin(now);
        if self.under_way.fetch_add(1, Ordering::Relaxed) == 0 {
            self.busy_since.store(now, Ordering::Relaxed);
        }
    }

    /// Notes that it is done with it.
    pub fn end(&self, request: &Request) {
        let now = clock::now().0;
        if self.under_way.fetch_sub(1, Ordering::Relaxed) == 1 {
            let since = self.busy_since.load(Ordering::Relaxed);
            self.busy.fetch_add(now.saturating_sub(since), Ordering::Relaxed);
        }
        let done = match request.operation() {
            Operation::Read => &self.reads,
            Operation::Write => &self.writes,
            Operation::Flush => &self.flushes,
            Operation::Identify => return,
        };
        done.requests.fetch_add(1, Ordering::Relaxed);
        done.sectors.fetch_add(request.length() / SECTOR, Ordering::Relaxed);
        done.nanoseconds.fetch_add(now.saturating_sub(request.begun()), Ordering::Relaxed);
    }
}

/// The numbers of Documentation/admin-guide/iostats.rst. Nothing is merged here and nothing discarded.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for done in [&self.reads, &self.writes] {
            write!(f, "{} 0 {} {} ", done.requests(), done.sectors(), done.milliseconds())?;
        }
        let busy = self.busy.load(Ordering::Relaxed) / MILLISECOND;
        let all: u64 = [&self.reads, &self.writes, &self.flushes].iter().map(|done| done.milliseconds()).sum();
        write!(f, "{} {busy} {all} 0 0 0 0 ", self.under_way.load(Ordering::Relaxed))?;
        write!(f, "{} {}", self.flushes.requests(), self.flushes.milliseconds())
    }
}
