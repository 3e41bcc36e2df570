//! A folder of /proc.

use super::{READ_ONLY, no_memory};
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Listed, Permissions};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// Names that come and go.
pub trait Dynamic: Send + Sync {
    /// The inode of a name, if it is one.
    fn lookup(&self, ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>>;

    /// Shows the names from a cursor of its own on (0: all), as [`Inode::list`] does.
    fn list(&self, ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()>;
}

/// A name and what it stands for.
type Entry = (Arc<str>, Arc<dyn Inode>);

/// A folder: names that were registered, and perhaps others.
pub struct Folder {
    state: InodeState,
    /// Nothing is ever taken out, so a position is a cursor.
    entries: SpinLock<Vec<Entry>>,
    dynamic: SpinLock<Option<Arc<dyn Dynamic>>>,
}

/// Cursors from here on are those of the dynamic names.
const DYNAMIC: u64 = 1 << 32;

impl Folder {
    /// An empty one.
    pub fn new(id: InodeId) -> Folder {
        let entries = SpinLock::new("/proc's entries", Vec::new());
        let state = super::state(id, Permissions { mode: 0o555, ..READ_ONLY });
        Folder { state, entries, dynamic: SpinLock::new("/proc's others", None) }
    }

    /// Adds an entry; what has the name already is replaced, which is for the start of the system: later the old one is remembered.
    pub fn add(&self, name: &str, inode: Arc<dyn Inode>) -> Result<()> {
        let name = Arc::from(name);
        let mut entries = self.entries.lock();
        let there = entries.iter_mut().find(|(other, _)| *other == name);
        let old = match there {
            Some((_, old)) => Some(core::mem::replace(old, inode)),
            None => {
                entries.try_reserve(1).map_err(no_memory)?;
                entries.push((name, inode));
                None
            }
        };
        drop(entries);
        drop(old);
        Ok(())
    }

    pub(super) fn set_dynamic(&self, dynamic: Arc<dyn Dynamic>) {
        *self.dynamic.lock() = Some(dynamic);
    }

    /// The folder of that name in this one, made if need be; `ENOTDIR` if the name is something else.
    pub fn folder(&self, name: &str) -> Result<Arc<Folder>> {
        if let Some(inode) = self.entry(name.as_bytes()) {
            let any: Arc<dyn Any + Send + Sync> = inode;
            return any.downcast().map_err(|_| Errno::ENOTDIR);
        }
        let folder = Arc::new(Folder::new(super::new_identity_on(self.id().device)));
        self.add(name, folder.clone())?;
        Ok(folder)
    }

    fn entry(&self, name: &[u8]) -> Option<Arc<dyn Inode>> {
        let entries = self.entries.lock();
        entries.iter().find(|(other, _)| other.as_bytes() == name).map(|(_, inode)| inode.clone())
    }

    fn nth(&self, index: u64) -> Option<(Arc<str>, Arc<dyn Inode>)> {
        self.entries.lock().get(usize::try_from(index).ok()?).cloned()
    }

    fn dynamic(&self) -> Option<Arc<dyn Dynamic>> {
        self.dynamic.lock().clone()
    }
}

impl Inode for Folder {
    fn kind(&self) -> Kind {
        Kind::Directory
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn lookup(&self, ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        match (self.entry(name), self.dynamic()) {
            (Some(inode), _) => Ok(inode),
            (None, Some(dynamic)) => dynamic.lookup(ctx, name),
            (None, None) => Err(Errno::ENOENT),
        }
    }

    fn keeps_name(&self, name: &[u8]) -> bool {
        self.entry(name).is_some()
    }

    fn list(&self, ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        let mut index = cursor;
        while let Some((name, inode)) = self.nth(index) {
            index += 1;
            let number = inode.id().number;
            if !show(&Listed { name: name.as_bytes(), number, kind: inode.kind(), next: index }) {
                return Ok(());
            }
        }
        let Some(dynamic) = self.dynamic() else { return Ok(()) };
        dynamic.list(ctx, cursor.saturating_sub(DYNAMIC), &mut |entry| {
            show(&Listed { next: DYNAMIC + entry.next, ..*entry })
        })
    }
}
