//! What a file system without a disk keeps of a node: what stat(2) tells and chmod(2) and friends change. tmpfs and devpts have it
//! under a lock of the node's own.

use super::inode::{Change, InodeId, Kind, Metadata, Permissions};
use super::time::{lately, now};
use logic::time::TimeSpec;

/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// A node's owner, mode, names and times.
#[derive(Clone, Copy)]
pub struct Attributes {
    /// Owner, group and mode.
    pub permissions: Permissions,
    /// How many names it has.
    pub links: u32,
    /// When its content was read last.
    pub accessed: TimeSpec,
    /// When its content was changed last.
    pub modified: TimeSpec,
    /// When anything of it was changed last.
    pub changed: TimeSpec,
    /// When it came to be.
    pub created: TimeSpec,
}

impl Attributes {
    /// Of a new node.
    pub fn new(permissions: Permissions, links: u32) -> Attributes {
        Attributes::made_at(permissions, links, now())
    }

    /// Of a node that nothing happened to since.
    pub fn made_at(permissions: Permissions, links: u32, made: TimeSpec) -> Attributes {
        Attributes { permissions, links, accessed: made, modified: made, changed: made, created: made }
    }

    /// All that stat(2) tells of the node, which is empty.
    pub fn metadata(self, id: InodeId, kind: Kind, block_size: u32) -> Metadata {
        let Attributes { permissions, links, accessed, modified, changed, created } = self;
        Metadata { id, kind, permissions, links, size: 0, blocks: 0, block_size, accessed, modified, changed, created }
    }

    /// Takes over what is to change.
    pub fn apply(&mut self, change: &Change) {
        let set = |old: &mut u32, new: Option<u32>| *old = new.unwrap_or(*old);
        set(&mut self.permissions.user, change.user);
        set(&mut self.permissions.group, change.group);
        self.permissions.mode = change.mode.unwrap_or(self.permissions.mode);
        self.accessed = change.accessed.unwrap_or(self.accessed);
        self.modified = change.modified.unwrap_or(self.modified);
        self.changed = now();
    }

    /// The content changed.
    pub fn touch(&mut self) {
        self.modified = now();
        self.changed = self.modified;
    }

    /// The content was read. `seldom` notes it only when it is the first time since it changed, or in a day (`relatime` of
    /// mount(8)), so that reading writes nothing as a rule.
    pub fn read(&mut self, seldom: bool) {
        let news = self.accessed <= self.modified || self.accessed <= self.changed;
        if news || !seldom || self.accessed.seconds() + DAY <= lately().seconds() {
            self.accessed = now();
        }
    }
}
