//! A file's pages as a mapping has them: with the path that /proc/PID/maps shows. The mapping keeps the file open, and with it its
//! mount in use, and its executability away if it was opened for writing.

use super::mount::{MountFlags, Path};
use super::open_file::OpenFile;
use crate::memory::{Content, Pager};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};
use machine::frame::Frame;

/// The pages of the file at a place.
struct Mapped {
    path: Path,
    /// `None`: a program's file, which `process` keeps.
    file: Option<Arc<OpenFile>>,
    pages: Arc<dyn Pager>,
}

impl Path {
    /// The pages of the file that is here, with its name; for the segments of a program.
    pub fn mapped(&self, pages: Arc<dyn Pager>) -> Arc<dyn Pager> {
        Arc::new(Mapped { path: self.clone(), file: None, pages })
    }
}

impl OpenFile {
    /// What a mapping of the file shows from an offset on; `EACCES` unless it was opened for reading, and for `shared_writes` for
    /// both.
    pub fn content(self: &Arc<Self>, shared_writes: bool, offset: u64) -> Result<Content> {
        self.check_opened()?;
        let flags = self.flags();
        if !flags.readable() || shared_writes && !flags.writable() {
            return Err(Errno::EACCES);
        }
        if self.file().shows_zeros() {
            return Ok(Content::Anonymous);
        }
        let pages = self.file().pager()?;
        self.note_read(1);
        let pager = Arc::new(Mapped { path: self.path().clone(), file: Some(self.clone()), pages });
        Ok(Content::Paged { pager, offset })
    }

    /// Whether a mapping of it may be executed: not from a mount that forbids it.
    pub fn may_execute(&self) -> bool {
        !self.path().mount.flags().contains(MountFlags::NO_RUN)
    }
}

impl Pager for Mapped {
    fn page(&self, ctx: &TaskContext, offset: u64) -> Result<Frame> {
        self.pages.page(ctx, offset)
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        self.pages.cached(offset)
    }

    fn will_write(&self, ctx: &TaskContext, offset: u64) -> Result<()> {
        self.pages.will_write(ctx, offset)?;
        if let Some(file) = &self.file {
            file.inode().note_write();
        }
        Ok(())
    }

    fn sync(&self, ctx: &TaskContext) -> Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.file().sync(ctx))
    }

    fn punch(&self, ctx: &TaskContext, offset: u64, length: u64) -> Result<()> {
        self.pages.punch(ctx, offset, length)
    }

    fn object(&self) -> usize {
        self.pages.object()
    }

    fn name(&self) -> Option<Box<[u8]>> {
        self.path.system_text().ok()?.link_text().ok()
    }

    fn identity(&self) -> (u64, u64) {
        self.pages.identity()
    }
}
