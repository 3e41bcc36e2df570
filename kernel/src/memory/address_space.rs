//! A program's address space: its regions, and the page tables that hold what was touched of them.
//!
//! The regions say what a page may become; the page tables are filled by faults (`fault.rs`). One sleeping lock per space protects the
//! regions, and every change of the page tables is made with it held.

use super::lock::Locking;
use super::region::Usage;
use super::{Region, Traits, reverse};
use crate::task::{Mutex, MutexGuard, TaskContext};
use alloc::sync::Arc;
use logic::address::{PAGE_SIZE, PageRange, USER_END};
use logic::errno::{Errno, Result};
use logic::regions::Regions;
use machine::user_space::UserSpace;

/// The lowest address that a program may map, so that a null pointer with an offset hits nothing (Linux's mmap_min_addr).
pub const LOWEST: u64 = 65536;

/// How many regions a program may have (Linux's vm.max_map_count).
pub const MOST_REGIONS: usize = 65530;

/// Of all frames, one in so many is not promised to programs: page tables and the kernel live on them.
pub(super) const KEPT_BACK: u64 = 64;

/// An address space, shared by the threads of a program.
pub struct AddressSpace {
    machine: Arc<UserSpace>,
    /// Its place among all spaces.
    number: u64,
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
    /// What an earlier search found out.
    pub(super) packed: Packed,
    pub(super) limits: Limits,
    /// How many bytes may be locked, as the last knew who locked some.
    pub(super) lock_limit: u64,
    /// Regions to come are locked: mlockall(2).
    pub(super) locks_future: Option<Locking>,
    /// What all regions count against.
    pub(super) usage: Usage,
    /// The most pages that they ever had.
    most_pages: u64,
}

/// Where a search for free pages need not look again, so that a program with many regions does not pay for each with a look at all.
#[derive(Clone, Copy)]
pub(super) struct Packed {
    /// From here up to the ceiling,
    pub(super) from: u64,
    /// no free piece has so many bytes. It may have, if a place was found and then not used; that costs a hole, not more.
    pub(super) bytes: u64,
}

impl Packed {
    /// Nothing is known.
    pub(super) const UNKNOWN: Packed = Packed { from: 0, bytes: u64::MAX };
}

impl AddressSpace {
    /// An empty space.
    pub fn new(limits: Limits) -> Result<Arc<AddressSpace>> {
        let map = Map {
            regions: Regions::new(),
            heap: (0, 0),
            ceiling: USER_END,
            packed: Packed::UNKNOWN,
            limits,
            lock_limit: u64::MAX,
            locks_future: None,
            usage: Usage::default(),
            most_pages: 0,
        };
        let (machine, number) = (UserSpace::new()?, reverse::new_number());
        let space = Arc::new(AddressSpace { machine, number, map: Mutex::new("address space", map) });
        reverse::enter(number, &space);
        Ok(space)
    }

    /// The page tables, to run a program in or to copy bytes through.
    pub fn machine(&self) -> &Arc<UserSpace> {
        &self.machine
    }

    /// Sets the place below which free pages are looked for, and where the heap begins: what exec(2) decides.
    pub fn arrange(&self, ctx: &TaskContext, ceiling: u64, heap: u64) {
        let mut map = self.lock(ctx);
        map.ceiling = ceiling;
        map.packed = Packed::UNKNOWN;
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

    /// The region that an address lies in, else the next above it.
    pub fn region_from(&self, ctx: &TaskContext, address: u64) -> Option<(PageRange, Region)> {
        self.lock(ctx).regions.find_from(address).map(|(range, region)| (range, region.clone()))
    }

    /// Bytes in all regions.
    pub fn size(&self, ctx: &TaskContext) -> u64 {
        self.lock(ctx).usage.pages * PAGE_SIZE as u64
    }

    /// How many regions there are; 0 if somebody is just changing them.
    pub fn regions(&self) -> usize {
        self.map.try_lock().map_or(0, |map| map.regions.len())
    }

    /// The most that ever were.
    pub fn most_size(&self, ctx: &TaskContext) -> u64 {
        let map = self.lock(ctx);
        map.most_pages.max(map.usage.pages) * PAGE_SIZE as u64
    }

    /// Where the heap begins.
    pub fn heap_start(&self, ctx: &TaskContext) -> u64 {
        self.lock(ctx).heap.0
    }

    /// Bytes that are locked.
    pub fn locked(&self, ctx: &TaskContext) -> u64 {
        self.lock(ctx).usage.locked * PAGE_SIZE as u64
    }

    pub(super) fn lock(&self, ctx: &TaskContext) -> MutexGuard<'_, Map> {
        self.map.lock(ctx)
    }
}

