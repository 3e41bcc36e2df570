//! What a process runs: its memory, and the file that it came from.

use crate::fs::mount::Path;
use crate::memory::AddressSpace;
use alloc::sync::Arc;
use core::ops::Range;
use logic::errno::Result;

/// A program in memory. Replaced as a whole by execve(2).
pub struct Program {
    /// The memory.
    pub space: Arc<AddressSpace>,
    /// The file.
    pub file: Executable,
    /// Where on the stack the arguments were put, one after the other, each with a NUL: /proc/PID/cmdline.
    pub arguments: Range<u64>,
    /// Likewise the environment: /proc/PID/environ.
    pub environment: Range<u64>,
    /// Where it was told about itself: /proc/PID/auxv.
    pub auxiliary: u64,
}

/// A file that is being run: nobody can write to it meanwhile (ETXTBSY).
pub struct Executable {
    path: Path,
}

impl Executable {
    /// Begins to run a file; `ETXTBSY` while somebody may write to it.
    pub fn new(path: Path) -> Result<Executable> {
        path.dentry.inode().state().begin_run()?;
        Ok(Executable { path })
    }

    /// Where it is: /proc/PID/exe.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        self.path.dentry.inode().state().end_run();
    }
}
