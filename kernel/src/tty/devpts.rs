//! /dev/pts: a file system with a device node for the slave of each pseudo-terminal: pts(4).
//!
//! The lock `PAIRS` protects which there are; it is held for look-ups only.

use super::open::Open;
use super::pty::{Multiplexer, Pty};
use super::terminal::Terminal;
use crate::fs::dev::{self, Major};
use crate::fs::file_system::nameless_device;
use crate::fs::inode::{Change, Inode, InodeState, Kind, Listed, Permissions};
use crate::fs::kept_attributes::Attributes;
use crate::fs::mount::{self, MountFlags, Path};
use crate::fs::mounting;
use crate::fs::{DeviceNumber, File, FileSystem, InodeId, Metadata, OpenFlags, Statistics, Volume};
use crate::process;
use crate::task::TaskContext;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use machine::frame;
use machine::lock::SpinLock;
use spin::Once;

/// The first major number of slaves, how many minors each has, and how many pairs there may be.
const MAJOR: u32 = linux_major::UNIX98_SLAVES;
const MINORS: u32 = 256;
const MOST: u32 = 4096;

/// The number of /dev/ptmx.
const MULTIPLEXER: Kind = dev::character(5, 2);

/// The numbers of inodes: the root, ptmx, and from here on the slaves.
const ROOT: u64 = 1;
const PTMX: u64 = 2;
const FIRST: u64 = 3;

/// The size of blocks that its inodes tell.
const BLOCK: u32 = 1024;

mod linux_major {
    /// linux/major.h, `UNIX98_PTY_SLAVE_MAJOR`
    pub(super) const UNIX98_SLAVES: u32 = 136;
}

static PAIRS: SpinLock<BTreeMap<u32, Option<Pair>>> = SpinLock::new("pseudo-terminals", BTreeMap::new());

/// A slave that can be opened.
#[derive(Clone)]
struct Pair {
    slave: Arc<Terminal>,
    pty: Arc<Pty>,
    inode: Arc<NodeInode>,
}

/// The file system; there is one, however often it is mounted.
struct DevPts {
    root: Arc<Directory>,
}

struct Directory {
    state: InodeState,
    multiplexer: Arc<NodeInode>,
}

/// A device node.
struct NodeInode {
    kind: Kind,
    state: InodeState,
    attributes: SpinLock<Attributes>,
}

/// Opens slaves by their numbers.
struct Slaves;

/// Registers /dev/ptmx and the slaves, and mounts /dev/pts.
pub(super) fn start(ctx: &TaskContext, root: &Path) -> Result<()> {
    dev::register(ctx, "ptmx", MULTIPLEXER, 0o666, Arc::new(Multiplexer))?;
    for major in 0..MOST / MINORS {
        dev::register_major(MAJOR + major, Arc::new(Slaves))?;
    }
    mounting::provide_devpts(volume);
    let flags = MountFlags::NO_SET_ID | MountFlags::NO_RUN;
    let dev = crate::fs::Lookup::new(root.clone()).find(ctx, None, b"dev", crate::fs::Follow::Yes)?;
    mount::mount_at(ctx, &dev, b"pts", volume(), flags, "devpts").map(drop)
}

/// The file system, to be mounted.
pub fn volume() -> Arc<Volume> {
    static VOLUME: Once<Arc<Volume>> = Once::new();
    VOLUME
        .call_once(|| {
            let device = nameless_device();
            let permissions = Permissions { mode: 0, user: 0, group: 0 };
            let multiplexer = NodeInode::new(InodeId { device, number: PTMX }, MULTIPLEXER, permissions);
            let id = InodeId { device, number: ROOT };
            let state = InodeState::new(id, Permissions { mode: 0o755, ..permissions }).in_blocks_of(BLOCK);
            let root = Directory { state, multiplexer: Arc::new(multiplexer) };
            Volume::new(Arc::new(DevPts { root: Arc::new(root) }))
        })
        .clone()
}

/// Of so many frames of memory there may be a pair, which takes a few of them.
const FRAMES_EACH: usize = 128;

/// Takes the lowest number that is free; `ENOSPC`. It must be entered, or removed.
pub(super) fn free_number() -> Result<u32> {
    let most = MOST.min((frame::total_frames() / FRAMES_EACH) as u32);
    let mut pairs = PAIRS.lock();
    let number = (0..most).find(|number| !pairs.contains_key(number)).ok_or(Errno::ENOSPC)?;
    pairs.insert(number, None);
    Ok(number)
}

