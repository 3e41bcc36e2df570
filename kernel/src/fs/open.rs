//! Opening by name: open(2).

use super::credentials::Want;
use super::dentry::{Dentry, inherit};
use super::dev;
use super::fifo;
use super::file::File;
use super::inode::{Inode, Kind};
use super::inotify::{self, Events};
use super::lookup::{Follow, Last, Lookup};
use super::mount::{MountFlags, Path};
use super::open_file::{OpenFile, OpenFlags};
use super::special::{Directory, Unopened};
use super::writer::Writer;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};

impl Lookup {
    /// Opens what a path names, from `base` if it is not absolute; `mode` is for a file that is made.
    pub fn open(
        &self,
        ctx: &TaskContext,
        base: Option<&Path>,
        path: &[u8],
        flags: OpenFlags,
        mode: u16,
    ) -> Result<Arc<OpenFile>> {
        let follow = if flags.contains(OpenFlags::NO_FOLLOW) { Follow::No } else { Follow::Yes };
        if flags.contains(OpenFlags::PATH) {
            return self.open_path(self.find(ctx, base, path, follow)?, flags);
        }
        if flags.contains(OpenFlags::NAMELESS) {
            return self.open_nameless(ctx, self.find(ctx, base, path, follow)?, flags, mode);
        }
        if !flags.contains(OpenFlags::CREATE) {
            return self.open_at(ctx, self.find(ctx, base, path, follow)?, flags, false);
        }
        if flags.contains(OpenFlags::DIRECTORY) {
            return Err(Errno::EINVAL);
        }
        let (path, made) = self.find_or_make(ctx, base, path, flags, mode)?;
        self.open_at(ctx, path, flags, made)
    }

    /// Opens a place that has been found. One who has just `made` it may, whatever its mode says.
    pub fn open_at(&self, ctx: &TaskContext, path: Path, flags: OpenFlags, made: bool) -> Result<Arc<OpenFile>> {
        let inode = path.dentry.inode();
        self.check_kind(&**inode, &path, flags)?;
        if !made {
            self.credentials.check(&**inode, flags.wants())?;
        }
        let guard = if flags.changes() && inode.kind() == Kind::Regular { Some(WriteGuard::new(inode)?) } else { None };
        let file = open_inode(ctx, inode.clone(), flags)?;
        if flags.contains(OpenFlags::DIRECT) && !file.may_be_direct() {
            return Err(Errno::EINVAL);
        }
        if flags.contains(OpenFlags::TRUNCATE) && inode.kind() == Kind::Regular && !made {
            let writer = Writer { privileged: self.credentials.is_root(), ..Writer::FREE };
            writer.truncate(ctx, &**inode, 0)?;
            inotify::tell(&path.dentry, Events::MODIFY);
        }
        if let Some(guard) = guard {
            guard.keep(flags);
        }
        inotify::tell(&path.dentry, Events::OPEN);
        Ok(OpenFile::new(file, path, flags))
    }

    fn open_path(&self, path: Path, flags: OpenFlags) -> Result<Arc<OpenFile>> {
        if flags.contains(OpenFlags::DIRECTORY) && !path.dentry.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        let kept = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::NO_FOLLOW | OpenFlags::CLOSE_ON_EXEC;
        Ok(OpenFile::new(Arc::new(Unopened), path, flags & kept))
    }

    fn open_nameless(&self, ctx: &TaskContext, folder: Path, flags: OpenFlags, mode: u16) -> Result<Arc<OpenFile>> {
        if !flags.writable() {
            return Err(Errno::EINVAL);
        }
        folder.check_writable()?;
        let directory = folder.dentry.inode();
        if !directory.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        self.credentials.check(&**directory, Want::WRITE | Want::EXECUTE)?;
        let new = self.new_inode(Kind::Regular, mode, b"");
        let inode = directory.create_nameless(ctx, &inherit(&**directory, &self.credentials, &new))?;
        inode.state().linkable.store(!flags.contains(OpenFlags::EXCLUSIVE), Ordering::Relaxed);
        let dentry = Dentry::unnamed_in(inode, folder.dentry.clone());
        let plain = flags - OpenFlags::DIRECTORY - OpenFlags::NAMELESS;
        self.open_at(ctx, Path { mount: folder.mount, dentry }, plain, true)
    }

