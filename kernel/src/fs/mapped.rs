//! A file's pages as a mapping has them: with the path that /proc/PID/maps shows, whose mount stays in use.

use super::mount::Path;
use crate::memory::Pager;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::fmt;
use logic::errno::Result;
use machine::frame::Frame;

/// The pages of the file at a place.
struct Mapped {
    path: Path,
    pages: Arc<dyn Pager>,
}

impl Path {
    /// The pages of the file that is here, with its name; for mmap(2), and for the segments of a program.
    pub fn mapped(&self, pages: Arc<dyn Pager>) -> Arc<dyn Pager> {
        Arc::new(Mapped { path: self.clone(), pages })
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
        self.pages.will_write(ctx, offset)
    }

    fn name(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.path.system_text().map_err(|_| fmt::Error)?;
        write!(f, "{}{}", text.text.escape_ascii(), if text.removed { " (deleted)" } else { "" })
    }

    fn identity(&self) -> (u64, u64) {
        self.pages.identity()
    }
}
