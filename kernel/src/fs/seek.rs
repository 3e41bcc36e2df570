//! Moving the position of an open file: lseek(2).

use super::inode::Kind;
use super::open_file::OpenFile;
use crate::task::TaskContext;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

impl OpenFile {
    /// Moves the position as `whence` of lseek(2) says; tells the new one.
    pub fn seek(&self, ctx: &TaskContext, offset: i64, whence: u32) -> Result<u64> {
        self.check_opened()?;
        if self.file().is_stream() {
            return self.file().seek_stream(ctx, offset, whence);
        }
        let mut position = self.position.lock(ctx);
        let base = match whence {
            linux::SEEK_SET => 0,
            linux::SEEK_CUR => *position,
            linux::SEEK_END => self.end(ctx)?,
            linux::SEEK_DATA | linux::SEEK_HOLE => {
                *position = self.seek_stored(ctx, offset, whence == linux::SEEK_HOLE)?;
                return Ok(*position);
            }
            _ => return Err(Errno::EINVAL),
        };
        let moved = base.checked_add_signed(offset).filter(|&moved| moved <= i64::MAX as u64).ok_or(Errno::EINVAL)?;
        *position = moved;
        Ok(moved)
    }

    fn end(&self, ctx: &TaskContext) -> Result<u64> {
        if self.inode().kind() == Kind::Directory { Err(Errno::EINVAL) } else { self.file().size(ctx) }
    }

    fn seek_stored(&self, ctx: &TaskContext, from: i64, hole: bool) -> Result<u64> {
        let size = self.end(ctx)?;
        let from = u64::try_from(from).map_err(|_| Errno::ENXIO)?;
        if from >= size {
            return Err(Errno::ENXIO);
        }
        self.file().seek_stored(ctx, from, hole)
    }
}
