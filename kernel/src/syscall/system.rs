//! The system as a whole: uname(2), sethostname(2), sysinfo(2), reboot(2), syslog(2), getrandom(2).

use super::arg::{Buffer, Known, Pointer};
use super::caller::Caller;
use super::record::record;
use crate::fs::{dev::disks, kernel_log, random, tmpfs};
use crate::log;
use crate::memory::Sink;
use crate::process::host::{self, HostName};
use crate::process::{self, Personality};
use crate::task;
use bitflags::bitflags;
use core::mem::offset_of;
use linux_raw_sys::{general as linux, system};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::wait_status::WaitStatus;
use machine::{clock, frame};

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
    let old = caller.process().wants(Personality::OLD_RELEASE);
    let release = if old { host::OLD_RELEASE.as_bytes() } else { release };
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
    let mut bytes = record!(system::sysinfo {
        uptime: (clock::now().0 / 1_000_000_000) as i64,
        totalram: (frame::total_frames() * PAGE_SIZE) as u64,
        freeram: (frame::free_frames() * PAGE_SIZE) as u64,
        sharedram: tmpfs::pages() * PAGE_SIZE as u64,
        bufferram: disks::cached() * PAGE_SIZE as u64,
        procs: process::count() as u16,
        mem_unit: 1,
    });
    let loads = task::census().load.fixed(system::SI_LOAD_SHIFT).map(u64::to_le_bytes);
    bytes[offset_of!(system::sysinfo, loads)..][..size_of_val(&loads)].copy_from_slice(loads.as_flattened());
    caller.write(into.0, &bytes)
}

/// reboot(2)
/// Differs: no kexec and no suspending: `EINVAL`.
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
        linux::LINUX_REBOOT_CMD_RESTART => process::restart(caller.ctx),
        linux::LINUX_REBOOT_CMD_RESTART2 => {
            // What it says is for the firmware, which has nothing to choose here.
            caller.space().read_text(caller.ctx, text.0, 256, Errno::EINVAL)?;
            process::restart(caller.ctx)
        }
        linux::LINUX_REBOOT_CMD_HALT => process::halt(caller.ctx),
        linux::LINUX_REBOOT_CMD_POWER_OFF => process::shut_down(caller.ctx, WaitStatus::Exited(0)),
        _ => Err(Errno::EINVAL),
    }
}

/// syslog(2): the kernel's log.
/// Differs: who waits for a line of it gets it up to a tenth of a second late.
pub(super) fn syslog(caller: &mut Caller, action: i32, into: Pointer, length: i32) -> Result<usize> {
    const READ: i32 = 2;
    const READ_ALL: i32 = 3;
    const READ_CLEAR: i32 = 4;
    const SIZE_BUFFER: i32 = 10;
    if !(action == READ_ALL || action == SIZE_BUFFER || caller.process().credentials().is_root()) {
        return Err(Errno::EPERM);
    }
    let length = || usize::try_from(length).map_err(|_| Errno::EINVAL);
    match action {
        0 | 1 => Ok(0),
        READ | READ_ALL | READ_CLEAR if into.0 == 0 => Err(Errno::EINVAL),
        READ => read_log(caller, into, length()?),
        READ_ALL => read_last_log(caller, into, length()?),
        READ_CLEAR => {
            let count = read_last_log(caller, into, length()?)?;
            kernel_log::clear();
            Ok(count)
        }
        5 => {
            kernel_log::clear();
            Ok(0)
        }
        6 | 7 => {
            log::show_on_console(action == 7);
            Ok(0)
        }
        8 => {
            let level = u8::try_from(length()?).ok().filter(|level| (1..=8).contains(level)).ok_or(Errno::EINVAL)?;
            log::set_console_level(level);
            Ok(0)
        }
        9 => Ok(kernel_log::unread()),
        SIZE_BUFFER => Ok(log::size()),
        _ => Err(Errno::EINVAL),
    }
}

fn read_log(caller: &Caller, into: Pointer, length: usize) -> Result<usize> {
    let mut sink = caller.sink(Buffer { start: into.0, length: length as u64 })?;
    if length == 0 {
        return Ok(0);
    }
    kernel_log::read(caller.ctx, |line| put_line(caller, &mut sink, line))?;
    Ok(sink.written())
}

fn read_last_log(caller: &Caller, into: Pointer, length: usize) -> Result<usize> {
    let mut sink = caller.sink(Buffer { start: into.0, length: length as u64 })?;
    kernel_log::read_last(length, |line| put_line(caller, &mut sink, line).map(|_| ()))?;
    Ok(sink.written())
}

/// Writes a line and its end, if there is room for both; says whether there was.
fn put_line(caller: &Caller, sink: &mut Sink<'_>, line: &[u8]) -> Result<bool> {
    if sink.remaining() <= line.len() {
        return Ok(false);
    }
    let went = sink.write(caller.ctx, line)? + sink.write(caller.ctx, b"\n")?;
    if went == line.len() + 1 { Ok(true) } else { Err(Errno::EFAULT) }
}

/// getrandom(2)
pub(super) fn getrandom(caller: &mut Caller, into: Buffer, flags: Known<RandomFlags>) -> Result<usize> {
    if flags.0.contains(RandomFlags::RANDOM | RandomFlags::INSECURE) {
        return Err(Errno::EINVAL);
    }
    random::read(caller.ctx, &mut caller.sink(into)?)
}
