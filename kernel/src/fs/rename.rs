//! Renaming: rename(2), renameat2(2).

use super::credentials::{Credentials, Want};
use super::dentry::{Children, Dentry, Name};
use super::inotify::{self, Events};
use super::lookup::{Last, Lookup};
use super::mount::Path;
use crate::task::{Mutex, TaskContext};
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// Held by who moves names between directories: while it is held, nobody else changes what lies in what.
static MOVES: Mutex<()> = Mutex::new("moves of directories", ());

/// What is to happen when the new name is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// What has it is replaced.
    Replace,
    /// `EEXIST`.
    Refuse,
    /// Both change places; `ENOENT` if it is free.
    Exchange,
}

/// The two ends of a rename.
struct Ends<'a> {
    from: &'a Arc<Dentry>,
    name: &'a [u8],
    to: &'a Arc<Dentry>,
    new_name: &'a [u8],
    taken: Taken,
    /// A slash follows one of the paths: only a directory will do.
    slash: bool,
}

impl Lookup {
    /// Moves what has one path to another.
    pub fn rename(
        &self,
        ctx: &TaskContext,
        old: (Option<&Path>, &[u8]),
        new: (Option<&Path>, &[u8]),
        taken: Taken,
    ) -> Result<()> {
        let (mut from, mut to) = (self.walk(old.0, old.1)?, self.walk(new.0, new.1)?);
        let (old_last, new_last) = (from.walk_to_last(ctx)?, to.walk_to_last(ctx)?);
        if !Arc::ptr_eq(&from.at.mount, &to.at.mount) {
            return Err(Errno::EXDEV);
        }
        let (name, old_slash) = movable(from.last(old_last), Errno::EBUSY)?;
        let occupied = if taken == Taken::Refuse { Errno::EEXIST } else { Errno::EBUSY };
        let (new_name, new_slash) = movable(to.last(new_last), occupied)?;
        from.at.check_writable()?;
        let slash = old_slash || new_slash;
        let ends = Ends { from: &from.at.dentry, name, to: &to.at.dentry, new_name, taken, slash };
        ends.run(ctx, &self.credentials)
    }
}

fn movable(last: Last<'_>, otherwise: Errno) -> Result<(&[u8], bool)> {
    match last {
        Last::Name(name, slash) => Ok((name, slash)),
        _ => Err(otherwise),
    }
}

