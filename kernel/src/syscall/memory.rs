//! Memory: mmap(2), munmap(2), mprotect(2), mremap(2), madvise(2), brk(2).

use super::arg::{Fd, Known};
use super::caller::Caller;
use crate::memory::{Content, Place, Region, Role, Target};
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::address::{PageRange, UserAddr, round_up};
use logic::errno::{Errno, Result};
use machine::user_space::Access;

bitflags! {
    /// What a program may do with pages: `PROT_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct Protection: u32 {
        const READ = linux::PROT_READ;
        const WRITE = linux::PROT_WRITE;
        const EXECUTE = linux::PROT_EXEC;
    }
}

bitflags! {
    /// How to map: `MAP_`. As on Linux, what is not here is ignored (but for MAP_SHARED_VALIDATE).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    struct MapFlags: u32 {
        const FIXED = linux::MAP_FIXED;
        const FIXED_NOREPLACE = linux::MAP_FIXED_NOREPLACE;
        const ANONYMOUS = linux::MAP_ANONYMOUS;
        const GROWS_DOWN = linux::MAP_GROWSDOWN;
        const NO_RESERVE = linux::MAP_NORESERVE;
        const POPULATE = linux::MAP_POPULATE;
        const HUGE = linux::MAP_HUGETLB;
    }
}

bitflags! {
    /// How to move: `MREMAP_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct RemapFlags: u32 {
        const MAY_MOVE = linux::MREMAP_MAYMOVE;
        const FIXED = linux::MREMAP_FIXED;
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
    let access = Protection::from_bits_truncate(protection).access();
    if !PageRange::new(offset, 0).is_ok_and(|_| length > 0) {
        return Err(Errno::EINVAL);
    }
    let place = match () {
        () if flag.contains(MapFlags::FIXED_NOREPLACE) => Place::Free(address),
        () if flag.contains(MapFlags::FIXED) => Place::Exactly(address),
        () => Place::Near(address),
    };
    let region = region(caller, access, flags, fd, offset, length)?;
    let start = caller.space().map(caller.ctx, place, length, region)?.get();
    if flag.contains(MapFlags::POPULATE) {
        caller.space().populate(caller.ctx, PageRange::new(start, length)?, access);
    }
    Ok(start)
}

/// munmap(2)
pub(super) fn munmap(caller: &mut Caller, start: u64, length: u64) -> Result<()> {
    let range = PageRange::new(start, length).ok().filter(|range| !range.is_empty()).ok_or(Errno::EINVAL)?;
    caller.space().unmap(caller.ctx, range)
}

/// mprotect(2)
pub(super) fn mprotect(caller: &mut Caller, start: u64, length: u64, protection: Known<Protection>) -> Result<()> {
    let range = PageRange::new(start, length)?;
    if range.is_empty() { Ok(()) } else { caller.space().protect(caller.ctx, range, protection.0.access()) }
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
    let target = match (flags.0.contains(RemapFlags::MAY_MOVE), flags.0.contains(RemapFlags::FIXED)) {
        (true, true) => Target::Exactly(new),
        (true, false) => Target::MayMove,
        (false, false) => Target::Stay,
        (false, true) => return Err(Errno::EINVAL),
    };
    let range = PageRange::new(old, old_length).map_err(|_| Errno::EINVAL)?;
    let length = round_up(length).filter(|&length| length > 0).ok_or(Errno::EINVAL)?;
    if range.is_empty() {
        // It would duplicate a shared mapping.
        return Err(Errno::EINVAL);
    }
    caller.space().remap(caller.ctx, range, length, target).map(UserAddr::get)
}

/// madvise(2)
pub(super) fn madvise(caller: &mut Caller, start: u64, length: u64, advice: u32) -> Result<()> {
    let range = PageRange::new(start, length).map_err(|_| Errno::EINVAL)?;
    match advice {
        // What may be freed at any time may be freed at once.
        linux::MADV_DONTNEED | linux::MADV_FREE => caller.space().discard(caller.ctx, range),
        // What only says how memory will be used changes nothing that a program could see.
        linux::MADV_NORMAL | linux::MADV_RANDOM | linux::MADV_SEQUENTIAL | linux::MADV_WILLNEED => Ok(()),
        linux::MADV_HUGEPAGE | linux::MADV_NOHUGEPAGE | linux::MADV_DONTDUMP | linux::MADV_DODUMP => Ok(()),
        _ => Err(Errno::EINVAL),
    }
}

/// brk(2), as the kernel has it: it says where the end is
pub(super) fn brk(caller: &mut Caller, end: u64) -> Result<u64> {
    Ok(caller.space().set_break(caller.ctx, end))
}

/// What mmap(2) is to map.
fn region(caller: &Caller, access: Access, flags: u32, fd: Fd, offset: u64, length: u64) -> Result<Region> {
    let flag = MapFlags::from_bits_truncate(flags);
    let shared = match flags & linux::MAP_TYPE {
        linux::MAP_PRIVATE => false,
        linux::MAP_SHARED | linux::MAP_SHARED_VALIDATE => true,
        _ => return Err(Errno::EINVAL),
    };
    let role = if flag.contains(MapFlags::GROWS_DOWN) { Role::Stack } else { Role::Plain };
    let uncounted = flag.contains(MapFlags::NO_RESERVE);
    let plain = Region { shared, role, uncounted, ..Region::anonymous(access) };
    if flag.contains(MapFlags::HUGE) {
        // There is no pool of huge pages.
        return Err(Errno::ENOMEM);
    }
    if flag.contains(MapFlags::ANONYMOUS) {
        return if shared && role == Role::Stack { Err(Errno::EINVAL) } else { Ok(plain) };
    }
    let file = caller.file(fd)?;
    let pager = file.pager(shared && access.contains(Access::WRITE))?;
    if role == Role::Stack {
        return Err(Errno::EINVAL);
    }
    offset.checked_add(length).filter(|&end| end <= i64::MAX as u64).ok_or(Errno::EOVERFLOW)?;
    let allowed = if shared && !file.flags().writable() { Access::all() - Access::WRITE } else { Access::all() };
    Ok(Region { allowed, content: Content::Paged { pager, offset }, ..plain })
}
