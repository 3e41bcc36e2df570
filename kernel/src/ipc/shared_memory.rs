//! Shared memory by number: shmget(2), shmop(2), shmctl(2).
//!
//! A segment lives while it has a number or somebody maps it: each mapping holds its pages, and they hold the segment.

use super::owner::{Asker, EXECUTE, Owner, READ, WRITE};
use super::seconds;
use super::table::{Object, Table};
use crate::memory::{AddressSpace, Content, Pager, Place, Region, Role, SharedMemory, Traits, count_mappings};
use crate::task::TaskContext;
use alloc::format;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};
use logic::address::{PAGE_SIZE, UserAddr, round_up};
use logic::errno::{Errno, Result};
use machine::frame;
use machine::lock::SpinLock;
use machine::user_space::Access;

/// How many segments there can be, and the largest: shmmni, shmmax.
pub const MOST: usize = 4096;
/// shmmax, shmall
pub const LARGEST: u64 = u64::MAX - (1 << 24);

/// SHM_DEST and SHM_LOCKED, in a segment's mode.
const DOOMED: u16 = 0o1000;
const LOCKED: u16 = 0o2000;

/// How many segments are doomed.
static DYING: AtomicUsize = AtomicUsize::new(0);

/// All segments.
pub static SEGMENTS: Table<Segment> = Table::new("shared memory", MOST);

/// A segment.
pub struct Segment {
    owner: SpinLock<Owner>,
    /// Its size in bytes, as it was asked for.
    pub size: u64,
    memory: Arc<SharedMemory>,
    facts: SpinLock<Facts>,
}

/// What shmctl(2) tells of a segment.
#[derive(Clone, Copy, Default)]
pub struct Facts {
    /// When it was last attached.
    pub attached: i64,
    /// When it was last detached.
    pub detached: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Which process made it.
    pub maker: u32,
    /// Which attached or detached it last.
    pub last: u32,
}

/// How a segment is attached.
#[derive(Clone, Copy)]
pub struct Manner {
    /// Not to be written.
    pub read_only: bool,
    /// Programs run from it.
    pub executable: bool,
    /// Takes the place of what is there.
    pub replaces: bool,
}

impl Segment {
    /// A segment of zeros.
    pub fn new(owner: Owner, size: u64, maker: u32) -> Result<Segment> {
        if size == 0 || size > LARGEST {
            return Err(Errno::EINVAL);
        }
        let length = round_up(size).ok_or(Errno::EINVAL)?;
        if length / PAGE_SIZE as u64 > frame::total_frames() as u64 {
            return Err(Errno::ENOMEM);
        }
        let memory = Arc::new(SharedMemory::named(length, format!("/SYSV{:08x} (deleted)", owner.key)));
        let facts = Facts { changed: seconds(), maker, ..Facts::default() };
        Ok(Segment {
            owner: SpinLock::new("segment's owner", owner),
            size,
            memory,
            facts: SpinLock::new("segment", facts),
        })
    }

    /// Maps it at an address (0: wherever there is room), and tells where.
    pub fn attach(
        self: &Arc<Self>,
        ctx: &TaskContext,
        asker: &Asker<'_>,
        space: &AddressSpace,
        at: u64,
        manner: Manner,
    ) -> Result<u64> {
        let (write, run) = (!manner.read_only, manner.executable);
        let wanted = READ | if write { WRITE } else { 0 } | if run { EXECUTE } else { 0 };
        self.owner.lock().check(asker, wanted)?;
        let right = |has, right| if has { right } else { Access::empty() };
        let access = Access::READ | right(write, Access::WRITE) | right(run, Access::EXECUTE);
        let allowed = Access::READ | right(write, Access::WRITE) | Access::EXECUTE;
        let pager: Arc<dyn Pager> = self.memory.clone();
        let region = Region {
            access,
            allowed,
            shared: true,
            traits: Traits::empty(),
            role: Role::SharedMemory,
            content: Content::Paged { pager, offset: 0 },
        };
        let place = match at {
            0 => Place::Near(0),
            at if manner.replaces => Place::Exactly(at),
            at => Place::Free(at),
        };
        let start = space.map(ctx, place, self.memory.length(), region);
        let start = start.map_err(|errno| if errno == Errno::EEXIST { Errno::EINVAL } else { errno })?;
        let mut facts = self.facts.lock();
        (facts.attached, facts.last) = (seconds(), asker.process);
        Ok(start.get())
    }

    /// What is told of it.
    pub fn facts(&self) -> Facts {
        *self.facts.lock()
    }

    /// How many mappings show it.
    pub fn attachments(&self, ctx: &TaskContext) -> u64 {
        count_mappings(ctx, self.memory.object())
    }

    /// How many of its pages were touched.
    pub fn pages(&self) -> u64 {
        self.memory.pages()
    }

    /// Gives it to somebody else, with another mode.
    pub fn change(&self, user: u32, group: u32, mode: u16) {
        self.owner.lock().change(user, group, mode);
        self.facts.lock().changed = seconds();
    }

    /// Notes whether its pages are to stay in memory, as all do: SHM_LOCK.
    pub fn set_locked(&self, locked: bool) {
        let mut owner = self.owner.lock();
        owner.mode = if locked { owner.mode | LOCKED } else { owner.mode & !LOCKED };
    }
}

/// Unmaps the segment that is mapped from an address on; `EINVAL` if none is.
pub fn detach(ctx: &TaskContext, space: &AddressSpace, at: u64, process: u32) -> Result<()> {
    let object = space.object_at(ctx, UserAddr::new(at).map_err(|_| Errno::EINVAL)?).ok_or(Errno::EINVAL)?;
    let mut found = None;
    SEGMENTS.for_each(|_, segment| {
        if segment.memory.object() == object {
            found = Some(segment.clone());
        }
    });
    let segment = found.ok_or(Errno::EINVAL)?;
    space.unmap_object(ctx, at, segment.memory.length(), object)?;
    let mut facts = segment.facts.lock();
    (facts.detached, facts.last) = (seconds(), process);
    drop(facts);
    sweep(ctx);
    Ok(())
}

/// Takes a segment's key away; its number goes when nobody maps it any more.
pub fn remove(ctx: &TaskContext, segment: &Arc<Segment>) {
    let mut owner = segment.owner.lock();
    let already = owner.mode & DOOMED != 0;
    owner.mode |= DOOMED;
    owner.key = 0;
    drop(owner);
    if !already {
        DYING.fetch_add(1, Ordering::Relaxed);
    }
    sweep(ctx);
}

/// Takes out what is doomed and nobody maps.
pub fn sweep(ctx: &TaskContext) {
    if DYING.load(Ordering::Relaxed) == 0 {
        return;
    }
    SEGMENTS.for_each(|_, segment| {
        let doomed = segment.owner.lock().mode & DOOMED != 0;
        if doomed && segment.attachments(ctx) == 0 && SEGMENTS.remove(segment) {
            DYING.fetch_sub(1, Ordering::Relaxed);
        }
    });
}

impl Object for Segment {
    fn owner(&self) -> &SpinLock<Owner> {
        &self.owner
    }
}