/// Shows a slave, which belongs to the caller.
pub(super) fn enter(ctx: &TaskContext, number: u32, slave: &Arc<Terminal>, pty: &Arc<Pty>) {
    let lookup = process::caller(ctx).and_then(|thread| thread.lookup().ok());
    let (user, group) = lookup.map_or((0, 0), |lookup| (lookup.credentials.user, lookup.credentials.group));
    let permissions = Permissions { mode: 0o620, user, group };
    let id = InodeId { device: volume().system.root().id().device, number: FIRST + u64::from(number) };
    let inode = Arc::new(NodeInode::new(id, Kind::CharacterDevice(device(number)), permissions));
    let pair = Pair { slave: slave.clone(), pty: pty.clone(), inode };
    PAIRS.lock().insert(number, Some(pair));
}

/// Takes a slave away.
pub(super) fn remove(number: u32) {
    let pair = PAIRS.lock().remove(&number);
    drop(pair);
}

/// The device number of a slave.
pub(super) fn device(number: u32) -> DeviceNumber {
    DeviceNumber::new(MAJOR + number / MINORS, number % MINORS)
}

fn pair(number: u32) -> Option<Pair> {
    PAIRS.lock().get(&number).cloned().flatten()
}

impl Major for Slaves {
    fn open(&self, ctx: &TaskContext, number: DeviceNumber, flags: OpenFlags) -> Result<Arc<dyn File>> {
        let pair = pair((number.major - MAJOR) * MINORS + number.minor).ok_or(Errno::EIO)?;
        if pair.pty.is_locked() {
            return Err(Errno::EIO);
        }
        Ok(Open::new(ctx, &pair.slave, flags, false)?)
    }
}

impl FileSystem for DevPts {
    fn type_name(&self) -> &'static str {
        "devpts"
    }

    fn root(&self) -> Arc<dyn Inode> {
        self.root.clone()
    }

    fn statistics(&self) -> Statistics {
        Statistics { magic: u64::from(linux::DEVPTS_SUPER_MAGIC), block_size: 4096, ..Statistics::default() }
    }
}

impl Inode for Directory {
    fn kind(&self) -> Kind {
        Kind::Directory
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn lookup(&self, _ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        if name == b"ptmx" {
            return Ok(self.multiplexer.clone());
        }
        let number = core::str::from_utf8(name).ok().and_then(|name| name.parse().ok());
        let written = number.filter(|number: &u32| format!("{number}").as_bytes() == name);
        Ok(written.and_then(pair).ok_or(Errno::ENOENT)?.inode)
    }

    fn keeps_name(&self, _name: &[u8]) -> bool {
        false
    }

    fn list(&self, _ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        if cursor < PTMX && !show(&Listed { name: b"ptmx", number: PTMX, kind: MULTIPLEXER, next: PTMX }) {
            return Ok(());
        }
        let mut from = cursor.saturating_sub(PTMX) as u32;
        loop {
            let next = PAIRS.lock().range(from..).find(|(_, pair)| pair.is_some()).map(|(&number, _)| number);
            let Some(number) = next else { return Ok(()) };
            let name = format!("{number}");
            let (inode, kind) = (FIRST + u64::from(number), Kind::CharacterDevice(device(number)));
            let next = PTMX + u64::from(number) + 1;
            if !show(&Listed { name: name.as_bytes(), number: inode, kind, next }) {
                return Ok(());
            }
            from = number + 1;
        }
    }
}

impl NodeInode {
    fn new(id: InodeId, kind: Kind, permissions: Permissions) -> NodeInode {
        let state = InodeState::new(id, permissions).in_blocks_of(BLOCK);
        NodeInode { kind, state, attributes: SpinLock::new("pts node", Attributes::new(permissions, 1)) }
    }
}

impl Inode for NodeInode {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn permissions(&self) -> Permissions {
        self.attributes.lock().permissions
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    fn metadata(&self, _ctx: &TaskContext) -> Result<Metadata> {
        Ok(self.attributes.lock().metadata(self.id(), self.kind, BLOCK))
    }

    fn change(&self, _ctx: &TaskContext, change: &Change) -> Result<()> {
        self.attributes.lock().apply(change);
        Ok(())
    }
}
