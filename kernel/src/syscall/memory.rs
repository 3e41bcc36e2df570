//! Memory: mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2), msync(2), mincore(2), brk(2).

use super::arg::{Fd, Known};
use super::caller::Caller;
use super::memory_lock::lock_limit;
use crate::memory::{Content, Old, Place, Region, Role, Target, Traits};
use crate::process::Personality;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::address::{PAGE_SIZE, PageRange, USER_END, UserAddr, round_up};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

/// Flags that a mapping of a file understands, or ignores on purpose: MAP_SHARED_VALIDATE refuses all others.
const VALIDATED: u32 = linux::MAP_TYPE
    | linux::MAP_FIXED
    | linux::MAP_ANONYMOUS
    | linux::MAP_GROWSDOWN
    | linux::MAP_DENYWRITE
    | linux::MAP_EXECUTABLE
    | linux::MAP_UNINITIALIZED
    | linux::MAP_LOCKED
    | linux::MAP_NORESERVE
    | linux::MAP_POPULATE
    | linux::MAP_NONBLOCK
    | linux::MAP_STACK
    | linux::MAP_HUGETLB
    | linux::MAP_32BIT
    | linux::MAP_HUGE_2MB
    | linux::MAP_HUGE_1GB;

/// How many pages mincore(2) is told of at once.
const TOLD_AT_ONCE: usize = 256;

bitflags! {
    /// What a program may do with pages: `PROT_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct Protection: u32 {
        const READ = linux::PROT_READ;
        const WRITE = linux::PROT_WRITE;
        const EXECUTE = linux::PROT_EXEC;
        /// Nothing on x86.
        const SEMAPHORE = linux::PROT_SEM;
        const GROWS_DOWN = linux::PROT_GROWSDOWN;
        const GROWS_UP = linux::PROT_GROWSUP;
    }
}

bitflags! {
    /// How to map: `MAP_`. As on Linux, what is not here is ignored (but for MAP_SHARED_VALIDATE).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct MapFlags: u32 {
        const FIXED = linux::MAP_FIXED;
        const FIXED_NOREPLACE = linux::MAP_FIXED_NOREPLACE;
        const ANONYMOUS = linux::MAP_ANONYMOUS;
        const LOW = linux::MAP_32BIT;
        const GROWS_DOWN = linux::MAP_GROWSDOWN;
        const LOCKED = linux::MAP_LOCKED;
        const NO_RESERVE = linux::MAP_NORESERVE;
        const POPULATE = linux::MAP_POPULATE;
        const NON_BLOCK = linux::MAP_NONBLOCK;
        const HUGE = linux::MAP_HUGETLB;
    }
}

bitflags! {
    /// How to move: `MREMAP_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct RemapFlags: u32 {
        const MAY_MOVE = linux::MREMAP_MAYMOVE;
        const FIXED = linux::MREMAP_FIXED;
        const DONT_UNMAP = linux::MREMAP_DONTUNMAP;
    }
}

bitflags! {
    /// How to write back: `MS_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct SyncFlags: u32 {
        const ASYNC = linux::MS_ASYNC;
        const INVALIDATE = linux::MS_INVALIDATE;
        const SYNC = linux::MS_SYNC;
    }
}

impl Protection {
    fn access(self) -> Access {
        let right = |flag, right| if self.contains(flag) { right } else { Access::empty() };
        right(Protection::READ, Access::READ)
            | right(Protection::WRITE, Access::WRITE)
            | right(Protection::EXECUTE, Access::EXECUTE)
    }
}

