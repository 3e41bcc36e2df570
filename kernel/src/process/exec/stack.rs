//! The first stack of a program, with its arguments, its environment and the auxiliary vector: getauxval(3).

use super::chance::{Chance, pages_of};
use super::segments::Loaded;
use super::{Request, Starter};
use crate::memory::{AddressSpace, Place, Region, Role, Sink};
use crate::process::limits::Limits;
use crate::task::TaskContext;
use core::ops::Range;
use linux_raw_sys::{auxvec, general as linux};
use logic::address::{PAGE_SIZE, USER_END, UserAddr, round_up};
use logic::elf::{PROGRAM_HEADER_SIZE, Program};
use logic::errno::{Errno, Result};
use logic::stack_image::StackImage;
use machine::cpu;
use machine::user_space::Access;

/// How much arguments and environment may take, whatever the limit of the stack says; as on Linux.
const LEAST: u64 = 128 << 10;
/// As much again at most, whatever it says: three quarters of Linux's default limit.
const MOST: u64 = 6 << 20;

/// What the stack has at once beside what lies on it; it grows from there.
const AT_ONCE: u64 = 128 << 10;

/// How many pages the stack may be moved by chance, and mappings likewise: 1 TiB.
const SPREAD: u32 = 1 << 28;

/// By multiples of this, so that both keep their places in a TLB.
const GRAIN: u64 = 64 * PAGE_SIZE as u64;

/// Where the stack's end may be.
const TOP: u64 = USER_END - PAGE_SIZE as u64;
const LOWEST_TOP: u64 = TOP - SPREAD as u64 * PAGE_SIZE as u64;

/// The distance that mappings keep from the stack's end, at least and at most, so that the limit can be raised later.
const GAP: Range<u64> = 128 << 20..USER_END / 6 * 5;

/// Beside the stack's limit, mappings keep off the guard gap and this.
const MARGIN: u64 = 2 << 20;

/// And this, which is no large power of two: an emulated CPU's TLB, and others', tell pages apart by the lowest bits of their numbers, and what
/// is mapped first (the clock, libraries) is not to meet there with the stack, which every function uses.
const APART: u64 = 37 * PAGE_SIZE as u64;

/// What one tick is of which times(2) counts so many in a second.
const TICKS: u64 = 100;

/// Where everything came to lie.
pub(super) struct Stack {
    /// The first stack pointer.
    pub(super) pointer: u64,
    pub(super) arguments: Range<u64>,
    pub(super) environment: Range<u64>,
    /// Where the auxiliary vector begins.
    pub(super) auxiliary: u64,
}

/// Puts the stack into a new space and writes what lies on it.
pub(super) fn lay_out(
    ctx: &TaskContext,
    space: &AddressSpace,
    limits: &Limits,
    request: &Request,
    auxiliary: &[(u64, u64)],
    executable: bool,
    chance: &Chance,
) -> Result<Stack> {
    let limit = limits.soft(linux::RLIMIT_STACK);
    let top = top(chance);
    let image = StackImage {
        arguments: request.arguments,
        environment: request.environment,
        file_name: request.path,
        random: chance.seed,
        auxiliary,
    };
    let place = image.place(top, (limit / 4).clamp(LEAST, MOST))?;
    let size = round_up(top - place.pointer + AT_ONCE).ok_or(Errno::E2BIG)?;
    let execute = if executable { Access::EXECUTE } else { Access::empty() };
    let region = Region { role: Role::Stack, ..Region::anonymous(Access::READ | Access::WRITE | execute) };
    space.map(ctx, Place::Free(top - size), size, region)?;
    let mut sink = Sink::user(space, UserAddr::new(place.pointer)?, (top - place.pointer) as usize);
    image.write(&place, &mut |bytes| match sink.write(ctx, bytes)? {
        written if written == bytes.len() => Ok(()),
        _ => Err(Errno::ENOMEM),
    })?;
    Ok(Stack {
        pointer: place.pointer,
        arguments: place.arguments..place.environment,
        environment: place.environment..place.file_name,
        auxiliary: place.pointer + 8 * (request.arguments.len() + request.environment.len() + 3) as u64,
    })
}

/// Free pages are looked for below this, wherever the stack came to lie.
pub(super) fn ceiling(limits: &Limits, chance: &Chance) -> u64 {
    let limit = limits.soft(linux::RLIMIT_STACK);
    let gap = limit.saturating_add(MARGIN).clamp(GAP.start, GAP.end);
    LOWEST_TOP - gap - APART - distance(chance.code.mappings)
}

/// The end of the stack.
fn top(chance: &Chance) -> u64 {
    TOP - distance(chance.stack)
}

fn distance(chance: u32) -> u64 {
    pages_of(chance, SPREAD) & !(GRAIN - 1)
}

/// The auxiliary vector, but for what points into the stack; `base` is the interpreter's,
/// `library` the kernel's own, a signal's frame takes `frame_size` bytes.
pub(super) fn auxiliary(
    starter: &Starter,
    program: &Program,
    loaded: &Loaded,
    (base, library): (u64, u64),
    frame_size: usize,
) -> [(u64, u64); 17] {
    let (user, group) = (starter.credentials.user, starter.credentials.group);
    [
        (auxvec::AT_SYSINFO_EHDR, library),
        (auxvec::AT_HWCAP, u64::from(cpu::features().hwcap)),
        (auxvec::AT_PAGESZ, PAGE_SIZE as u64),
        (auxvec::AT_CLKTCK, TICKS),
        (auxvec::AT_PHDR, loaded.headers),
        (auxvec::AT_PHENT, PROGRAM_HEADER_SIZE as u64),
        (auxvec::AT_PHNUM, u64::from(program.headers)),
        (auxvec::AT_BASE, base),
        (auxvec::AT_FLAGS, 0),
        (auxvec::AT_ENTRY, loaded.entry),
        (auxvec::AT_UID, u64::from(user.real)),
        (auxvec::AT_EUID, u64::from(user.effective)),
        (auxvec::AT_GID, u64::from(group.real)),
        (auxvec::AT_EGID, u64::from(group.effective)),
        (auxvec::AT_SECURE, u64::from(starter.credentials.is_secure())),
        (auxvec::AT_HWCAP2, 0),
        (auxvec::AT_MINSIGSTKSZ, frame_size as u64),
    ]
    .map(|(kind, value)| (u64::from(kind), value))
}
