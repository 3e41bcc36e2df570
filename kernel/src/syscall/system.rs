//! The system as a whole: uname(2), sysinfo(2), getrandom(2).

use super::arg::{Buffer, Known, Pointer};
use super::caller::Caller;
use super::record::record;
use crate::fs::random;
use crate::process;
use bitflags::bitflags;
use linux_raw_sys::{general as linux, system};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::{clock, frame};

/// What uname(2) tells: programs look at the system's name and the release to know what they may ask for.
const NAMES: [&[u8]; 6] = [b"Linux", b"cor", b"6.1.0-cor", b"#1 Cor 0.1.0", b"x86_64", b"(none)"];

/// The room for each.
const NAME_SIZE: usize = system::__NEW_UTS_LEN as usize + 1;

bitflags! {
    /// How to get random bytes: `GRND_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct RandomFlags: u32 {
        const NONBLOCK = linux::GRND_NONBLOCK;
        const RANDOM = linux::GRND_RANDOM;
        const INSECURE = linux::GRND_INSECURE;
    }
}

/// uname(2)
pub(super) fn uname(caller: &mut Caller, into: Pointer) -> Result<()> {
    let mut bytes = [0; size_of::<system::new_utsname>()];
    for (room, name) in bytes.chunks_mut(NAME_SIZE).zip(NAMES) {
        room[..name.len()].copy_from_slice(name);
    }
    caller.write(into.0, &bytes)
}

/// sysinfo(2)
pub(super) fn sysinfo(caller: &mut Caller, into: Pointer) -> Result<()> {
    let bytes = record!(system::sysinfo {
        uptime: (clock::now().0 / 1_000_000_000) as i64,
        totalram: (frame::total_frames() * PAGE_SIZE) as u64,
        freeram: (frame::free_frames() * PAGE_SIZE) as u64,
        procs: process::count() as u16,
        mem_unit: 1,
    });
    caller.write(into.0, &bytes)
}

/// getrandom(2)
pub(super) fn getrandom(caller: &mut Caller, into: Buffer, flags: Known<RandomFlags>) -> Result<usize> {
    if flags.0.contains(RandomFlags::RANDOM | RandomFlags::INSECURE) {
        return Err(Errno::EINVAL);
    }
    random::read(caller.ctx, &mut caller.sink(into)?)
}
