//! The Linux calls of a program that manages the machine: signals, children without waiting, the host's name, the end.
//! Cor's own gate has none of them; one process may use both gates.

use core::arch::asm;
use core::ptr::null;
use core::time::Duration;

use crate::errno::result_of;
use crate::gate::{Pid, Status};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::{Signal, SignalSet};

/// The size of a set of signals, in bytes.
const SET_SIZE: usize = 8;

/// The end of the machine, reboot(2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It is switched off.
    PowerOff,
    /// It starts again.
    Restart,
    /// It stops where it is.
    Halt,
}

/// Blocks these signals and no others: rt_sigprocmask(2).
pub fn block_signals(signals: SignalSet) -> Result<()> {
    let (set, how) = (&raw const signals.0, linux::SIG_SETMASK as usize);
    // SAFETY: the kernel only reads the set.
    unsafe { call(linux::__NR_rt_sigprocmask, [how, set.expose_provenance(), 0, SET_SIZE]) }.map(drop)
}

/// Waits for one of these signals, which are blocked, and takes it: rt_sigtimedwait(2). `EAGAIN` if none comes in time.
pub fn wait_signal(signals: SignalSet, time: Option<Duration>) -> Result<Signal> {
    let time = time.map(timespec);
    let time = time.as_ref().map_or(null(), core::ptr::from_ref);
    let set = &raw const signals.0;
    // SAFETY: the kernel only reads the set and the time.
    let number =
        unsafe { call(linux::__NR_rt_sigtimedwait, [set.expose_provenance(), 0, time.expose_provenance(), SET_SIZE]) }?;
    Signal::new(number as u64)
}

/// Sends a signal to a process: kill(2).
pub fn kill(process: Pid, signal: Signal) -> Result<()> {
    // SAFETY: no argument is an address.
    unsafe { call(linux::__NR_kill, [process.0 as usize, signal.number().into(), 0, 0]) }.map(drop)
}

/// Sends a signal to all processes but the first and this one. `ESRCH` if there is none.
pub fn kill_all(signal: Signal) -> Result<()> {
    // SAFETY: no argument is an address.
    unsafe { call(linux::__NR_kill, [usize::MAX, signal.number().into(), 0, 0]) }.map(drop)
}

/// Whether there are processes but the first and this one.
pub fn has_others() -> bool {
    // SAFETY: no argument is an address.
    let result = unsafe { call(linux::__NR_kill, [usize::MAX, 0, 0, 0]) };
    result != Err(Errno::ESRCH)
}

/// Takes a child that has ended, if one has: waitpid(2) with WNOHANG. `ECHILD` if there are no children.
pub fn reap() -> Result<Option<(Pid, Status)>> {
    let mut status = 0_i32;
    let into = &raw mut status;
    // SAFETY: the kernel writes an i32 to `status`.
    let pid = unsafe { call(linux::__NR_wait4, [usize::MAX, into.expose_provenance(), linux::WNOHANG as usize, 0]) }?;
    Ok((pid > 0).then_some((Pid(pid as u32), Status(status))))
}

/// Names the host: sethostname(2).
pub fn set_host_name(name: &[u8]) -> Result<()> {
    // SAFETY: the kernel only reads the name.
    unsafe { call(linux::__NR_sethostname, [name.as_ptr().expose_provenance(), name.len(), 0, 0]) }.map(drop)
}

/// Time since boot: clock_gettime(2) with CLOCK_MONOTONIC.
pub fn uptime() -> Duration {
    let mut time = linux::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    let into = &raw mut time;
    // SAFETY: the kernel writes a timespec to `time`.
    let result =
        unsafe { call(linux::__NR_clock_gettime, [linux::CLOCK_MONOTONIC as usize, into.expose_provenance(), 0, 0]) };
    result.map_or(Duration::ZERO, |_| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Writes back what files hold that is not on a disk yet: sync(2).
pub fn sync() {
    // SAFETY: there are no arguments.
    let _ = unsafe { call(linux::__NR_sync, [0; 4]) };
}

/// Ends the machine; returns only if it may not.
pub fn reboot(end: End) -> Errno {
    let command = match end {
        End::PowerOff => linux::LINUX_REBOOT_CMD_POWER_OFF,
        End::Restart => linux::LINUX_REBOOT_CMD_RESTART,
        End::Halt => linux::LINUX_REBOOT_CMD_HALT,
    };
    reboot_call(command).err().unwrap_or(Errno::EIO)
}

/// Has Ctrl-Alt-Delete send SIGINT to the first process instead of restarting the machine at once.
pub fn take_restart_keys() -> Result<()> {
    reboot_call(linux::LINUX_REBOOT_CMD_CAD_OFF)
}

fn reboot_call(command: u32) -> Result<()> {
    let magic = [linux::LINUX_REBOOT_MAGIC1, linux::LINUX_REBOOT_MAGIC2].map(|magic| magic as usize);
    // SAFETY: no argument is an address.
    unsafe { call(linux::__NR_reboot, [magic[0], magic[1], command as usize, 0]) }.map(drop)
}

fn timespec(time: Duration) -> linux::__kernel_timespec {
    linux::__kernel_timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// Enters the gate.
///
/// # Safety
/// The call's use of the addresses among its arguments must be sound.
unsafe fn call(number: u32, [a, b, c, d]: [usize; 4]) -> Result<usize> {
    let value: usize;
    // SAFETY: the gate changes rax, rcx and r11 and, by the caller's promise, only memory that it may.
    unsafe {
        asm!("syscall", inlateout("rax") number as usize => value, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d,
            lateout("rcx") _, lateout("r11") _)
    };
    result_of(value)
}
