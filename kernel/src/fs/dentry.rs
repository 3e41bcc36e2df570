//! The tree of names: which inode has which name in which directory, as far as somebody has looked.
//!
//! A dentry is a place in a file system's tree: an inode, its parent and its name there. A directory's dentry remembers the
//! dentries of its children, so a second walk asks no file system and allocates nothing. It is also where a directory is
//! locked: looking up, making, removing and renaming happen under `children`.
//!
//! A child holds its parent, and a parent holds the children that it remembers; a child that is removed is forgotten by its
//! parent, and lives as long as somebody has it open. Lock order: the rename mutex, then directories from the root
//! downwards, then `place`.

use super::credentials::{Credentials, Want};
use super::forget;
use super::inode::{Inode, Kind, NewInode};
use super::inotify::{self, Events};
use crate::task::{Mutex, TaskContext};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};
use hashbrown::HashMap;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// A name in a directory; counted, since a dentry and its parent both have it.
pub type Name = Arc<[u8]>;

const SET_GROUP: u16 = 0o2000;
const STICKY: u16 = 0o1000;

/// A place in a file system's tree.
pub struct Dentry {
    inode: Arc<dyn Inode>,
    /// The inode's, here because every step of every walk asks for it.
    kind: Kind,
    place: SpinLock<Place>,
    pub(super) children: Mutex<Children>,
    /// How many mounts lie on it.
    pub(super) mounts: AtomicU32,
}

/// Where a dentry is.
struct Place {
    /// `None`: the root of its file system.
    parent: Option<Arc<Dentry>>,
    name: Name,
    /// The name was taken away; parent and name are what they were last.
    removed: bool,
}

impl Place {
    fn above(&self) -> Option<(Arc<Dentry>, Name)> {
        self.parent.clone().map(|parent| (parent, self.name.clone()))
    }
}

/// What a directory remembers.
#[derive(Default)]
pub(super) struct Children {
    known: HashMap<Name, Arc<Dentry>>,
    /// The directory was removed: nothing can be made in it any more.
    removed: bool,
}

impl Dentry {
    /// The root of a file system.
    pub fn root(inode: Arc<dyn Inode>) -> Arc<Dentry> {
        Dentry::new(inode, None, Arc::from([]))
    }

    /// The place of what is in no directory, such as a pipe; `name` is what /proc shows for it.
    pub fn nameless(inode: Arc<dyn Inode>, name: Name) -> Arc<Dentry> {
        Dentry::new(inode, None, name)
    }

    /// The place of a file that was made in a directory without getting a name there.
    pub fn unnamed_in(inode: Arc<dyn Inode>, directory: Arc<Dentry>) -> Arc<Dentry> {
        let dentry = Dentry::new(inode, Some(directory), Arc::from(*b"#nameless"));
        dentry.place.lock().removed = true;
        dentry
    }

    fn new(inode: Arc<dyn Inode>, parent: Option<Arc<Dentry>>, name: Name) -> Arc<Dentry> {
        forget::count_new();
        Arc::new(Dentry {
            kind: inode.kind(),
            inode,
            place: SpinLock::new("dentry's place", Place { parent, name, removed: false }),
            children: Mutex::new("known names", Children::default()),
            mounts: AtomicU32::new(0),
        })
    }

    /// The inode that is here.
    pub fn inode(&self) -> &Arc<dyn Inode> {
        &self.inode
    }

    /// What kind of file is here.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The directory that it is in; `None` for a file system's root.
    pub fn parent(&self) -> Option<Arc<Dentry>> {
        self.place.lock().parent.clone()
    }

    /// Its parent, and its name there.
    pub fn parent_and_name(&self) -> (Option<Arc<Dentry>>, Name) {
        let place = self.place.lock();
        (place.parent.clone(), place.name.clone())
    }

    /// Whether its name was taken away.
    pub fn is_removed(&self) -> bool {
        self.place.lock().removed
    }

    /// Whether a mount lies on it.
    pub fn is_mount_point(&self) -> bool {
        self.mounts.load(Ordering::Acquire) > 0
    }

    /// Whether a walk to where it is will find it again, so that something can be mounted on it.
    pub(super) fn is_lasting(&self) -> bool {
        let mut here = self.place.lock().above();
        while let Some((parent, name)) = here {
            if !parent.inode.keeps_name(&name) {
                return false;
            }
            here = parent.place.lock().above();
        }
        true
    }

