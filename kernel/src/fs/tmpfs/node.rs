//! A file of a tmpfs, of whatever kind.

use super::System;
use super::directory::Names;
use super::regular::Memory;
use super::seals::Seals;
use crate::fs::file::File;
use crate::fs::inode::{Change, Inode, InodeId, InodeState, Kind, Listed, Metadata, NewInode, Permissions, Target};
use crate::fs::kept_attributes::Attributes;
use crate::fs::open_file::OpenFlags;
use crate::fs::page_cache::PageCache;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU32;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame::Frame;
use machine::lock::SpinLock;

/// A file, directory, link or node of a tmpfs.
pub struct Node {
    pub(super) system: Arc<System>,
    kind: Kind,
    state: InodeState,
    pub(super) attributes: SpinLock<Attributes>,
    pub(super) seals: AtomicU32,
    pub(super) body: Body,
}

/// What a node holds, by its kind.
pub(super) enum Body {
    Regular(Arc<PageCache<Memory>>),
    Directory(Names),
    Symlink(Box<[u8]>),
    /// Devices, FIFOs and sockets: their kind says all.
    Special,
}

impl Node {
    /// A new one; `ENOSPC` if there are too many.
    pub(super) fn new(system: &Arc<System>, new: &NewInode<'_>) -> Result<Arc<Node>> {
        system.limits.take_inode()?;
        Ok(Node::counted(system, new))
    }

    /// A new one that is counted already.
    pub(super) fn counted(system: &Arc<System>, new: &NewInode<'_>) -> Arc<Node> {
        let number = system.number();
        let body = match new.kind {
            Kind::Regular => Body::Regular(Arc::new(PageCache::new(0, Memory::new(system, number)))),
            Kind::Directory => Body::Directory(Names::new()),
            Kind::Symlink => Body::Symlink(Box::from(new.target)),
            _ => Body::Special,
        };
        let links = if new.kind.is_directory() { 2 } else { 1 };
        let attributes = SpinLock::new("tmpfs attributes", Attributes::new(new.permissions, links));
        // Only what memfd_create(2) makes may take seals.
        let seals = AtomicU32::new(Seals::SEAL.bits());
        let state = InodeState::new(InodeId { device: system.device, number }, new.permissions);
        Arc::new(Node { system: system.clone(), kind: new.kind, state, attributes, seals, body })
    }

    /// Gives a regular file that is being made a page of its content.
    pub fn adopt_page(&self, number: u64, page: Frame) -> Result<()> {
        self.cache()?.adopt(number, page)?;
        self.system.limits.add(1);
        Ok(())
    }

    /// Sets the size of a regular file that is being made; what its last page holds behind that becomes zero.
    pub fn adopt_size(&self, size: u64) -> Result<()> {
        let cache = self.cache()?;
        let end = (size % PAGE_SIZE as u64) as usize;
        if let Some(last) = cache.pages().get(size / PAGE_SIZE as u64).filter(|_| end > 0) {
            last.zero(end, PAGE_SIZE - end);
        }
        cache.adopt_size(size);
        Ok(())
    }

    /// The size in bytes, and what it occupies in units of 512.
    fn size(&self, ctx: &TaskContext) -> (u64, u64) {
        match &self.body {
            Body::Regular(cache) => (cache.size(), cache.pages().count() * (PAGE_SIZE as u64 / 512)),
            Body::Directory(names) => (names.size(ctx), 0),
            Body::Symlink(target) => (target.len() as u64, 0),
            Body::Special => (0, 0),
        }
    }

    pub(super) fn names(&self) -> Result<&Names> {
        match &self.body {
            Body::Directory(names) => Ok(names),
            _ => Err(Errno::ENOTDIR),
        }
    }
}

impl Inode for Node {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn permissions(&self) -> Permissions {
        self.attributes.lock().permissions
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn metadata(&self, ctx: &TaskContext) -> Result<Metadata> {
        let (size, blocks) = self.size(ctx);
        let metadata = self.attributes.lock().metadata(self.id(), self.kind, PAGE_SIZE as u32);
        Ok(Metadata { size, blocks, ..metadata })
    }

    fn change(&self, _ctx: &TaskContext, change: &Change) -> Result<()> {
        self.attributes.lock().apply(change);
        Ok(())
    }

    fn truncate(&self, ctx: &TaskContext, size: u64) -> Result<()> {
        self.set_size(ctx, size)
    }

    fn open(self: Arc<Self>, _ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        if self.kind == Kind::Regular { Ok(self) } else { Err(Errno::ENXIO) }
    }

    fn note_read(&self, seldom: bool) {
        self.attributes.lock().read(seldom);
    }

    fn note_write(&self) {
        self.attributes.lock().touch();
    }

    fn readlink(&self, _ctx: &TaskContext) -> Result<Target> {
        let Body::Symlink(target) = &self.body else { return Err(Errno::EINVAL) };
        let mut copy = Vec::new();
        copy.try_reserve_exact(target.len()).map_err(|_| Errno::ENOMEM)?;
        copy.extend_from_slice(target);
        Ok(Target::Path(copy.into_boxed_slice()))
    }

    fn lookup(&self, ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        self.names()?.find(ctx, name).map(|node| node as Arc<dyn Inode>)
    }

    fn create(&self, ctx: &TaskContext, name: &[u8], new: &NewInode<'_>) -> Result<Arc<dyn Inode>> {
        self.make(ctx, name, new).map(|node| node as Arc<dyn Inode>)
    }

    fn create_nameless(&self, _ctx: &TaskContext, new: &NewInode<'_>) -> Result<Arc<dyn Inode>> {
        let node = Node::new(&self.system, new)?;
        node.attributes.lock().links = 0;
        Ok(node)
    }

    fn link(&self, ctx: &TaskContext, name: &[u8], inode: &Arc<dyn Inode>) -> Result<()> {
        self.add_link(ctx, name, inode)
    }

    fn unlink(&self, ctx: &TaskContext, name: &[u8]) -> Result<()> {
        self.remove_link(ctx, name)
    }

    fn rmdir(&self, ctx: &TaskContext, name: &[u8]) -> Result<()> {
        self.remove_directory(ctx, name)
    }

    fn rename(
        &self,
        ctx: &TaskContext,
        name: &[u8],
        into: &Arc<dyn Inode>,
        new_name: &[u8],
        exchange: bool,
    ) -> Result<()> {
        self.move_entry(ctx, name, into, new_name, exchange)
    }

    fn list(&self, ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        self.names()?.list(ctx, cursor, show)
    }
}

impl Drop for Node {
    /// Takes a whole tree apart node by node: it may be deeper than the stack.
    fn drop(&mut self) {
        self.system.limits.give_back_inode();
        let Body::Directory(names) = &mut self.body else { return };
        let mut open = Vec::new();
        open.push(names.take_all());
        while let Some(nodes) = open.last_mut() {
            let Some(node) = nodes.next() else {
                open.pop();
                continue;
            };
            if let Some(mut node) = Arc::into_inner(node)
                && let Body::Directory(names) = &mut node.body
            {
                open.push(names.take_all());
            }
        }
    }
}
