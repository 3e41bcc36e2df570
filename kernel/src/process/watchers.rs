//! Files that are woken when a process gets a signal.

use crate::task::Wake;
use alloc::sync::Weak;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};
use machine::lock::SpinLock;

/// Those of one process.
pub(super) struct Watchers {
    any: AtomicBool,
    files: SpinLock<Vec<Weak<dyn Wake>>>,
}

impl Watchers {
    pub(super) const fn new() -> Watchers {
        Watchers { any: AtomicBool::new(false), files: SpinLock::new("watching files", Vec::new()) }
    }

    /// Enters one, as long as it lives.
    pub(super) fn enter(&self, file: Weak<dyn Wake>) {
        let mut files = self.files.lock();
        files.retain(|file| file.strong_count() > 0);
        if files.try_reserve(1).is_ok() {
            files.push(file);
            self.any.store(true, Ordering::Release);
        }
    }

    /// Wakes all.
    pub(super) fn wake(&self) {
        if !self.any.load(Ordering::Acquire) {
            return;
        }
        let mut index = 0;
        loop {
            let next = self.files.lock().get(index).map(Weak::upgrade);
            match next {
                None => return,
                Some(file) => file.into_iter().for_each(|file| file.wake()),
            }
            index += 1;
        }
    }
}
