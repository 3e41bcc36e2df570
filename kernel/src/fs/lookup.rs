//! From a path to a place: path_resolution(7).
//!
//! [`Lookup`] says who asks and from where; `process` owns one for each process. A [`Walk`] goes along a path, name by name, through
//! symbolic links and mounts; `open`, `names` and `rename` stop it before the last name.

use super::credentials::{Credentials, Want};
use super::dentry::Dentry;
use super::inode::{Inode, Kind, NewInode, Permissions, Target};
use super::mount::Path;
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::path::{Step, step};

/// How many symbolic links one walk follows before it is called a loop.
const MAX_LINKS: u32 = 40;

/// Who looks for a path, and from where.
#[derive(Clone)]
pub struct Lookup {
    /// Where absolute paths start, and `..` ends: chroot(2).
    pub root: Path,
    /// Where other paths start.
    pub cwd: Path,
    /// Who asks.
    pub credentials: Arc<Credentials>,
    /// The permissions that new files do not get: umask(2).
    pub umask: u16,
    /// Where a walk may not go.
    pub resolve: Resolve,
}

bitflags! {
    /// Where a walk may not go: the `RESOLVE_` flags of openat2(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Resolve: u32 {
        /// Not into another mount (`EXDEV`).
        const NO_MOUNTS = linux::RESOLVE_NO_XDEV;
        /// Not through the links of /proc (`ELOOP`).
        const NO_JUMPS = linux::RESOLVE_NO_MAGICLINKS;
        /// Not through symbolic links (`ELOOP`).
        const NO_LINKS = linux::RESOLVE_NO_SYMLINKS;
        /// Not out of the directory where it begins (`EXDEV`).
        const BENEATH = linux::RESOLVE_BENEATH;
        /// The directory where it begins is its root.
        const IN_ROOT = linux::RESOLVE_IN_ROOT;
        /// Only over names that are known already; all are.
        const CACHED = linux::RESOLVE_CACHED;
    }
}

/// Whether a symbolic link at the end of a path is followed, or meant itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// It is followed.
    Yes,
    /// It is meant itself (unless slashes come after it).
    No,
}

impl Lookup {
    /// The superuser's, at the root.
    pub fn new(root: Path) -> Lookup {
        Lookup {
            cwd: root.clone(),
            root,
            credentials: Arc::new(Credentials::root()),
            umask: 0o022,
            resolve: Resolve::empty(),
        }
    }

    /// Confines the walks that begin at `base`: openat2(2).
    pub fn confine(&mut self, base: Option<&Path>, resolve: Resolve) {
        self.resolve = resolve;
        if resolve.intersects(Resolve::IN_ROOT | Resolve::BENEATH) {
            self.root = base.unwrap_or(&self.cwd).clone();
        }
    }

    fn refuses(&self, what: Resolve) -> bool {
        self.resolve.intersects(what)
    }

    /// The place that a path names, from `base` if the path is not absolute (`None`: the working directory).
    pub fn find(&self, ctx: &TaskContext, base: Option<&Path>, path: &[u8], follow: Follow) -> Result<Path> {
        let mut walk = self.walk(base, path)?;
        while let Some(next) = walk.next()? {
            let follow = follow == Follow::Yes || !next.last || next.slash;
            walk.enter(ctx, next, follow)?;
        }
        Ok(walk.at)
    }

    /// Starts a walk.
    pub(super) fn walk<'a>(&'a self, base: Option<&Path>, path: &'a [u8]) -> Result<Walk<'a>> {
        if path.is_empty() {
            return Err(Errno::ENOENT);
        }
        if is_absolute(path) && self.refuses(Resolve::BENEATH) {
            return Err(Errno::EXDEV);
        }
        let start = if is_absolute(path) { &self.root } else { base.unwrap_or(&self.cwd) };
        Ok(Walk { lookup: self, at: start.clone(), path, expanded: Vec::new(), done: 0, links: 0 })
    }

    /// What a new file of this kind and mode is to be.
    pub(super) fn new_inode<'a>(&self, kind: Kind, mode: u16, target: &'a [u8]) -> NewInode<'a> {
        let Credentials { user, group, .. } = *self.credentials;
        NewInode { kind, permissions: Permissions { mode: mode & 0o7777 & !self.umask, user, group }, target }
    }
}

/// A walk along a path.
pub(super) struct Walk<'a> {
    pub(super) lookup: &'a Lookup,
    /// Where it is.
    pub(super) at: Path,
    /// The path as given.
    path: &'a [u8],
    /// The path since the first symbolic link: the link's path, and what came after it.
    expanded: Vec<u8>,
    /// How much of the path is behind.
    done: usize,
    links: u32,
}

/// The next name of a walk: where it lies in the walk's path.
#[derive(Clone, Copy)]
pub(super) struct Next {
    start: usize,
    end: usize,
    /// No name comes after it.
    pub(super) last: bool,
    /// Nothing but slashes comes after it.
    pub(super) slash: bool,
}

