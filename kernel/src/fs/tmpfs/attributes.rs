//! What stat(2) tells of a node and chmod(2) and friends change.

use crate::fs::inode::{Change, Permissions};
use crate::fs::time::now;
use logic::time::TimeSpec;

/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// A node's owner, mode, names and times.
#[derive(Clone, Copy)]
pub(super) struct Attributes {
    pub(super) permissions: Permissions,
    pub(super) links: u32,
    pub(super) accessed: TimeSpec,
    pub(super) modified: TimeSpec,
    pub(super) changed: TimeSpec,
    pub(super) created: TimeSpec,
}

impl Attributes {
    /// Of a new node.
    pub(super) fn new(permissions: Permissions, links: u32) -> Attributes {
        let now = now();
        Attributes { permissions, links, accessed: now, modified: now, changed: now, created: now }
    }

    /// Takes over what is to change.
    pub(super) fn apply(&mut self, change: &Change) {
        let set = |old: &mut u32, new: Option<u32>| *old = new.unwrap_or(*old);
        set(&mut self.permissions.user, change.user);
        set(&mut self.permissions.group, change.group);
        self.permissions.mode = change.mode.unwrap_or(self.permissions.mode);
        self.accessed = change.accessed.unwrap_or(self.accessed);
        self.modified = change.modified.unwrap_or(self.modified);
        self.changed = now();
    }

    /// The content changed.
    pub(super) fn touch(&mut self) {
        self.modified = now();
        self.changed = self.modified;
    }

    /// The content was read. `seldom` notes it only when it is the first time since it changed, or in a day (`relatime` of
    /// mount(8)), so that reading writes nothing as a rule.
    pub(super) fn read(&mut self, seldom: bool) {
        let news = self.accessed <= self.modified || self.accessed <= self.changed;
        if news || !seldom || self.accessed.seconds() + DAY <= now().seconds() {
            self.accessed = now();
        }
    }
}