    /// The place of a name in this directory, or `ENOENT`.
    pub fn child(self: &Arc<Self>, ctx: &TaskContext, name: &[u8]) -> Result<Arc<Dentry>> {
        let mut children = self.children.lock(ctx);
        if let Some(dentry) = children.known.get(name) {
            return Ok(dentry.clone());
        }
        let found = children.find(ctx, self, name);
        drop(children);
        forget::forget_surplus();
        found
    }

    /// The place of a name in this directory, where a new file is made if there is none; tells whether it was made.
    pub fn child_or_new(
        self: &Arc<Self>,
        ctx: &TaskContext,
        credentials: &Credentials,
        name: &[u8],
        new: &NewInode<'_>,
    ) -> Result<(Arc<Dentry>, bool)> {
        let mut children = self.children.lock(ctx);
        match children.find(ctx, self, name) {
            Err(Errno::ENOENT) => {}
            found => return found.map(|dentry| (dentry, false)),
        }
        children.check_change(self, credentials)?;
        children.make_room()?;
        let inode = self.inode.create(ctx, name, &inherit(&*self.inode, credentials, new))?;
        inotify::tell_name(self, name, new.kind.is_directory(), Events::CREATE, 0);
        let made = children.keep(self, Name::from(name), inode);
        drop(children);
        forget::forget_surplus();
        Ok((made, true))
    }

    /// Gives an inode of this file system the name too: link(2).
    pub fn link(
        self: &Arc<Self>,
        ctx: &TaskContext,
        credentials: &Credentials,
        name: &[u8],
        inode: &Arc<dyn Inode>,
    ) -> Result<()> {
        let mut children = self.children.lock(ctx);
        children.check_free(ctx, self, name)?;
        children.check_change(self, credentials)?;
        children.make_room()?;
        self.inode.link(ctx, name, inode)?;
        let dentry = children.keep(self, Name::from(name), inode.clone());
        inotify::tell_inode(&dentry, Events::ATTRIBUTES);
        inotify::tell_name(self, name, false, Events::CREATE, 0);
        Ok(())
    }

    /// Takes a name away: unlink(2), or rmdir(2) for a `directory`.
    pub fn remove(
        self: &Arc<Self>,
        ctx: &TaskContext,
        credentials: &Credentials,
        name: &[u8],
        directory: bool,
    ) -> Result<()> {
        let mut children = self.children.lock(ctx);
        let victim = children.find(ctx, self, name)?;
        children.check_removal(self, credentials, &victim)?;
        match (directory, victim.kind().is_directory()) {
            (true, false) => return Err(Errno::ENOTDIR),
            (false, true) => return Err(Errno::EISDIR),
            _ if victim.is_mount_point() => return Err(Errno::EBUSY),
            _ => {}
        }
        if directory {
            let mut inside = victim.children.lock(ctx);
            self.inode.rmdir(ctx, name)?;
            inside.close();
        } else {
            self.inode.unlink(ctx, name)?;
        }
        children.forget(name);
        drop(children);
        if !directory {
            inotify::tell_inode(&victim, Events::ATTRIBUTES);
        }
        inotify::tell_name(self, name, directory, Events::DELETE, 0);
        inotify::tell_removal(ctx, &victim);
        Ok(())
    }

    pub(super) fn set_place(&self, parent: &Arc<Dentry>, name: Name) {
        let mut place = self.place.lock();
        let old = place.parent.replace(parent.clone());
        place.name = name;
        drop(place);
        drop(old);
    }

    /// Shows the folders that are remembered; none while somebody is busy here.
    pub(super) fn for_each_folder(&self, mut show: impl FnMut(&Arc<Dentry>)) {
        if let Some(children) = self.children.try_lock() {
            children.known.values().filter(|child| child.kind().is_directory()).for_each(&mut show);
        }
    }

    /// Forgets the children that nobody else has; tells how many. They are found again by asking the file system.
    pub(super) fn forget_unused_children(&self) -> usize {
        let Some(mut children) = self.children.try_lock() else { return 0 };
        let before = children.known.len();
        children.known.retain(|_, child| !child.is_unused());
        if children.known.is_empty() {
            children.known = HashMap::new();
        }
        before - children.known.len()
    }

    /// Whether only its parent has it. The parent's `children` are locked, so nobody comes by it now.
    fn is_unused(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1
            && !self.is_mount_point()
            && self.children.try_lock().is_some_and(|children| children.known.is_empty())
    }

    /// Forgets all that is remembered below a root, since parents and children hold each other: when nobody can walk there any
    /// more. What finds no memory to be noted stays.
    pub(super) fn forget_all(&self) {
        let mut waiting: Vec<Arc<Dentry>> = Vec::new();
        let mut known = self.take_known();
        loop {
            if waiting.try_reserve(known.len()).is_err() {
                return;
            }
            waiting.extend(known.drain().map(|(_, dentry)| dentry));
            let Some(dentry) = waiting.pop() else { return };
            known = dentry.take_known();
        }
    }