/// What a path ends in.
pub(super) enum Last<'a> {
    /// A name, that may be free, in the directory where the walk is; and whether slashes follow.
    Name(&'a [u8], bool),
    /// `.`
    Here,
    /// `..`
    Up,
    /// The root directory.
    Root,
}

impl Walk<'_> {
    fn path(&self) -> &[u8] {
        if self.expanded.is_empty() { self.path } else { &self.expanded }
    }

    /// The next name; the walk stays where it is.
    pub(super) fn next(&self) -> Result<Option<Next>> {
        let path = self.path();
        let Some(Step { start, end, last }) = step(path, self.done)? else { return Ok(None) };
        Ok(Some(Next { start, end, last, slash: last && end < path.len() }))
    }

    /// Goes on until one name is left, and tells it.
    pub(super) fn walk_to_last(&mut self, ctx: &TaskContext) -> Result<Option<Next>> {
        while let Some(next) = self.next()? {
            if next.last {
                self.check_search()?;
                return Ok(Some(next));
            }
            self.enter(ctx, next, true)?;
        }
        Ok(None)
    }

    /// What a name is.
    pub(super) fn last(&self, next: Option<Next>) -> Last<'_> {
        let Some(next) = next else { return Last::Root };
        match &self.path()[next.start..next.end] {
            b"." => Last::Here,
            b".." => Last::Up,
            name => Last::Name(name, next.slash),
        }
    }

    /// Goes into the next name; a symbolic link only if `follow`.
    pub(super) fn enter(&mut self, ctx: &TaskContext, next: Next, follow: bool) -> Result<()> {
        self.check_search()?;
        let child = match self.last(Some(next)) {
            Last::Name(name, _) => Some(self.at.dentry.child(ctx, name)?),
            Last::Up => {
                self.climb()?;
                None
            }
            Last::Here | Last::Root => None,
        };
        self.done = next.end;
        if let Some(child) = child {
            self.go(ctx, child, follow)?;
        }
        if next.slash && self.next()?.is_none() && !self.at.dentry.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        Ok(())
    }

    /// Goes to a child of where the walk is: onto what is mounted there, or through a symbolic link.
    pub(super) fn go(&mut self, ctx: &TaskContext, child: Arc<Dentry>, follow: bool) -> Result<()> {
        if follow && child.kind() == Kind::Symlink {
            return self.follow(ctx, &**child.inode());
        }
        let covered = child.is_mount_point();
        self.at.dentry = child;
        if covered {
            if self.lookup.refuses(Resolve::NO_MOUNTS) {
                return Err(Errno::EXDEV);
            }
            self.at = self.at.clone().covered();
        }
        Ok(())
    }

    /// Puts a name behind the walk, as `enter` does, for one who looked it up himself.
    pub(super) fn pass(&mut self, next: Next) {
        self.done = next.end;
    }

    fn follow(&mut self, ctx: &TaskContext, link: &dyn Inode) -> Result<()> {
        self.links += 1;
        if self.links > MAX_LINKS || self.lookup.refuses(Resolve::NO_LINKS) {
            return Err(Errno::ELOOP);
        }
        let target = match link.readlink(ctx)? {
            Target::Place(place) => {
                if self.lookup.refuses(Resolve::NO_JUMPS) {
                    return Err(Errno::ELOOP);
                }
                if self.lookup.refuses(Resolve::BENEATH | Resolve::IN_ROOT | Resolve::NO_MOUNTS) {
                    return Err(Errno::EXDEV);
                }
                self.at = place;
                return Ok(());
            }
            Target::Path(target) => target,
        };
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        let mut expanded = target.into_vec();
        let rest = &self.path()[self.done..];
        expanded.try_reserve(rest.len()).map_err(|_| Errno::ENOMEM)?;
        expanded.extend_from_slice(rest);
        if is_absolute(&expanded) {
            let leaves =
                self.lookup.refuses(Resolve::NO_MOUNTS) && !Arc::ptr_eq(&self.at.mount, &self.lookup.root.mount);
            if leaves || self.lookup.refuses(Resolve::BENEATH) {
                return Err(Errno::EXDEV);
            }
            self.at = self.lookup.root.clone();
        }
        (self.expanded, self.done) = (expanded, 0);
        Ok(())
    }

    fn climb(&mut self) -> Result<()> {
        if self.lookup.refuses(Resolve::BENEATH) && self.at.is(&self.lookup.root) {
            return Err(Errno::EXDEV);
        }
        let above = self.at.parent(Some(&self.lookup.root));
        if self.lookup.refuses(Resolve::NO_MOUNTS) && !Arc::ptr_eq(&self.at.mount, &above.mount) {
            return Err(Errno::EXDEV);
        }
        self.at = above;
        Ok(())
    }

    /// Whether names may be looked up where the walk is.
    fn check_search(&self) -> Result<()> {
        if !self.at.dentry.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        // Every directory is open to the superuser.
        if self.lookup.credentials.is_root() {
            return Ok(());
        }
        self.lookup.credentials.check(&**self.at.dentry.inode(), Want::EXECUTE)
    }
}

fn is_absolute(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}
