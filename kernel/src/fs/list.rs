//! Reading a directory: getdents64(2).

use super::inode::{Kind, Listed};
use super::open_file::OpenFile;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};

/// The cursor behind `.`, and that behind `..`; a file system's own cursors come after these.
const AFTER_HERE: u64 = 1;
const AFTER_UP: u64 = 2;

impl OpenFile {
    /// Shows the directory's entries from where the last call stopped, `.` and `..` first, until `show` refuses one.
    pub fn list(&self, ctx: &TaskContext, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        self.check_opened()?;
        if !self.inode().kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        if self.path().dentry.is_removed() {
            return Err(Errno::ENOENT);
        }
        self.note_read(1);
        let mut cursor = self.position.lock(ctx);
        if *cursor == 0 {
            if !show(&directory(b".", self.inode().id().number, AFTER_HERE)) {
                return Ok(());
            }
            *cursor = AFTER_HERE;
        }
        if *cursor == AFTER_HERE {
            let above = self.path().parent(None).dentry.inode().id().number;
            if !show(&directory(b"..", above, AFTER_UP)) {
                return Ok(());
            }
            *cursor = AFTER_UP;
        }
        let start = *cursor - AFTER_UP;
        self.inode().list(ctx, start, &mut |entry| {
            let shown = Listed { next: entry.next.saturating_add(AFTER_UP), ..*entry };
            let taken = show(&shown);
            if taken {
                *cursor = shown.next;
            }
            taken
        })
    }
}

fn directory(name: &[u8], number: u64, next: u64) -> Listed<'_> {
    Listed { name, number, kind: Kind::Directory, next }
}