    /// The children that it remembered until now; none while somebody is busy here, which nobody is where nobody walks.
    fn take_known(&self) -> HashMap<Name, Arc<Dentry>> {
        self.children.try_lock().map(|mut children| core::mem::take(&mut children.known)).unwrap_or_default()
    }
}

impl Children {
    /// The child of that name, remembered or asked for.
    pub(super) fn find(&mut self, ctx: &TaskContext, parent: &Arc<Dentry>, name: &[u8]) -> Result<Arc<Dentry>> {
        if let Some(dentry) = self.known.get(name) {
            return Ok(dentry.clone());
        }
        let inode = parent.inode.lookup(ctx, name)?;
        self.make_room()?;
        Ok(self.keep(parent, Name::from(name), inode))
    }

    /// Makes sure that `keep` finds room, before something is done that could not be undone.
    pub(super) fn make_room(&mut self) -> Result<()> {
        self.known.try_reserve(1).map_err(|_| Errno::ENOMEM)
    }

    fn keep(&mut self, parent: &Arc<Dentry>, name: Name, inode: Arc<dyn Inode>) -> Arc<Dentry> {
        let dentry = Dentry::new(inode, Some(parent.clone()), name.clone());
        if parent.inode.keeps_name(&name) {
            self.known.insert(name, dentry.clone());
        }
        dentry
    }

    /// Puts a dentry that comes from elsewhere; `make_room` was called.
    pub(super) fn adopt(&mut self, parent: &Arc<Dentry>, name: Name, dentry: Arc<Dentry>) {
        dentry.set_place(parent, name.clone());
        self.known.insert(name, dentry);
    }

    /// Takes a child out without calling it removed.
    pub(super) fn take(&mut self, name: &[u8]) -> Option<Arc<Dentry>> {
        self.known.remove(name)
    }

    /// Drops a child whose name was taken away.
    pub(super) fn forget(&mut self, name: &[u8]) {
        if let Some(dentry) = self.known.remove(name) {
            dentry.place.lock().removed = true;
        }
    }

    /// Marks the directory itself as removed.
    pub(super) fn close(&mut self) {
        self.removed = true;
        self.known.clear();
    }

    pub(super) fn check_free(&mut self, ctx: &TaskContext, parent: &Arc<Dentry>, name: &[u8]) -> Result<()> {
        match self.find(ctx, parent, name) {
            Ok(_) => Err(Errno::EEXIST),
            Err(Errno::ENOENT) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    /// Whether names may be made here: `ENOENT` in a removed directory, `EACCES` without permission.
    pub(super) fn check_change(&self, directory: &Dentry, credentials: &Credentials) -> Result<()> {
        if self.removed {
            return Err(Errno::ENOENT);
        }
        credentials.check(&*directory.inode, Want::WRITE | Want::EXECUTE)
    }

    /// Whether the name of `victim` may be taken away; in a sticky directory only by the owner of either.
    pub(super) fn check_removal(&self, directory: &Dentry, credentials: &Credentials, victim: &Dentry) -> Result<()> {
        self.check_change(directory, credentials)?;
        let here = directory.inode.permissions();
        let free = here.mode & STICKY == 0 || credentials.owns(&here);
        if free || credentials.owns(&victim.inode.permissions()) { Ok(()) } else { Err(Errno::EPERM) }
    }
}

impl Drop for Dentry {
    /// Lets go of the ancestors one by one: a chain of removed directories may be longer than the stack.
    fn drop(&mut self) {
        forget::count_gone();
        let mut next = self.place.lock().parent.take();
        while let Some(dentry) = next.and_then(Arc::into_inner) {
            next = dentry.place.lock().parent.take();
        }
    }
}

/// What a new file gets from a directory with the set-group-id bit: its group, and a directory the bit too; inode(7).
pub(super) fn inherit<'a>(directory: &dyn Inode, credentials: &Credentials, new: &NewInode<'a>) -> NewInode<'a> {
    let (from, mut new) = (directory.permissions(), *new);
    if from.mode & SET_GROUP != 0 {
        new.permissions.group = from.group;
        if new.kind.is_directory() {
            new.permissions.mode |= SET_GROUP;
        } else if new.permissions.mode & 0o010 != 0 && !credentials.is_root() && !credentials.is_in(from.group) {
            new.permissions.mode &= !SET_GROUP;
        }
    }
    new
}
