//! A program's address space: its regions, and the page tables that hold what was touched of them.
//!
//! The regions say what a page may become; the page tables are filled by faults (`fault.rs`). One sleeping lock per space protects the
//! regions, and every change of the page tables is made with it held.

use super::{Region, Role};
use crate::task::{Mutex, MutexGuard, TaskContext};
use alloc::sync::Arc;
use logic::address::{PAGE_SIZE, PageRange, USER_END};
use logic::errno::{Errno, Result};
use logic::regions::Regions;
use machine::frame;
use machine::user_space::UserSpace;

/// The lowest address that a program may map, so that a null pointer with an offset hits nothing (Linux's mmap_min_addr).
pub const LOWEST: u64 = 65536;

/// How many regions a program may have (Linux's vm.max_map_count).
const MOST_REGIONS: usize = 65530;

/// Of all frames, one in so many is not promised to programs: page tables and the kernel live on them.
const KEPT_BACK: u64 = 64;

/// An address space, shared by the threads of a program.
pub struct AddressSpace {
    machine: Arc<UserSpace>,
    /// What lies where, and all changes of the page tables.
    map: Mutex<Map>,
}

/// How far a program's memory may grow, in bytes: the part of its resource limits that binds here.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// RLIMIT_AS: everything that is mapped.
    pub space: u64,
    /// RLIMIT_DATA: the heap and private writable memory.
    pub data: u64,
    /// RLIMIT_STACK: a region that grows down.
    pub stack: u64,
}

/// What lies where.
pub(super) struct Map {
    pub(super) regions: Regions<Region>,
    /// Where the heap begins and where it ends now, to the byte: brk(2).
    pub(super) heap: (u64, u64),
    /// Where the search for free pages begins, downwards.
    pub(super) ceiling: u64,
    pub(super) limits: Limits,
    /// Pages in all regions.
    pub(super) pages: u64,
    /// Pages in regions that count against what the machine has.
    pub(super) counted: u64,
}

impl AddressSpace {
    /// An empty space.
    pub fn new(limits: Limits) -> Result<Arc<AddressSpace>> {
        let map = Map { regions: Regions::new(), heap: (0, 0), ceiling: USER_END, limits, pages: 0, counted: 0 };
        Ok(Arc::new(AddressSpace { machine: UserSpace::new()?, map: Mutex::new(map) }))
    }

    /// The page tables, to run a program in or to copy bytes through.
    pub fn machine(&self) -> &Arc<UserSpace> {
        &self.machine
    }

    /// Sets the place below which free pages are looked for, and where the heap begins: what exec(2) decides.
    pub fn arrange(&self, ctx: &TaskContext, ceiling: u64, heap: u64) {
        let mut map = self.lock(ctx);
        map.ceiling = ceiling;
        map.heap = (heap, heap);
    }

    /// Changes how far it may grow; what is there stays.
    pub fn set_limits(&self, ctx: &TaskContext, limits: Limits) {
        self.lock(ctx).limits = limits;
    }

    /// Shows every region, by address.
    pub fn for_each_region(&self, ctx: &TaskContext, mut show: impl FnMut(PageRange, &Region)) {
        self.lock(ctx).regions.iter().for_each(|(range, region)| show(range, region));
    }

    /// Bytes in all regions.
    pub fn size(&self, ctx: &TaskContext) -> u64 {
        self.lock(ctx).pages * PAGE_SIZE as u64
    }

    pub(super) fn lock(&self, ctx: &TaskContext) -> MutexGuard<'_, Map> {
        self.map.lock(ctx)
    }
}

impl Map {
    /// Puts a region where nothing is, and joins it with its neighbours. Only after `admit`.
    pub(super) fn insert(&mut self, range: PageRange, region: Region) {
        self.pages += range.pages();
        self.counted += if region.counts() { range.pages() } else { 0 };
        self.regions.insert(range, region);
        self.regions.merge(range);
    }

    /// Takes out what is in a range, with its pages.
    pub(super) fn remove(&mut self, machine: &UserSpace, range: PageRange) {
        let (mut pages, mut counted) = (0, 0);
        let mut batch = machine.batch();
        self.regions.remove(range, |piece, region| {
            pages += piece.pages();
            counted += if region.counts() { piece.pages() } else { 0 };
            batch.unmap(piece);
        });
        self.pages -= pages;
        self.counted -= counted;
    }

    /// Whether a region of so many pages may be added: `ENOMEM` if there are too many regions, if a limit is reached, or if the
    /// program could come to own more memory than there is: what it may take and has not yet must be free now.
    pub(super) fn admit(&self, machine: &UserSpace, region: &Region, pages: u64) -> Result<()> {
        let all = self.pages.saturating_add(pages).saturating_mul(PAGE_SIZE as u64);
        let counted = if region.counts() { self.counted.saturating_add(pages) } else { 0 };
        let data = if region.role == Role::Stack { 0 } else { counted.saturating_mul(PAGE_SIZE as u64) };
        let owed = counted.saturating_sub(machine.resident() as u64);
        let spare = (frame::free_frames() as u64).saturating_sub(frame::total_frames() as u64 / KEPT_BACK);
        let fits = all <= self.limits.space && data <= self.limits.data && owed <= spare;
        if fits && self.regions.len() < MOST_REGIONS { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// Whether the regions in which a range begins and ends may be cut there: `ENOMEM` if that made too many.
    pub(super) fn admit_cuts(&self, range: PageRange) -> Result<()> {
        let cut = |at: u64| self.regions.find(at).is_some_and(|(region, _)| region.start() < at);
        let cuts = usize::from(cut(range.start())) + usize::from(cut(range.end()));
        if self.regions.len() + cuts <= MOST_REGIONS { Ok(()) } else { Err(Errno::ENOMEM) }
    }
}
