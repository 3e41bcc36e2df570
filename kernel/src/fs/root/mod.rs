//! The root file system: a cpio archive becomes a tmpfs.
//!
//! `init` hands over the archive as a window onto frames: a boot module's, or a disk's ([`read_disk`]). Only this folder knows the
//! crate cpio_reader. Data that begins on a page of the archive is not copied: the archive's frames become the file's.

mod archive;
mod disk;
mod unpack;

use super::file_system::Volume;
use super::mount::{self, Path};
use super::tmpfs::Tmpfs;
use crate::log::debug;
use crate::task::TaskContext;
use alloc::string::String;
use logic::errno::Errno;
use machine::frame;
use machine::kernel_space::Window;

pub use disk::read_disk;

/// Why there is no root, in words for whoever made the archive.
#[derive(Debug)]
pub struct RootError(pub String);

/// Makes a tmpfs from the archive and mounts it as the root of everything.
pub fn mount(ctx: &TaskContext, archive: Window, source: &str) -> Result<Path, RootError> {
    // The limit guards against programs; what the archive itself takes is there already.
    let limit = frame::total_frames() as u64 / 8 * 7;
    let root = mount::mount_root(Volume::new(Tmpfs::new(0o755, Some(limit))), source)?;
    unpack::unpack(ctx, archive, &root)?;
    debug!("the pages of the root's files are theirs");
    Ok(root)
}

impl From<Errno> for RootError {
    fn from(errno: Errno) -> RootError {
        RootError(alloc::format!("{errno}"))
    }
}

impl core::fmt::Display for RootError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}