/// mmap(2)
/// Differs: no huge pages: MAP_HUGETLB is `ENOMEM`.
pub(super) fn mmap(
    caller: &mut Caller,
    address: u64,
    length: u64,
    protection: u32,
    flags: u32,
    fd: Fd,
    offset: u64,
) -> Result<u64> {
    let flag = MapFlags::from_bits_truncate(flags);
    let access = access(caller, Protection::from_bits_truncate(protection));
    if !offset.is_multiple_of(PAGE_SIZE as u64) {
        return Err(Errno::EINVAL);
    }
    let request = Request { access, flags, fd, offset, length };
    let region = request.region(caller)?;
    let place = match () {
        () if flag.contains(MapFlags::FIXED_NOREPLACE) => Place::Free(address),
        () if flag.contains(MapFlags::FIXED) => Place::Exactly(address),
        () if flag.contains(MapFlags::LOW) => Place::Low,
        () => Place::Near(address),
    };
    if flag.contains(MapFlags::LOCKED) {
        let limit = lock_limit(caller)?;
        caller.space().set_lock_limit(caller.ctx, limit);
    }
    let start = caller.space().map(caller.ctx, place, length, region)?;
    let asked = flag.contains(MapFlags::POPULATE) && !flag.contains(MapFlags::NON_BLOCK);
    if asked || flag.contains(MapFlags::LOCKED) || caller.space().brings_in_new(caller.ctx) {
        // As on Linux, what cannot be had now will be touched later.
        let _ = caller.space().populate(caller.ctx, PageRange::new(start.get(), length)?);
    }
    Ok(start.get())
}

/// munmap(2)
pub(super) fn munmap(caller: &mut Caller, start: u64, length: u64) -> Result<()> {
    let range = PageRange::new(start, length).ok().filter(|range| !range.is_empty()).ok_or(Errno::EINVAL)?;
    caller.space().unmap(caller.ctx, range)
}

/// What a program may do with memory for which it asks for this.
fn access(caller: &Caller, protection: Protection) -> Access {
    let access = protection.access();
    let implies = access.contains(Access::READ) && caller.process().wants(Personality::READ_IMPLIES_EXECUTE);
    if implies { access | Access::EXECUTE } else { access }
}

/// mprotect(2)
pub(super) fn mprotect(caller: &mut Caller, start: u64, length: u64, protection: Known<Protection>) -> Result<()> {
    let (protection, ctx) = (protection.0, caller.ctx);
    let mut range = PageRange::new(start, length)?;
    if range.is_empty() {
        return Ok(());
    }
    // No mapping grows upwards.
    if protection.contains(Protection::GROWS_UP) {
        return Err(Errno::EINVAL);
    }
    if protection.contains(Protection::GROWS_DOWN) {
        range = caller.space().from_stack_start(ctx, range)?;
    }
    caller.space().protect(ctx, range, access(caller, protection))
}

/// mremap(2)
pub(super) fn mremap(
    caller: &mut Caller,
    old: u64,
    old_length: u64,
    length: u64,
    flags: Known<RemapFlags>,
    new: u64,
) -> Result<u64> {
    let has = |flag| flags.0.contains(flag);
    let range = PageRange::new(old, old_length).map_err(|_| Errno::EINVAL)?;
    let length = round_up(length).filter(|&length| length > 0).ok_or(Errno::EINVAL)?;
    let moves = has(RemapFlags::FIXED) || has(RemapFlags::DONT_UNMAP);
    if moves && !has(RemapFlags::MAY_MOVE) || has(RemapFlags::DONT_UNMAP) && range.length() != length {
        return Err(Errno::EINVAL);
    }
    if has(RemapFlags::FIXED) {
        PageRange::new(new, length).map_err(|_| Errno::EINVAL)?;
    }
    let target = match () {
        () if has(RemapFlags::FIXED) => Target::Exactly(new),
        () if has(RemapFlags::DONT_UNMAP) => Target::Near(new),
        () if has(RemapFlags::MAY_MOVE) => Target::MayMove,
        () => Target::Stay,
    };
    let fate = match () {
        () if range.is_empty() => Old::Kept,
        () if has(RemapFlags::DONT_UNMAP) => Old::Emptied,
        () => Old::Unmapped,
    };
    caller.space().remap(caller.ctx, range, length, target, fate).map(UserAddr::get)
}

