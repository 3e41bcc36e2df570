//! What is open without being something to read or write: a directory, and a place opened with `O_PATH`.

use super::file::File;
use crate::memory::{Sink, Source};
use crate::task::TaskContext;
use logic::errno::{Errno, Result};

/// An open directory; its entries are read by `OpenFile::list`.
pub(super) struct Directory;

/// A place that was opened with `O_PATH`: a name for other calls, nothing more.
pub(super) struct Unopened;

impl File for Directory {
    fn read(&self, _ctx: &TaskContext, _position: u64, _into: &mut Sink<'_>) -> Result<usize> {
        Err(Errno::EISDIR)
    }

    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Ok(())
    }
}

impl File for Unopened {
    fn read(&self, _ctx: &TaskContext, _position: u64, _into: &mut Sink<'_>) -> Result<usize> {
        Err(Errno::EBADF)
    }

    fn write(&self, _ctx: &TaskContext, _position: u64, _from: &mut Source<'_>) -> Result<usize> {
        Err(Errno::EBADF)
    }

    fn sync(&self, _ctx: &TaskContext) -> Result<()> {
        Err(Errno::EBADF)
    }
}