impl Drop for AddressSpace {
    fn drop(&mut self) {
        reverse::leave(self.number);
    }
}

impl Map {
    /// Puts a region where nothing is, and joins it with its neighbours. Only after `admit`.
    pub(super) fn insert(&mut self, range: PageRange, region: Region) {
        self.usage = self.usage.plus(region.usage(range.pages()));
        self.regions.insert(range, region);
        self.regions.merge(range);
    }

    /// Takes out what is in a range, with its pages.
    pub(super) fn remove(&mut self, machine: &UserSpace, range: PageRange) {
        self.most_pages = self.most_pages.max(self.usage.pages);
        let mut gone = Usage::default();
        let mut batch = machine.batch();
        self.regions.remove(range, |piece, region| {
            gone = gone.plus(region.usage(piece.pages()));
            batch.unmap(piece);
        });
        self.usage = self.usage.minus(gone);
        // What is known of free pieces stays true unless this made a large one.
        if gone.pages > 0 && range.end() > self.packed.from && self.regions.free_around(range) >= self.packed.bytes {
            self.packed = Packed::UNKNOWN;
        }
    }

    /// Whether a region of so many pages may be added: `ENOMEM` if there are too many regions, if a limit is reached, or if it alone
    /// is more than the machine's memory. What programs have and do not touch is not counted, as on Linux by default: else the
    /// stacks of a few dozen threads would be too many. `EAGAIN` if more would be locked than may be.
    pub(super) fn admit(&self, region: &Region, pages: u64) -> Result<()> {
        self.admit_usage(region.usage(pages))?;
        if self.regions.len() < MOST_REGIONS { Ok(()) } else { Err(Errno::ENOMEM) }
    }

    /// The same of what is to be used more, without a region more.
    pub(super) fn admit_usage(&self, more: Usage) -> Result<()> {
        let all = self.usage.plus(more);
        let within = |pages: u64, bytes: u64| pages.saturating_mul(PAGE_SIZE as u64) <= bytes;
        let most = super::totals::most_promised();
        let fits = within(all.pages, self.limits.space)
            && (more.data == 0 || within(all.data, self.limits.data))
            && more.counted <= most;
        if !fits {
            return Err(Errno::ENOMEM);
        }
        if more.locked == 0 || within(all.locked, self.lock_limit) { Ok(()) } else { Err(Errno::EAGAIN) }
    }

    /// What a new region gets if all that come are locked.
    pub(super) fn traits_of_new(&self) -> Traits {
        if self.locks_future.is_some() { Traits::LOCKED } else { Traits::empty() }
    }

    /// Whether the regions in which a range begins and ends may be cut there: `ENOMEM` if that made too many.
    pub(super) fn admit_cuts(&self, range: PageRange) -> Result<()> {
        let cut = |at: u64| self.regions.find(at).is_some_and(|(region, _)| region.start() < at);
        let cuts = usize::from(cut(range.start())) + usize::from(cut(range.end()));
        if self.regions.len() + cuts <= MOST_REGIONS { Ok(()) } else { Err(Errno::ENOMEM) }
    }
}