    fn find_or_make(
        &self,
        ctx: &TaskContext,
        base: Option<&Path>,
        path: &[u8],
        flags: OpenFlags,
        mode: u16,
    ) -> Result<(Path, bool)> {
        let exclusive = flags.contains(OpenFlags::EXCLUSIVE);
        let new = self.new_inode(Kind::Regular, mode, b"");
        let mut walk = self.walk(base, path)?;
        loop {
            let next = walk.walk_to_last(ctx)?;
            let (Some(next), Last::Name(name, slash)) = (next, walk.last(next)) else {
                return Err(if exclusive { Errno::EEXIST } else { Errno::EISDIR });
            };
            if slash {
                return Err(Errno::EISDIR);
            }
            let (dentry, made) = match walk.at.check_writable() {
                Ok(()) => walk.at.dentry.child_or_new(ctx, &self.credentials, name, &new)?,
                Err(errno) => (walk.at.dentry.child(ctx, name).map_err(|error| read_only(error, errno))?, false),
            };
            if !made && exclusive {
                return Err(Errno::EEXIST);
            }
            let link = dentry.kind() == Kind::Symlink;
            walk.pass(next);
            walk.go(ctx, dentry, !flags.contains(OpenFlags::NO_FOLLOW))?;
            // A link was followed: the last name is now one of its path, or there is none left (a link of /proc).
            if !link || walk.next()?.is_none() {
                return Ok((walk.at, made));
            }
        }
    }

    fn check_kind(&self, inode: &dyn Inode, path: &Path, flags: OpenFlags) -> Result<()> {
        let kind = inode.kind();
        if kind == Kind::Symlink {
            return Err(Errno::ELOOP);
        }
        if flags.contains(OpenFlags::DIRECTORY) && !kind.is_directory() {
            return Err(Errno::ENOTDIR);
        }
        if kind.is_directory() && (flags.changes() || flags.contains(OpenFlags::CREATE)) {
            return Err(Errno::EISDIR);
        }
        if flags.contains(OpenFlags::NO_ACCESS_TIME) && !self.credentials.owns(&inode.permissions()) {
            return Err(Errno::EPERM);
        }
        match kind {
            Kind::CharacterDevice(_) | Kind::BlockDevice(_) if path.mount.flags().contains(MountFlags::NO_DEVICES) => {
                Err(Errno::EACCES)
            }
            Kind::Regular | Kind::Directory if flags.changes() => path.check_writable(),
            Kind::Socket => Err(Errno::ENXIO),
            _ => Ok(()),
        }
    }
}

fn read_only(error: Errno, refusal: Errno) -> Errno {
    if error == Errno::ENOENT { refusal } else { error }
}

fn open_inode(ctx: &TaskContext, inode: Arc<dyn Inode>, flags: OpenFlags) -> Result<Arc<dyn File>> {
    match inode.kind() {
        Kind::Directory => Ok(Arc::new(Directory)),
        kind @ (Kind::CharacterDevice(_) | Kind::BlockDevice(_)) => dev::open(ctx, kind, flags),
        Kind::Fifo => fifo::open(ctx, &*inode, flags),
        Kind::Regular | Kind::Symlink | Kind::Socket | Kind::Anonymous => inode.open(ctx, flags),
    }
}

/// Keeps programs from being run from an inode until it is open for writing, or has been emptied.
struct WriteGuard(Option<Arc<dyn Inode>>);

impl WriteGuard {
    fn new(inode: &Arc<dyn Inode>) -> Result<WriteGuard> {
        inode.state().begin_write()?;
        Ok(WriteGuard(Some(inode.clone())))
    }

    /// Hands the guard's duty to the open file, if that may write.
    fn keep(mut self, flags: OpenFlags) {
        if flags.writable() {
            self.0 = None;
        }
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        if let Some(inode) = &self.0 {
            inode.state().end_write();
        }
    }
}
