//! What happens when no memory is left: the process that has most of it is killed, and those who need some wait until it is gone.
//!
//! A program that asks for more than there is gets `ENOMEM`. Here it is about what was promised to several and cannot be had by all.

use super::clock::now_and;
use super::process::Process;
use super::session;
use super::signal::{self, Info};
use super::table::INIT;
use crate::log::warn;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::PAGE_SIZE;
use logic::signal::Signal;
use machine::{frame, heap};

/// With fewer frames than one in so many, memory is short.
const FEW: usize = 256;

/// How long to wait between two looks, and how many times for one who is killed.
const PAUSE: u64 = 5_000_000;
const LOOKS: usize = 200;

/// Whether there is so little memory that somebody must go.
pub fn is_there() -> bool {
    frame::free_frames() < frame::total_frames() / FEW
}

/// Waits until there is memory again, for which somebody may be killed, also the caller itself. False if there is nobody left who
/// could be.
pub fn relieve(ctx: &TaskContext, caller: &Process) -> bool {
    loop {
        // Who is ending already may be about to free enough.
        let ending = session::find_map(|process| (process.ending().is_some() && !process.has_ended()).then_some(()));
        if ending.is_none() && !kill_largest() {
            return false;
        }
        for _ in 0..LOOKS {
            if caller.ending().is_some() || !is_there() && heap::ensure_reserve().is_ok() {
                return true;
            }
            ctx.sleep_until(now_and(PAUSE), false);
        }
    }
}

fn kill_largest() -> bool {
    let Some((victim, pages)) = largest() else { return false };
    let (name, pid) = (victim.name(), victim.pid());
    warn!("out of memory: killed {name}[{pid}], which had {} KiB", pages * PAGE_SIZE / 1024);
    signal::send_to_process(&victim, Info::kernel(Signal::KILL));
    true
}

/// The process with most memory, but for the first, which all others need. Of those that share memory one is as good as another.
fn largest() -> Option<(Arc<Process>, usize)> {
    let mut most: Option<(Arc<Process>, usize)> = None;
    session::find_map(|process| {
        let candidate = process.pid() != INIT && process.ending().is_none();
        let pages = process.space().ok().filter(|_| candidate).map(|space| space.machine().resident());
        if let Some(pages) = pages
            && most.as_ref().is_none_or(|(_, most)| pages > *most)
        {
            most = Some((process.clone(), pages));
        }
        None::<()>
    });
    most
}
