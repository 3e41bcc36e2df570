//! Whose an object is and who may use it: `struct ipc_perm` of sysvipc(7).

use crate::fs::Credentials;
use logic::errno::{Errno, Result};

/// Bits of what somebody wants, in one digit of a mode.
pub const READ: u16 = 4;
/// Likewise.
pub const WRITE: u16 = 2;
/// Likewise.
pub const EXECUTE: u16 = 1;

/// An object's owner.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The key that it is found by; 0: none (IPC_PRIVATE).
    pub key: i32,
    /// The owner.
    pub user: u32,
    /// The owning group.
    pub group: u32,
    /// Who made it.
    pub maker_user: u32,
    /// With which group.
    pub maker_group: u32,
    /// The lower nine bits say who may.
    pub mode: u16,
    /// What makes its number unlike that of one before it.
    pub sequence: u16,
}

/// Who asks.
pub struct Asker<'a> {
    /// The ids.
    pub ids: &'a Credentials,
    /// Permissions do not bind (CAP_IPC_OWNER).
    pub passes: bool,
    /// May do what else only owners may (CAP_SYS_ADMIN).
    pub governs: bool,
    /// May take more than everybody (CAP_SYS_RESOURCE).
    pub exceeds: bool,
    /// The process.
    pub process: u32,
}

impl Owner {
    /// The owner of what somebody makes.
    pub fn new(key: i32, mode: u16, asker: &Asker<'_>) -> Owner {
        let Credentials { user, group, .. } = *asker.ids;
        Owner { key, user, group, maker_user: user, maker_group: group, mode: mode & 0o777, sequence: 0 }
    }

    /// `EACCES` unless somebody may do all that is set in any digit of `wanted`.
    pub fn check(&self, asker: &Asker<'_>, wanted: u16) -> Result<()> {
        let wanted = (wanted >> 6 | wanted >> 3 | wanted) & 7;
        let (user, ids) = (asker.ids.user, asker.ids);
        let granted = match () {
            () if user == self.user || user == self.maker_user => self.mode >> 6,
            () if ids.is_in(self.group) || ids.is_in(self.maker_group) => self.mode >> 3,
            () => self.mode,
        };
        if wanted & !granted == 0 || asker.passes { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// `EPERM` unless somebody may change it or take it away.
    pub fn check_rule(&self, asker: &Asker<'_>) -> Result<()> {
        let own = [self.user, self.maker_user].contains(&asker.ids.user);
        if own || asker.governs { Ok(()) } else { Err(Errno::EPERM) }
    }

    /// Gives it to somebody else, with another mode.
    pub fn change(&mut self, user: u32, group: u32, mode: u16) {
        (self.user, self.group) = (user, group);
        self.mode = self.mode & !0o777 | mode & 0o777;
    }
}