/// remap_file_pages(2): another part of the object that a shared mapping shows
pub(super) fn remap_file_pages(
    caller: &mut Caller,
    start: u64,
    length: u64,
    protection: u32,
    page: u64,
    _flags: u32,
) -> Result<()> {
    const MASK: u64 = PAGE_SIZE as u64 - 1;
    let range = PageRange::new(start & !MASK, length & !MASK).ok().filter(|range| !range.is_empty());
    let offset = page.checked_mul(PAGE_SIZE as u64).and_then(|offset| offset.checked_add(length).map(|_| offset));
    match (protection, range, offset) {
        (0, Some(range), Some(offset)) => caller.space().show_part(caller.ctx, range, offset),
        _ => Err(Errno::EINVAL),
    }
}

/// madvise(2)
pub(super) fn madvise(caller: &mut Caller, start: u64, length: u64, advice: u32) -> Result<()> {
    let (ctx, space) = (caller.ctx, caller.space());
    let private = |region: &Region| !region.shared && matches!(region.content, Content::Anonymous);
    let range = || end_checked(start, length);
    let mark = |add, take| space.set_traits(ctx, range()?, (add, take), |_| true);
    match advice {
        linux::MADV_DONTNEED => space.discard(ctx, range()?),
        // What may be freed at any time may be freed at once.
        linux::MADV_FREE => space.free(ctx, range()?),
        linux::MADV_REMOVE => space.punch(ctx, range()?),
        linux::MADV_DONTFORK => mark(Traits::NOT_COPIED, Traits::empty()),
        linux::MADV_DOFORK => mark(Traits::empty(), Traits::NOT_COPIED),
        linux::MADV_WIPEONFORK => space.set_traits(ctx, range()?, (Traits::WIPED, Traits::empty()), private),
        linux::MADV_KEEPONFORK => mark(Traits::empty(), Traits::WIPED),
        linux::MADV_POPULATE_READ => space.populate_for(ctx, range()?, Access::READ),
        linux::MADV_POPULATE_WRITE => space.populate_for(ctx, range()?, Access::WRITE),
        // What only says how memory will be used changes nothing that a program could see.
        linux::MADV_NORMAL | linux::MADV_RANDOM | linux::MADV_SEQUENTIAL | linux::MADV_WILLNEED => {
            space.check_mapped(ctx, range()?)
        }
        linux::MADV_HUGEPAGE | linux::MADV_NOHUGEPAGE | linux::MADV_DONTDUMP | linux::MADV_DODUMP => {
            space.check_mapped(ctx, range()?)
        }
        linux::MADV_MERGEABLE | linux::MADV_UNMERGEABLE | linux::MADV_COLD | linux::MADV_PAGEOUT => {
            space.check_mapped(ctx, range()?)
        }
        _ => Err(Errno::EINVAL),
    }
}

/// msync(2)
pub(super) fn msync(caller: &mut Caller, start: u64, length: u64, flags: Known<SyncFlags>) -> Result<()> {
    if flags.0.contains(SyncFlags::ASYNC | SyncFlags::SYNC) || !start.is_multiple_of(PAGE_SIZE as u64) {
        return Err(Errno::EINVAL);
    }
    let range = PageRange::new(start, length)?;
    let (write, forget) = (flags.0.contains(SyncFlags::SYNC), flags.0.contains(SyncFlags::INVALIDATE));
    caller.space().sync(caller.ctx, range, write, forget)
}

/// mincore(2)
pub(super) fn mincore(caller: &mut Caller, start: u64, length: u64, into: u64) -> Result<()> {
    if !start.is_multiple_of(PAGE_SIZE as u64) {
        return Err(Errno::EINVAL);
    }
    let range = PageRange::new(start, length)?;
    let mut told = [0; TOLD_AT_ONCE];
    for first in (0..range.pages()).step_by(TOLD_AT_ONCE) {
        let count = (range.pages() - first).min(TOLD_AT_ONCE as u64) as usize;
        let told = &mut told[..count];
        caller.space().tell_resident(caller.ctx, start + first * PAGE_SIZE as u64, told)?;
        caller.space().write(caller.ctx, into.checked_add(first).ok_or(Errno::EFAULT)?, told)?;
    }
    Ok(())
}

