//! Who asks, as far as files are concerned: credentials(7), path_resolution(7).

use super::inode::{Inode, Permissions};
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use logic::errno::{Errno, Result};

bitflags! {
    /// What somebody wants to do with a file; the bits of access(2) and of each digit of a mode.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Want: u16 {
        /// Run a program, or search a directory.
        const EXECUTE = 1;
        /// Change it.
        const WRITE = 2;
        /// Read it, or list a directory.
        const READ = 4;
    }
}

/// A user for the purposes of the file system: the file-system ids of a process and its supplementary groups.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user; 0 may nearly everything.
    pub user: u32,
    /// The group.
    pub group: u32,
    /// The further groups.
    pub groups: Arc<Vec<u32>>,
}

impl Credentials {
    /// The superuser.
    pub fn root() -> Credentials {
        Credentials { user: 0, group: 0, groups: Arc::new(Vec::new()) }
    }

    /// Whether permissions hardly bind.
    pub fn is_root(&self) -> bool {
        self.user == 0
    }

    /// Whether the user is in a group.
    pub fn is_in(&self, group: u32) -> bool {
        self.group == group || self.groups.contains(&group)
    }

    /// Whether the user owns the inode, or may as if.
    pub fn owns(&self, permissions: &Permissions) -> bool {
        self.is_root() || self.user == permissions.user
    }

    /// `EACCES` unless the user may do all of `want` with the inode.
    pub fn check(&self, inode: &dyn Inode, want: Want) -> Result<()> {
        if self.is_root() && (!want.contains(Want::EXECUTE) || inode.kind().is_directory()) {
            return Ok(());
        }
        if self.allowed(&inode.permissions()).contains(want) { Ok(()) } else { Err(Errno::EACCES) }
    }

    fn allowed(&self, permissions: &Permissions) -> Want {
        let mode = permissions.mode;
        if self.is_root() {
            // The superuser reads and writes anything, but runs only what somebody may run.
            let run = if mode & 0o111 == 0 { Want::empty() } else { Want::EXECUTE };
            return Want::READ | Want::WRITE | run;
        }
        let shift = match () {
            () if self.user == permissions.user => 6,
            () if self.is_in(permissions.group) => 3,
            () => 0,
        };
        Want::from_bits_truncate(mode >> shift)
    }
}
