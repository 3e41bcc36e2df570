//! Making and removing names: mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2).

use super::inode::{Kind, Target};
use super::lookup::{Follow, Last, Lookup, Walk};
use super::mount::Path;
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};

impl Lookup {
    /// Makes a directory.
    pub fn mkdir(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8], mode: u16) -> Result<()> {
        self.make(ctx, base, path, Kind::Directory, mode, b"").map(|_| ())
    }

    /// Makes a symbolic link that leads to `target`.
    pub fn symlink(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8], target: &[u8]) -> Result<()> {
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        let all = Lookup { umask: 0, ..self.clone() };
        all.make(ctx, base, path, Kind::Symlink, 0o777, target).map(|_| ())
    }

    /// Makes a file of any kind but a symbolic link where the path's last name is free; `EEXIST` otherwise.
    pub fn mknod(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8], kind: Kind, mode: u16) -> Result<()> {
        if matches!(kind, Kind::CharacterDevice(_) | Kind::BlockDevice(_)) && !self.credentials.is_root() {
            return Err(Errno::EPERM);
        }
        self.make(ctx, base, path, kind, mode, b"").map(|_| ())
    }

    /// Makes a name for a socket: bind(2). `EADDRINUSE` if there is something.
    pub fn make_socket(&self, ctx: &TaskContext, path: &[u8]) -> Result<Path> {
        let made = self.make(ctx, None, path, Kind::Socket, 0o777, b"");
        made.map_err(|errno| if errno == Errno::EEXIST { Errno::EADDRINUSE } else { errno })
    }

    /// Gives what is at `from` one more name; both must be in the same mount.
    pub fn link(&self, ctx: &TaskContext, from: &Path, base: Option<&Path>, path: &[u8]) -> Result<()> {
        let mut walk = self.walk(base, path)?;
        let next = walk.walk_to_last(ctx)?;
        let name = new_name(ctx, &walk, walk.last(next), false)?;
        if !Arc::ptr_eq(&walk.at.mount, &from.mount) {
            return Err(Errno::EXDEV);
        }
        if from.dentry.kind().is_directory() {
            return Err(Errno::EPERM);
        }
        let nameless = from.dentry.inode().metadata(ctx)?.links == 0;
        if nameless && !from.dentry.inode().state().linkable.load(Ordering::Relaxed) {
            return Err(Errno::ENOENT);
        }
        walk.at.dentry.link(ctx, &self.credentials, name, from.dentry.inode())
    }

    /// Removes the name of what is not a directory.
    pub fn unlink(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8]) -> Result<()> {
        let mut walk = self.walk(base, path)?;
        let next = walk.walk_to_last(ctx)?;
        match walk.last(next) {
            Last::Name(name, slash) => {
                if slash {
                    let child = walk.at.dentry.child(ctx, name)?;
                    return Err(if child.kind().is_directory() { Errno::EISDIR } else { Errno::ENOTDIR });
                }
                walk.at.check_writable()?;
                walk.at.dentry.remove(ctx, &self.credentials, name, false)
            }
            Last::Here | Last::Up | Last::Root => Err(Errno::EISDIR),
        }
    }

    /// Removes an empty directory.
    pub fn rmdir(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8]) -> Result<()> {
        let mut walk = self.walk(base, path)?;
        let next = walk.walk_to_last(ctx)?;
        match walk.last(next) {
            Last::Name(name, _) => {
                walk.at.check_writable()?;
                walk.at.dentry.remove(ctx, &self.credentials, name, true)
            }
            Last::Here => Err(Errno::EINVAL),
            Last::Up => Err(Errno::ENOTEMPTY),
            Last::Root => Err(Errno::EBUSY),
        }
    }

    /// The path in a symbolic link.
    pub fn readlink(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8]) -> Result<Box<[u8]>> {
        self.read_link(ctx, &self.find(ctx, base, path, Follow::No)?)
    }

    /// The path in the symbolic link at a place.
    pub fn read_link(&self, ctx: &TaskContext, place: &Path) -> Result<Box<[u8]>> {
        match place.dentry.inode().readlink(ctx)? {
            Target::Path(target) => Ok(target),
            Target::Place(place) => place.text(&self.root)?.link_text(),
        }
    }

    fn make(
        &self,
        ctx: &TaskContext,
        base: Option<&Path>,
        path: &[u8],
        kind: Kind,
        mode: u16,
        target: &[u8],
    ) -> Result<Path> {
        let mut walk = self.walk(base, path)?;
        let next = walk.walk_to_last(ctx)?;
        let name = new_name(ctx, &walk, walk.last(next), kind.is_directory())?;
        let new = self.new_inode(kind, mode, target);
        let (dentry, made) = walk.at.dentry.child_or_new(ctx, &self.credentials, name, &new)?;
        if made { Ok(Path { mount: walk.at.mount.clone(), dentry }) } else { Err(Errno::EEXIST) }
    }
}

/// The name that is to be made, unless it cannot be: `EEXIST` for what is there, `ENOENT` for a slash behind what will be no
/// directory, `EROFS` where nothing can be changed. That it is free is left to the making.
fn new_name<'a>(ctx: &TaskContext, walk: &Walk<'_>, last: Last<'a>, directory: bool) -> Result<&'a [u8]> {
    let Last::Name(name, slash) = last else { return Err(Errno::EEXIST) };
    let allowed = if slash && !directory { Err(Errno::ENOENT) } else { walk.at.check_writable() };
    let Err(refusal) = allowed else { return Ok(name) };
    match walk.at.dentry.child(ctx, name) {
        Ok(_) => Err(Errno::EEXIST),
        Err(Errno::ENOENT) => Err(refusal),
        Err(errno) => Err(errno),
    }
}
