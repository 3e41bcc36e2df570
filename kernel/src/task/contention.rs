//! How often, and for how long, tasks had to wait for a mutex that another held: a line for each name in /proc/lock_stat.
//!
//! It is noted by who has waited, so that who finds a mutex free pays nothing; and therefore neither how often a mutex was taken nor for
//! how long it was held is known. Spin locks are not here: interrupts and preemption stay away from their holder, so on
//! one CPU nobody ever waits for one.

use arrayvec::ArrayVec;
use machine::lock::SpinLock;

/// More than there are names.
const CLASSES: usize = 64;

/// What is known of all mutexes of one name; times in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// What they protect.
    pub name: &'static str,
    /// How often somebody had to wait.
    pub waits: u64,
    /// The shortest wait.
    pub least: u64,
    /// The longest.
    pub most: u64,
    /// All together.
    pub total: u64,
}

static ALL: SpinLock<ArrayVec<Class, CLASSES>> = SpinLock::new("lock contention", ArrayVec::new_const());

/// Notes a wait.
pub(super) fn note(name: &'static str, nanoseconds: u64) {
    let mut all = ALL.lock();
    match all.iter_mut().find(|class| class.name == name) {
        Some(class) => {
            class.waits += 1;
            class.least = class.least.min(nanoseconds);
            class.most = class.most.max(nanoseconds);
            class.total += nanoseconds;
        }
        None => {
            let new = Class { name, waits: 1, least: nanoseconds, most: nanoseconds, total: nanoseconds };
            assert!(all.try_push(new).is_ok(), "there are fewer names of mutexes than the table has room for");
        }
    }
}

/// All that was ever waited for, or since `forget`.
pub fn all() -> ArrayVec<Class, CLASSES> {
    ALL.lock().clone()
}

/// Begins anew.
pub fn forget() {
    ALL.lock().clear();
}
