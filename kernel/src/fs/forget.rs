//! Forgetting names that nobody uses: what directories remember of their entries is a convenience, and must not fill the memory.
//!
//! `dentry` asks here after it has remembered a new name; `process::hog` asks before it ends a process. Only a directory whose
//! `children` lock is free is looked into, so that it does not matter which locks the caller holds.

use super::dentry::Dentry;
use super::mount;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use machine::frame;

/// One name may be remembered for so many frames of memory: names and what belongs to them take a sixteenth of it at most.
const FRAMES: usize = 8;

/// How many places there are in all.
static PLACES: AtomicUsize = AtomicUsize::new(0);

/// With more places than this it is time to forget some; 0 before the first time.
static ENOUGH: AtomicUsize = AtomicUsize::new(0);

/// Counts a new place.
pub(super) fn count_new() {
    PLACES.fetch_add(1, Ordering::Relaxed);
}

/// Counts a place that is gone.
pub(super) fn count_gone() {
    PLACES.fetch_sub(1, Ordering::Relaxed);
}

/// Forgets what nobody uses if there are too many places.
pub(super) fn forget_surplus() {
    if PLACES.load(Ordering::Relaxed) <= ENOUGH.load(Ordering::Relaxed) {
        return;
    }
    let enough = frame::total_frames() / FRAMES;
    if PLACES.load(Ordering::Relaxed) > enough {
        forget_unused();
    }
    // Those that are left are in use: not every further one is a reason to look again.
    ENOUGH.store(enough.max(PLACES.load(Ordering::Relaxed) / 4 * 5), Ordering::Relaxed);
}

/// Forgets all places that nobody uses and nothing is mounted on; tells how many those were.
pub fn forget_unused() -> usize {
    let mut forgotten = 0;
    mount::for_each(|mount| forgotten += forget_below(&mount.volume.root));
    forgotten
}

fn forget_below(top: &Arc<Dentry>) -> usize {
    // Parents come before their children in the list, so that it is taken apart from the leaves up.
    let mut directories = Vec::new();
    if directories.try_reserve(1).is_err() {
        return 0;
    }
    directories.push(top.clone());
    let mut index = 0;
    while let Some(directory) = directories.get(index).cloned() {
        directory.for_each_folder(|folder| {
            // What finds no room is left as it is.
            if directories.try_reserve(1).is_ok() {
                directories.push(folder.clone());
            }
        });
        index += 1;
    }
    let mut forgotten = 0;
    while let Some(directory) = directories.pop() {
        forgotten += directory.forget_unused_children();
    }
    forgotten
}
