//! The system as a whole: uname(2), sethostname(2), sysinfo(2), reboot(2), getrandom(2).

use super::arg::{Buffer, Known, Pointer};
use super::caller::Caller;
use super::record::record;
use crate::fs::random;
use crate::process::host::{self, HostName};
use crate::{process, task};
use bitflags::bitflags;
use linux_raw_sys::{general as linux, system};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::wait_status::WaitStatus;
use machine::{clock, frame};

/// The bits behind the point of a load average (SI_LOAD_SHIFT).
const LOAD_BITS: u32 = 16;

/// Where the load averages are in `struct sysinfo`.
const LOADS: usize = core::mem::offset_of!(system::sysinfo, loads);

/// The second number that reboot(2) wants to see: birthdays.
const SECOND_MAGIC: [u32; 4] =
    [linux::LINUX_REBOOT_MAGIC2, linux::LINUX_REBOOT_MAGIC2A, linux::LINUX_REBOOT_MAGIC2B, linux::LINUX_REBOOT_MAGIC2C];

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
    let [system, release, version, machine] = host::SYSTEM.map(str::as_bytes);
    let names = [system, &host::name(), release, version, machine, &host::domain()];
    let mut bytes = [0; size_of::<system::new_utsname>()];
    for (room, name) in bytes.chunks_mut(NAME_SIZE).zip(names) {
        room[..name.len()].copy_from_slice(name);
    }
    caller.write(into.0, &bytes)
}

/// sethostname(2)
pub(super) fn sethostname(caller: &mut Caller, from: Pointer, length: i32) -> Result<()> {
    host::set_name(&new_name(caller, from, length)?)
}

/// setdomainname(2)
pub(super) fn setdomainname(caller: &mut Caller, from: Pointer, length: i32) -> Result<()> {
    host::set_domain(&new_name(caller, from, length)?)
}

fn new_name(caller: &Caller, from: Pointer, length: i32) -> Result<HostName> {
    caller.process().credentials().need(linux::CAP_SYS_ADMIN)?;
    let length = usize::try_from(length).ok().filter(|&length| length <= host::NAME_MAX).ok_or(Errno::EINVAL)?;
    let mut bytes = [0; host::NAME_MAX];
    caller.space().read(caller.ctx, from.0, &mut bytes[..length])?;
    HostName::try_from(&bytes[..length]).map_err(|_| Errno::EINVAL)
}

/// sysinfo(2)
pub(super) fn sysinfo(caller: &mut Caller, into: Pointer) -> Result<()> {
    let load = task::census().load;
    let bytes = record!(system::sysinfo {
        uptime: (clock::now().0 / 1_000_000_000) as i64,
        totalram: (frame::total_frames() * PAGE_SIZE) as u64,
        freeram: (frame::free_frames() * PAGE_SIZE) as u64,
        procs: process::count() as u16,
        mem_unit: 1,
    });
    let mut bytes = bytes;
    let loads = load.fixed(LOAD_BITS).map(u64::to_le_bytes);
    bytes[LOADS..LOADS + 24].copy_from_slice(loads.as_flattened());
    caller.write(into.0, &bytes)
}

/// reboot(2)
pub(super) fn reboot(caller: &mut Caller, magic: u32, second: u32, command: u32, text: Pointer) -> Result<()> {
    caller.process().credentials().need(linux::CAP_SYS_BOOT)?;
    if magic != linux::LINUX_REBOOT_MAGIC1 || !SECOND_MAGIC.contains(&second) {
        return Err(Errno::EINVAL);
    }
    match command {
        linux::LINUX_REBOOT_CMD_CAD_ON | linux::LINUX_REBOOT_CMD_CAD_OFF => {
            process::set_restart_keys(command == linux::LINUX_REBOOT_CMD_CAD_ON);
            Ok(())
        }
        linux::LINUX_REBOOT_CMD_RESTART => process::restart(),
        linux::LINUX_REBOOT_CMD_RESTART2 => {
            // What it says is for the firmware, which has nothing to choose here.
            caller.space().read_text(caller.ctx, text.0, 256, Errno::EINVAL)?;
            process::restart()
        }
        linux::LINUX_REBOOT_CMD_HALT => process::halt(),
        linux::LINUX_REBOOT_CMD_POWER_OFF => process::shut_down(WaitStatus::Exited(0)),
        _ => Err(Errno::EINVAL),
    }
}

/// getrandom(2)
pub(super) fn getrandom(caller: &mut Caller, into: Buffer, flags: Known<RandomFlags>) -> Result<usize> {
    if flags.0.contains(RandomFlags::RANDOM | RandomFlags::INSECURE) {
        return Err(Errno::EINVAL);
    }
    random::read(caller.ctx, &mut caller.sink(into)?)
}