impl Ends<'_> {
    fn run(&self, ctx: &TaskContext, credentials: &Credentials) -> Result<()> {
        if Arc::ptr_eq(self.from, self.to) {
            let mut children = self.from.children.lock(ctx);
            return self.change(ctx, credentials, &mut children, None);
        }
        let _moves = MOVES.lock(ctx);
        // An ancestor is locked before what lies below it; others in any order, since MOVES is held.
        if is_above(self.to, self.from) {
            let mut there = self.to.children.lock(ctx);
            let mut here = self.from.children.lock(ctx);
            self.change(ctx, credentials, &mut here, Some(&mut there))
        } else {
            let mut here = self.from.children.lock(ctx);
            let mut there = self.to.children.lock(ctx);
            self.change(ctx, credentials, &mut here, Some(&mut there))
        }
    }

    /// Checks and renames, with both directories locked (`there` is `None` if they are the same).
    fn change(
        &self,
        ctx: &TaskContext,
        credentials: &Credentials,
        here: &mut Children,
        mut there: Option<&mut Children>,
    ) -> Result<()> {
        let moved = here.find(ctx, self.from, self.name)?;
        let target = match there.as_deref_mut().unwrap_or(&mut *here).find(ctx, self.to, self.new_name) {
            Ok(target) => Some(target),
            Err(Errno::ENOENT) => None,
            Err(errno) => return Err(errno),
        };
        self.check_names(&moved, target.as_deref())?;
        here.check_removal(self.from, credentials, &moved)?;
        let into = there.as_deref_mut().unwrap_or(&mut *here);
        match &target {
            Some(target) => into.check_removal(self.to, credentials, target)?,
            None => into.check_change(self.to, credentials)?,
        }
        if target.as_ref().is_some_and(|target| target.inode().id() == moved.inode().id()) {
            return Ok(());
        }
        self.check_kinds(credentials, &moved, target.as_deref())?;
        into.make_room()?;
        here.make_room()?;
        match target {
            Some(_) if self.taken == Taken::Exchange => self.exchange(ctx, here, there),
            Some(target) if target.kind().is_directory() => {
                let mut inside = target.children.lock(ctx);
                self.replace(ctx, here, there)?;
                inside.close();
                drop(inside);
                inotify::tell_removal(ctx, &target);
                Ok(())
            }
            target => {
                self.replace(ctx, here, there)?;
                if let Some(target) = target {
                    inotify::tell_inode(&target, Events::ATTRIBUTES);
                    inotify::tell_removal(ctx, &target);
                }
                Ok(())
            }
        }
    }

    fn check_names(&self, moved: &Arc<Dentry>, target: Option<&Dentry>) -> Result<()> {
        match (self.taken, target) {
            (Taken::Refuse, Some(_)) => return Err(Errno::EEXIST),
            (Taken::Exchange, None) => return Err(Errno::ENOENT),
            _ => {}
        }
        if self.slash && !moved.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        if is_above(moved, self.to) {
            return Err(Errno::EINVAL);
        }
        if target.is_some_and(|target| is_above(target, self.from)) {
            // What is to be replaced holds what is to be moved.
            return Err(if self.taken == Taken::Exchange { Errno::EINVAL } else { Errno::ENOTEMPTY });
        }
        Ok(())
    }

    fn check_kinds(&self, credentials: &Credentials, moved: &Dentry, target: Option<&Dentry>) -> Result<()> {
        if moved.is_mount_point() || target.is_some_and(Dentry::is_mount_point) {
            return Err(Errno::EBUSY);
        }
        let changes_parent = !Arc::ptr_eq(self.from, self.to);
        if changes_parent && moved.kind().is_directory() {
            // Its `..` changes, so it is written itself.
            credentials.check(&**moved.inode(), Want::WRITE)?;
        }
        match target {
            Some(target) if self.taken != Taken::Exchange => {
                match (moved.kind().is_directory(), target.kind().is_directory()) {
                    (true, false) => Err(Errno::ENOTDIR),
                    (false, true) => Err(Errno::EISDIR),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn replace(&self, ctx: &TaskContext, here: &mut Children, there: Option<&mut Children>) -> Result<()> {
        self.from.inode().rename(ctx, self.name, self.to.inode(), self.new_name, false)?;
        let moved = here.take(self.name);
        let into = there.unwrap_or(here);
        into.forget(self.new_name);
        if let Some(moved) = moved {
            inotify::tell_move((self.from, self.name), (self.to, self.new_name), &moved);
            into.adopt(self.to, Name::from(self.new_name), moved);
        }
        Ok(())
    }

    fn exchange(&self, ctx: &TaskContext, here: &mut Children, mut there: Option<&mut Children>) -> Result<()> {
        self.from.inode().rename(ctx, self.name, self.to.inode(), self.new_name, true)?;
        let moved = here.take(self.name);
        let other = there.as_deref_mut().unwrap_or(&mut *here).take(self.new_name);
        if let Some(other) = other {
            inotify::tell_move((self.to, self.new_name), (self.from, self.name), &other);
            here.adopt(self.from, Name::from(self.name), other);
        }
        if let Some(moved) = moved {
            inotify::tell_move((self.from, self.name), (self.to, self.new_name), &moved);
            there.unwrap_or(here).adopt(self.to, Name::from(self.new_name), moved);
        }
        Ok(())
    }
}

/// Whether `below` is `above` or lies in it.
fn is_above(above: &Dentry, below: &Arc<Dentry>) -> bool {
    let mut here = Some(below.clone());
    while let Some(dentry) = here {
        if core::ptr::eq(&*dentry, above) {
            return true;
        }
        here = dentry.parent();
    }
    false
}