/// brk(2), as the kernel has it: it says where the end is
pub(super) fn brk(caller: &mut Caller, end: u64) -> Result<u64> {
    Ok(caller.space().set_break(caller.ctx, end))
}

/// The pages that bytes from `start` on lie in: `EINVAL` if they end behind all numbers, `ENOMEM` behind all addresses. As on Linux,
/// a length that is not a number of pages any more when it is rounded up is none.
pub(super) fn pages_of(start: u64, length: u64) -> Result<PageRange> {
    const MASK: u64 = PAGE_SIZE as u64 - 1;
    let length = length.wrapping_add(start & MASK).wrapping_add(MASK) & !MASK;
    end_checked(start & !MASK, length)
}

/// Pages from a page's start on: `EINVAL` if it is none, or if they end behind all numbers; `ENOMEM` behind all addresses.
fn end_checked(start: u64, length: u64) -> Result<PageRange> {
    round_up(length).and_then(|length| start.checked_add(length)).ok_or(Errno::EINVAL)?;
    PageRange::new(start, length)
}

/// What mmap(2) is to map.
struct Request {
    access: Access,
    flags: u32,
    fd: Fd,
    offset: u64,
    length: u64,
}

impl Request {
    fn region(&self, caller: &Caller) -> Result<Region> {
        let flag = MapFlags::from_bits_truncate(self.flags);
        let role = if flag.contains(MapFlags::GROWS_DOWN) { Role::Stack } else { Role::Plain };
        let mut traits = Traits::empty();
        traits.set(Traits::UNCOUNTED, flag.contains(MapFlags::NO_RESERVE));
        traits.set(Traits::LOCKED, flag.contains(MapFlags::LOCKED));
        let plain = Region { role, traits, ..Region::anonymous(self.access) };
        let file = if flag.contains(MapFlags::ANONYMOUS) { None } else { Some(caller.file(self.fd)?) };
        self.check_size()?;
        if flag.contains(MapFlags::HUGE) {
            // There is no pool of huge pages, and no file of them.
            return Err(if file.is_some() { Errno::EINVAL } else { Errno::ENOMEM });
        }
        let kind = self.flags & linux::MAP_TYPE;
        let shared = match kind {
            linux::MAP_PRIVATE => false,
            linux::MAP_SHARED => true,
            linux::MAP_SHARED_VALIDATE if file.is_none() => return Err(Errno::EINVAL),
            linux::MAP_SHARED_VALIDATE if self.flags & !VALIDATED != 0 => return Err(Errno::EOPNOTSUPP),
            linux::MAP_SHARED_VALIDATE => true,
            _ => return Err(Errno::EINVAL),
        };
        if role == Role::Stack && (shared || file.is_some()) {
            return Err(Errno::EINVAL);
        }
        let Some(file) = file else { return Ok(Region { shared, ..plain }) };
        let content = file.content(shared && self.access.contains(Access::WRITE), self.offset)?;
        let writable = file.flags().writable();
        let may_write =
            if shared && writable { file.file().admit_mapping(self.access.contains(Access::WRITE))? } else { writable };
        let executable = file.may_execute();
        if self.access.contains(Access::EXECUTE) && !executable {
            return Err(Errno::EPERM);
        }
        let mut allowed = Access::all();
        allowed.set(Access::WRITE, !shared || may_write);
        allowed.set(Access::EXECUTE, executable);
        Ok(Region { shared, allowed, content, ..plain })
    }

    /// `EINVAL` for nothing, `ENOMEM` for more than a program's half, `EOVERFLOW` for what no file can have.
    fn check_size(&self) -> Result<()> {
        if self.length == 0 {
            return Err(Errno::EINVAL);
        }
        let length = round_up(self.length).filter(|&length| length <= USER_END).ok_or(Errno::ENOMEM)?;
        let end = self.offset.checked_add(length).ok_or(Errno::EOVERFLOW)?;
        let is_file = !MapFlags::from_bits_truncate(self.flags).contains(MapFlags::ANONYMOUS);
        if is_file && end > i64::MAX as u64 { Err(Errno::EOVERFLOW) } else { Ok(()) }
    }
}
