//! Devices as files.

use super::file::File;
use super::inode::Kind;
use super::open_file::OpenFlags;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// Opens the device that a node stands for.
pub fn open(_ctx: &TaskContext, _kind: Kind, _flags: OpenFlags) -> Result<Arc<dyn File>> {
    Err(Errno::ENXIO)
}
