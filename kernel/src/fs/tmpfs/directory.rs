//! What the directories of a tmpfs do. `dentry` lets one change at a time into each.

use super::node::{Body, Node};
use crate::fs::inode::{Inode, Listed, NewInode};
use crate::task::{Mutex, TaskContext};
use alloc::sync::Arc;
use core::any::Any;
use logic::errno::{Errno, Result};
use logic::name_table::{Name, NameTable};

/// What Linux counts for a directory, and for each entry in it.
const EMPTY_SIZE: u64 = 40;
const ENTRY_SIZE: u64 = 20;

/// The entries of a directory.
pub(super) struct Names(Mutex<NameTable<Arc<Node>>>);

impl Names {
    pub(super) fn new() -> Names {
        Names(Mutex::new("directory", NameTable::new()))
    }

    pub(super) fn find(&self, ctx: &TaskContext, name: &[u8]) -> Result<Arc<Node>> {
        self.0.lock(ctx).get(name).cloned().ok_or(Errno::ENOENT)
    }

    pub(super) fn size(&self, ctx: &TaskContext) -> u64 {
        EMPTY_SIZE + ENTRY_SIZE * self.0.lock(ctx).len() as u64
    }

    /// Shows the entries, with nothing locked while one is shown.
    pub(super) fn list(
        &self,
        ctx: &TaskContext,
        mut cursor: u64,
        show: &mut dyn FnMut(&Listed<'_>) -> bool,
    ) -> Result<()> {
        while let Some((next, name, node)) = self.next(ctx, cursor) {
            let entry = Listed { name: &name, number: node.id().number, kind: node.kind(), next };
            if !show(&entry) {
                break;
            }
            cursor = next;
        }
        Ok(())
    }

    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Arc<Node>> + use<> {
        core::mem::take(self.0.get_mut()).into_values()
    }

    fn next(&self, ctx: &TaskContext, cursor: u64) -> Option<(u64, Name, Arc<Node>)> {
        let table = self.0.lock(ctx);
        table.next(cursor).map(|(next, name, node)| (next, name.clone(), node.clone()))
    }

    fn insert(&self, ctx: &TaskContext, name: &[u8], node: Arc<Node>) -> Result<()> {
        self.0.lock(ctx).insert(Name::from(name), node).map_err(no_space)
    }

    fn remove(&self, ctx: &TaskContext, name: &[u8]) -> Result<Arc<Node>> {
        self.0.lock(ctx).remove(name).ok_or(Errno::ENOENT)
    }

    fn replace(&self, ctx: &TaskContext, name: &[u8], node: Arc<Node>) -> Result<Arc<Node>> {
        self.0.lock(ctx).replace(name, node).ok_or(Errno::ENOENT)
    }

    fn is_empty(&self, ctx: &TaskContext) -> bool {
        self.0.lock(ctx).is_empty()
    }
}

impl Node {
    pub(super) fn make(&self, ctx: &TaskContext, name: &[u8], new: &NewInode<'_>) -> Result<Arc<Node>> {
        let node = Node::new(&self.system, new)?;
        self.names()?.insert(ctx, name, node.clone())?;
        self.entry_changed(i64::from(new.kind.is_directory()));
        Ok(node)
    }

    pub(super) fn add_link(&self, ctx: &TaskContext, name: &[u8], inode: &Arc<dyn Inode>) -> Result<()> {
        let any: Arc<dyn Any + Send + Sync> = inode.clone();
        let node = any.downcast::<Node>().map_err(|_| Errno::EXDEV)?;
        if !Arc::ptr_eq(&node.system, &self.system) {
            return Err(Errno::EXDEV);
        }
        let first = node.attributes.lock().links == 0;
        if !first {
            self.system.limits.take_inode()?;
        }
        node.count_links(1);
        if let Err(errno) = self.names()?.insert(ctx, name, node.clone()) {
            node.count_links(-1);
            return Err(errno);
        }
        self.entry_changed(0);
        Ok(())
    }

    pub(super) fn remove_link(&self, ctx: &TaskContext, name: &[u8]) -> Result<()> {
        let node = self.names()?.remove(ctx, name)?;
        node.count_links(-1);
        self.entry_changed(0);
        Ok(())
    }

    pub(super) fn remove_directory(&self, ctx: &TaskContext, name: &[u8]) -> Result<()> {
        let node = self.names()?.find(ctx, name)?;
        if !node.names()?.is_empty(ctx) {
            return Err(Errno::ENOTEMPTY);
        }
        self.names()?.remove(ctx, name)?;
        node.count_links(-2);
        self.entry_changed(-1);
        Ok(())
    }

    pub(super) fn move_entry(
        &self,
        ctx: &TaskContext,
        name: &[u8],
        into: &Arc<dyn Inode>,
        new_name: &[u8],
        exchange: bool,
    ) -> Result<()> {
        let any: &dyn Any = &**into;
        let into = any.downcast_ref::<Node>().ok_or(Errno::EXDEV)?;
        let moved = self.names()?.find(ctx, name)?;
        let target = match into.names()?.find(ctx, new_name) {
            Err(Errno::ENOENT) => None,
            found => Some(found?),
        };
        match &target {
            None => into.names()?.insert(ctx, new_name, moved.clone())?,
            Some(target) => {
                if !exchange && matches!(&target.body, Body::Directory(names) if !names.is_empty(ctx)) {
                    return Err(Errno::ENOTEMPTY);
                }
                into.names()?.replace(ctx, new_name, moved.clone())?;
            }
        }
        match target.as_ref().filter(|_| exchange) {
            Some(other) => self.names()?.replace(ctx, name, other.clone())?,
            None => self.names()?.remove(ctx, name)?,
        };
        self.after_move(into, &moved, target.as_deref(), exchange);
        Ok(())
    }

    /// Sets link counts and times right after a move.
    fn after_move(&self, into: &Node, moved: &Node, target: Option<&Node>, exchange: bool) {
        let is_directory = |node: &Node| i64::from(node.kind().is_directory());
        let came = is_directory(moved);
        let left = target.map_or(0, is_directory);
        match target {
            Some(target) if !exchange => target.count_links(if left == 1 { -2 } else { -1 }),
            Some(target) => target.count_links(0),
            None => {}
        }
        moved.count_links(0);
        into.entry_changed(came - left);
        self.entry_changed(if exchange { left - came } else { -came });
    }

    /// Notes that entries changed, of which `directories` more are directories, whose `..` is a link to this one.
    fn entry_changed(&self, directories: i64) {
        let mut attributes = self.attributes.lock();
        attributes.links = attributes.links.saturating_add_signed(directories as i32);
        attributes.touch();
    }

    fn count_links(&self, more: i32) {
        let mut attributes = self.attributes.lock();
        if more < 0 && attributes.links > 1 && !self.kind().is_directory() {
            self.system.limits.give_back_inode();
        }
        attributes.links = attributes.links.saturating_add_signed(more);
        attributes.changed = crate::fs::time::now();
    }
}

fn no_space(errno: Errno) -> Errno {
    if errno == Errno::ENOMEM { Errno::ENOSPC } else { errno }
}
