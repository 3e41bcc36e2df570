//! Changing what stat(2) tells: chmod(2), chown(2), utimensat(2), truncate(2); and what a write does to set-id bits.

use super::credentials::{Credentials, Want};
use super::inode::{Change, Inode, Kind, Permissions};
use super::inotify::{self, Events};
use super::mount::Path;
use super::time::now;
use super::writer::Writer;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;

const SET_USER: u16 = 0o4000;
const SET_GROUP: u16 = 0o2000;
const GROUP_EXECUTE: u16 = 0o010;

/// A time to be set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Time {
    /// It stays.
    Stays,
    /// The time of the call.
    Now,
    /// This.
    At(TimeSpec),
}

impl Path {
    /// Sets the lower twelve bits of the mode. Who is not in the file's group cannot set its set-group-id bit.
    pub fn change_mode(&self, ctx: &TaskContext, credentials: &Credentials, mode: u16) -> Result<()> {
        self.check_writable()?;
        let inode = self.dentry.inode();
        let old = inode.permissions();
        if !credentials.owns(&old) {
            return Err(Errno::EPERM);
        }
        let stranger = !credentials.is_root() && !credentials.is_in(old.group);
        let refused = if stranger { SET_GROUP } else { 0 };
        inode.change(ctx, &Change { mode: Some(mode & 0o7777 & !refused), ..Change::default() })?;
        inotify::tell(&self.dentry, Events::ATTRIBUTES);
        Ok(())
    }

    /// Sets owner and group, where they are given; the set-id bits of what is no directory go.
    pub fn change_owner(
        &self,
        ctx: &TaskContext,
        credentials: &Credentials,
        user: Option<u32>,
        group: Option<u32>,
    ) -> Result<()> {
        self.check_writable()?;
        let inode = self.dentry.inode();
        let old = inode.permissions();
        let owner = credentials.user == old.user;
        let user_allowed = user.is_none_or(|user| owner && user == old.user);
        let group_allowed = group.is_none_or(|group| owner && (group == old.group || credentials.is_in(group)));
        let allowed = credentials.is_root() || user_allowed && group_allowed;
        if !allowed {
            return Err(Errno::EPERM);
        }
        let kept = if inode.kind().is_directory() { None } else { without_set_id(&old, credentials) };
        inode.change(ctx, &Change { mode: kept, user, group, ..Change::default() })?;
        inotify::tell(&self.dentry, Events::ATTRIBUTES);
        Ok(())
    }

    /// Sets the times of the last reading and of the last change. The owner may set any; who may write may set both to now.
    pub fn change_times(
        &self,
        ctx: &TaskContext,
        credentials: &Credentials,
        accessed: Time,
        modified: Time,
    ) -> Result<()> {
        if (accessed, modified) == (Time::Stays, Time::Stays) {
            return Ok(());
        }
        self.check_writable()?;
        let inode = self.dentry.inode();
        if !credentials.owns(&inode.permissions()) {
            if (accessed, modified) != (Time::Now, Time::Now) {
                return Err(Errno::EPERM);
            }
            credentials.check(&**inode, Want::WRITE)?;
        }
        let now = now();
        let time = |time| match time {
            Time::Stays => None,
            Time::Now => Some(now),
            Time::At(time) => Some(time),
        };
        let (accessed, modified) = (time(accessed), time(modified));
        inode.change(ctx, &Change { accessed, modified, ..Change::default() })?;
        inotify::tell(&self.dentry, Events::ATTRIBUTES);
        Ok(())
    }

    /// Sets a regular file's size, for one who may write it: truncate(2).
    pub fn truncate(&self, ctx: &TaskContext, credentials: &Credentials, writer: &Writer, size: u64) -> Result<()> {
        let inode = self.dentry.inode();
        match inode.kind() {
            Kind::Regular => {}
            Kind::Directory => return Err(Errno::EISDIR),
            _ => return Err(Errno::EINVAL),
        }
        self.check_writable()?;
        credentials.check(&**inode, Want::WRITE)?;
        inode.state().begin_write()?;
        let truncated = writer.truncate(ctx, &**inode, size);
        inode.state().end_write();
        inotify::tell(&self.dentry, Events::MODIFY);
        truncated
    }
}

/// The mode without the set-id bits that do not outlive a change by these credentials, if it has any: set-user-id; set-group-id where it
/// means to run as the group, or by a stranger to the group.
pub(super) fn without_set_id(old: &Permissions, credentials: &Credentials) -> Option<u16> {
    let stranger = !credentials.is_root() && !credentials.is_in(old.group);
    let group_runs = old.mode & GROUP_EXECUTE != 0;
    let cleared = SET_USER | if group_runs || stranger { SET_GROUP } else { 0 };
    (old.mode & cleared != 0).then_some(old.mode & !cleared)
}

/// Takes the set-id bits from a regular file that somebody without privileges changes.
pub(super) fn strip_set_id(ctx: &TaskContext, inode: &dyn Inode) -> Result<()> {
    let old = inode.permissions();
    let group = if old.mode & GROUP_EXECUTE != 0 { SET_GROUP } else { 0 };
    let mode = old.mode & !(SET_USER | group);
    if mode == old.mode { Ok(()) } else { inode.change(ctx, &Change { mode: Some(mode), ..Change::default() }) }
}
