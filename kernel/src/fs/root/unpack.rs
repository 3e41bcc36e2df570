//! Making the files that an archive tells of.

use super::RootError;
use super::archive::{self, Entry};
use crate::fs::inode::{Change, DeviceNumber, Inode, Kind};
use crate::fs::lookup::{Follow, Lookup};
use crate::fs::mount::Path;
use crate::fs::tmpfs::Node;
use crate::log::debug;
use crate::task::TaskContext;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::time::Duration;
use hashbrown::HashMap;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::time::TimeSpec;
use machine::clock;
use machine::frame::Frame;
use machine::kernel_space::Window;

/// How often the log is told how far it has come.
const PROGRESS: Duration = Duration::from_millis(4);

/// Which file of which archive: what hard links share.
type Identity = (u32, (u32, u32, u32));

/// What is done while the archive can be read, and what is left for afterwards.
struct Unpacking<'a> {
    ctx: &'a TaskContext,
    lookup: Lookup,
    /// Files with more than one name, by what tells them apart.
    linked: HashMap<Identity, Path>,
    /// Files whose data are whole pages of the archive.
    adoptions: Vec<Adoption>,
    /// Directories get their times last: what is made in them changes these.
    directories: Vec<(Arc<dyn Inode>, TimeSpec)>,
}

/// A file, and where in the archive its data is.
struct Adoption {
    inode: Arc<dyn Inode>,
    first_page: usize,
    size: usize,
}

/// Fills the file system at `root` from an archive.
pub(super) fn unpack(ctx: &TaskContext, window: Window, root: &Path) -> core::result::Result<(), RootError> {
    let lookup = Lookup { umask: 0, ..Lookup::new(root.clone()) };
    let (linked, adoptions, directories) = (HashMap::new(), Vec::new(), Vec::new());
    let mut unpacking = Unpacking { ctx, lookup, linked, adoptions, directories };
    let (mut made, mut told) = (0, clock::now());
    archive::for_each(&window, |entry| {
        if clock::now().since(told) > PROGRESS {
            debug!("{made} files of the root are made, next is {}", entry.name.escape_ascii());
            told = clock::now();
        }
        made += 1;
        unpacking.make(entry).map_err(|errno| {
            let name = entry.name.escape_ascii();
            RootError(format!("cannot unpack `{name}` from the root archive: {errno}"))
        })
    })?;
    debug!("all {made} files of the root are made");
    unpacking.finish(window).map_err(|errno| RootError(format!("cannot unpack the root archive: {errno}")))
}

impl Unpacking<'_> {
    fn make(&mut self, entry: &Entry<'_>) -> Result<()> {
        let path = self.make_node(entry)?;
        let inode = path.dentry.inode();
        if inode.kind() == Kind::Regular && !entry.data.is_empty() {
            self.fill(inode, entry)?;
        }
        let modified = TimeSpec::new(entry.modified as i64, 0)?;
        if inode.kind().is_directory() {
            push(&mut self.directories, (inode.clone(), modified))?;
        }
        let mode = (inode.kind() != Kind::Symlink).then_some(entry.mode as u16 & 0o7777);
        let (user, group) = (Some(entry.user), Some(entry.group));
        let (accessed, modified) = (Some(modified), Some(modified));
        inode.change(self.ctx, &Change { mode, user, group, accessed, modified })
    }

    /// The entry's file, made if it is not there; what is there in its place makes room.
    fn make_node(&mut self, entry: &Entry<'_>) -> Result<Path> {
        let kind = Kind::from_mode(entry.mode, DeviceNumber::new(entry.device.0, entry.device.1))?;
        let identity = (entry.archive, entry.identity);
        if !self.has_name(entry.name) {
            return if kind.is_directory() { Ok(self.lookup.root.clone()) } else { Err(Errno::EISDIR) };
        }
        if let Ok(there) = self.lookup.find(self.ctx, None, entry.name, Follow::No) {
            if kind.is_directory() && there.dentry.kind().is_directory() {
                return Ok(there);
            }
            self.remove(entry.name, there.dentry.kind())?;
        }
        self.make_parents(entry.name)?;
        if entry.links > 1
            && !kind.is_directory()
            && let Some(first) = self.linked.get(&identity)
        {
            self.lookup.link(self.ctx, first, None, entry.name)?;
            return Ok(first.clone());
        }
        match kind {
            Kind::Symlink => self.lookup.symlink(self.ctx, None, entry.name, entry.data)?,
            Kind::Directory => self.lookup.mkdir(self.ctx, None, entry.name, 0o755)?,
            kind => self.lookup.mknod(self.ctx, None, entry.name, kind, 0o600)?,
        }
        let path = self.lookup.find(self.ctx, None, entry.name, Follow::No)?;
        if entry.links > 1 && !kind.is_directory() {
            self.linked.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
            self.linked.insert(identity, path.clone());
        }
        Ok(path)
    }

    /// Whether the path is more than the root's own, `.` or `/`.
    fn has_name(&self, path: &[u8]) -> bool {
        path.split(|&byte| byte == b'/').any(|name| !matches!(name, b"" | b"."))
    }

    fn remove(&self, path: &[u8], kind: Kind) -> Result<()> {
        if kind.is_directory() {
            self.lookup.rmdir(self.ctx, None, path)
        } else {
            self.lookup.unlink(self.ctx, None, path)
        }
    }

    /// Makes the directories that the archive does not tell of.
    fn make_parents(&self, path: &[u8]) -> Result<()> {
        for (end, _) in path.iter().enumerate().filter(|&(end, &byte)| byte == b'/' && end > 0) {
            match self.lookup.mkdir(self.ctx, None, &path[..end], 0o755) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Gives a file its data, at once if it must be copied.
    fn fill(&mut self, inode: &Arc<dyn Inode>, entry: &Entry<'_>) -> Result<()> {
        if entry.position.is_multiple_of(PAGE_SIZE) {
            let first_page = entry.position / PAGE_SIZE;
            return push(&mut self.adoptions, Adoption { inode: inode.clone(), first_page, size: entry.data.len() });
        }
        let node = tmpfs_node(inode)?;
        for (number, data) in entry.data.chunks(PAGE_SIZE).enumerate() {
            let frame = Frame::new()?;
            frame.copy_in(0, data);
            frame.zero(data.len(), PAGE_SIZE - data.len());
            node.adopt_page(number as u64, frame)?;
        }
        node.adopt_size(entry.data.len() as u64)
    }

    /// Hands the archive's frames to the files that they belong to; the others are freed.
    fn finish(self, window: Window) -> Result<()> {
        let frames = window.into_frames();
        for Adoption { inode, first_page, size } in self.adoptions {
            let node = tmpfs_node(&inode)?;
            let pages = frames.iter().skip(first_page).take(size.div_ceil(PAGE_SIZE));
            for (number, frame) in pages.enumerate() {
                node.adopt_page(number as u64, frame.clone())?;
            }
            node.adopt_size(size as u64)?;
        }
        for (directory, modified) in self.directories {
            let (accessed, modified) = (Some(modified), Some(modified));
            directory.change(self.ctx, &Change { accessed, modified, ..Change::default() })?;
        }
        Ok(())
    }
}

fn tmpfs_node(inode: &Arc<dyn Inode>) -> Result<&Node> {
    let any: &dyn Any = &**inode;
    any.downcast_ref().ok_or(Errno::EXDEV)
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<()> {
    list.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
    list.push(item);
    Ok(())
}
