//! What the regular files of a tmpfs do: their pages are the page cache, and nothing stands behind it.

use super::System;
use super::limits::Limits;
use super::node::{Body, Node};
use super::seals::Seals;
use crate::fs::file::File;
use crate::fs::inode::InodeId;
use crate::fs::page_cache::{Backing, PageCache, Pages};
use crate::memory::{Pager, Sink, Source};
use crate::task::TaskContext;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// What stands behind the pages: nothing but the count of them.
pub(super) struct Memory {
    limits: Arc<Limits>,
    id: InodeId,
}

impl Memory {
    pub(super) fn new(system: &System, number: u64) -> Memory {
        Memory { limits: system.limits.clone(), id: InodeId { device: system.device, number } }
    }

    fn take(&self, frame: impl FnOnce() -> Result<Frame>) -> Result<Frame> {
        self.limits.take()?;
        frame().map_err(|_| {
            self.limits.give_back(1);
            Errno::ENOSPC
        })
    }
}

impl Backing for Memory {
    fn load(&self, _ctx: &TaskContext, _pages: &Pages, _number: u64) -> Result<Option<Frame>> {
        Ok(None)
    }

    fn make(&self, _ctx: &TaskContext, pages: &Pages, number: u64) -> Result<Frame> {
        let page = self.take(Frame::zeroed)?;
        let kept = pages.put(number, page.clone());
        if !kept.as_ref().is_ok_and(|kept| *kept == page) {
            self.limits.give_back(1);
        }
        kept
    }

    fn fresh(&self) -> Result<Frame> {
        self.take(Frame::new)
    }

    const HAS_HOLES: bool = true;

    fn dropped(&self, count: u64) {
        self.limits.give_back(count);
    }

    fn identity(&self) -> (u64, u64) {
        (self.id.device.encode(), self.id.number)
    }
}

impl Node {
    pub(super) fn cache(&self) -> Result<&Arc<PageCache<Memory>>> {
        match &self.body {
            Body::Regular(cache) => Ok(cache),
            _ => Err(Errno::EINVAL),
        }
    }

    pub(super) fn set_size(&self, ctx: &TaskContext, size: u64) -> Result<()> {
        let writing = self.cache()?.writing(ctx);
        self.check_size(writing.size(), size)?;
        writing.truncate(ctx, size)?;
        drop(writing);
        self.attributes.lock().touch();
        Ok(())
    }

    fn write_at_or_end(&self, ctx: &TaskContext, position: Option<u64>, from: &mut Source<'_>) -> Result<(usize, u64)> {
        let writing = self.cache()?.writing(ctx);
        let position = position.unwrap_or_else(|| writing.size());
        if self.seals() != Seals::SEAL {
            self.check_unsealed(Seals::WRITE | Seals::FUTURE_WRITE)?;
            let end = position.saturating_add(from.remaining() as u64);
            self.check_size(writing.size(), end.max(writing.size()))?;
        }
        let count = writing.write(ctx, position, from)?;
        drop(writing);
        if count > 0 {
            self.attributes.lock().touch();
        }
        Ok((count, position + count as u64))
    }
}

impl File for Node {
    fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        self.cache()?.read(ctx, position, into)
    }

    fn write(&self, ctx: &TaskContext, position: u64, from: &mut Source<'_>) -> Result<usize> {
        self.write_at_or_end(ctx, Some(position), from).map(|(count, _)| count)
    }

    fn append(&self, ctx: &TaskContext, from: &mut Source<'_>) -> Result<(usize, u64)> {
        self.write_at_or_end(ctx, None, from)
    }

    fn size(&self, _ctx: &TaskContext) -> Result<u64> {
        Ok(self.cache()?.size())
    }

    fn frames(&self) -> usize {
        let nameless = self.attributes.lock().links == 0;
        self.cache().map_or(0, |cache| if nameless { cache.pages().count() as usize } else { 0 })
    }

    fn seek_stored(&self, _ctx: &TaskContext, from: u64, hole: bool) -> Result<u64> {
        let cache = self.cache()?;
        if hole { Ok(cache.next_hole(from)) } else { cache.next_stored(from) }
    }

    fn pager(&self) -> Result<Arc<dyn Pager>> {
        Ok(self.cache()?.clone())
    }

    fn admit_mapping(&self, writes: bool) -> Result<bool> {
        let seals = self.seals();
        if seals.contains(Seals::WRITE) || seals.contains(Seals::FUTURE_WRITE) && writes {
            return Err(Errno::EPERM);
        }
        Ok(!seals.contains(Seals::FUTURE_WRITE))
    }

    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Ok(())
    }

    fn allocate(&self, ctx: &TaskContext, mode: u32, position: u64, length: u64) -> Result<()> {
        const PUNCH: u32 = linux::FALLOC_FL_PUNCH_HOLE | linux::FALLOC_FL_KEEP_SIZE;
        let writing = self.cache()?.writing(ctx);
        if mode == PUNCH {
            self.check_unsealed(Seals::WRITE | Seals::FUTURE_WRITE)?;
        } else if mode == 0 {
            self.check_size(writing.size(), position.saturating_add(length).max(writing.size()))?;
        }
        match mode {
            0 | linux::FALLOC_FL_KEEP_SIZE => writing.allocate(ctx, position, length)?,
            PUNCH => writing.punch(ctx, position, length),
            _ => return Err(Errno::EOPNOTSUPP),
        }
        if mode == 0 {
            writing.grow(position.saturating_add(length));
        }
        drop(writing);
        self.attributes.lock().touch();
        Ok(())
    }
}
