//! When memory has run out: the process that has most of it is ended, so that the others can go on.
//!
//! Linux's choice is the same in the main: most resident pages, and never the first process; here also what the kernel holds for its
//! open files and regions. Whoever finds no memory calls here, waits for what becomes free, and tries again.

use super::process::Process;
use super::signal::{self, Info};
use super::table::{self, INIT, Pid, next_after};
use crate::fs::{dev::disks, forget};
use crate::log::error;
use crate::task::{Instant, TaskContext};
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use core::time::Duration;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::signal::Signal;
use machine::lock::SpinLock;
use machine::{clock, frame, heap};

/// Who was chosen last, and when.
static LAST: SpinLock<Option<(Pid, Instant)>> = SpinLock::new("last hog", None);

/// How long one that was chosen may take to end before another is. It may be waiting for what only others can give.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(2);

/// How often a call without a reserve looks for one.
const TRIES: usize = 1000;

/// How many names and pages must have been forgotten for it to have helped; a few may come back again and again.
const WORTH: usize = 64;

/// How many regions the kernel keeps in a frame, and how many open files, about.
const REGIONS_A_FRAME: usize = 16;
const FILES_A_FRAME: usize = 4;

/// With fewer frames than so many times those that only the heap gets, memory is short.
const FEW: usize = 2;

/// Whether what is left should be kept for those who cannot do without.
pub fn is_short() -> bool {
    frame::free_frames() < frame::kept_frames() * FEW
}

/// Makes sure that a call may begin; waits, and ends a process if need be, until the heap has its reserve. `ENOMEM` if that does
/// not help; `EINTR` if the caller itself is to end.
#[cold]
pub fn wait_for_reserve(ctx: &TaskContext, caller: &Process) -> Result<()> {
    for _ in 0..TRIES {
        if heap::ensure_reserve().is_ok() {
            return Ok(());
        }
        if caller.is_dying() {
            // What it still does on its way out has to do with what is left.
            return Err(Errno::EINTR);
        }
        if !make_room(ctx, caller) {
            break;
        }
    }
    Err(Errno::ENOMEM)
}

/// Lets memory become free: forgets names of files and what is remembered of disks, waits for somebody who is ending, or ends the process
/// that has most. False if there is nobody to end. The caller may be the one; then it sees to its signals first.
#[cold]
pub fn make_room(ctx: &TaskContext, caller: &Process) -> bool {
    if caller.is_dying() {
        return true;
    }
    if forget::forget_unused() + disks::forget_unused() as usize >= WORTH {
        return true;
    }
    if !somebody_ends() {
        let Some(hog) = largest() else { return false };
        *LAST.lock() = Some((hog.pid(), clock::now()));
        // Who is on the way out already, whoever sent him there, is only waited for.
        if !hog.is_dying() {
            let kib = weight(&hog) * PAGE_SIZE / 1024;
            error!("no memory left: {}[{}], which has {kib} KiB, is killed", hog.name(), hog.pid());
            signal::send_to_process(&hog, Info::kernel(Signal::KILL));
        }
    }
    if !caller.is_dying() {
        ctx.sleep_until(clock::now() + PAUSE, true);
    }
    true
}

/// Whether one that was chosen is on its way out. It is so until it has given back all that it had.
fn somebody_ends() -> bool {
    let last = *LAST.lock();
    last.is_some_and(|(hog, when)| !table::has_ended(hog) && clock::now().since(when) < PATIENCE)
}

/// How much a process is the one: its pages in thousandths of all, and what was set beside (/proc/PID/oom_score_adj).
pub fn score(process: &Process) -> i64 {
    let part = weight(process) * 1000 / frame::total_frames().max(1);
    part as i64 + i64::from(process.kill_adjustment.load(Ordering::Relaxed))
}

/// The process with the highest score, and of those the one with most pages; not one that was waited for in vain just now. Who is never
/// to be killed is not.
fn largest() -> Option<Arc<Process>> {
    const NEVER: i32 = -1000;
    let last = LAST.lock().map(|(hog, _)| hog);
    let mut found: Option<((i64, usize), Arc<Process>)> = None;
    let mut pid = Pid(INIT.0);
    while let Some(process) = next_after(pid) {
        pid = process.pid();
        let rank = (score(&process), weight(&process));
        let never = rank.1 == 0 || process.kill_adjustment.load(Ordering::Relaxed) == NEVER;
        let in_vain = process.is_dying() && last == Some(pid);
        if !never && !in_vain && found.as_ref().is_none_or(|(most, _)| rank > *most) {
            found = Some((rank, process));
        }
    }
    found.map(|(_, process)| process)
}

/// How many frames its end would set free, nearly: what it maps, and what the kernel keeps for it.
fn weight(process: &Process) -> usize {
    let mapped = process.space().map_or(0, |space| space.machine().resident() + space.regions() / REGIONS_A_FRAME);
    let (mut objects, mut held, mut from) = (0, 0, 0);
    let files = process.belongings().map(|own| own.files).ok();
    while let Some((descriptor, file)) = files.as_ref().and_then(|files| files.next(from)) {
        objects += 1;
        held += file.file().frames();
        from = descriptor + 1;
    }
    mapped + held + objects / FILES_A_FRAME
}
