//! The calls of `int 0x14`. Number in rax, arguments in rdi, rsi, rdx, r10, result in rax; no other register changes.

use alloc::vec::Vec;
use core::arch::asm;
use core::ffi::{CStr, c_char};
use core::fmt;
use core::ptr::{NonNull, null};
use core::time::Duration;

use crate::errno::result_of;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

const EXIT: usize = 1;
const WRITE: usize = 2;
const READ: usize = 3;
const OPEN: usize = 4;
const MORE_MEMORY: usize = 5;
const YIELD: usize = 6;
const SPAWN: usize = 7;
const WAIT: usize = 8;
const SLEEP: usize = 9;
const POWER_OFF: usize = 10;
const CLOSE: usize = 11;
const REPORT: usize = 12;

/// The number of an open file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fd(pub u32);

impl Fd {
    /// Standard output.
    pub const OUTPUT: Fd = Fd(1);
    /// Standard error.
    pub const ERROR: Fd = Fd(2);
}

/// The number of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pid(pub u32);

bitflags::bitflags! {
    /// How a file is opened, open(2).
    #[derive(Clone, Copy)]
    pub struct Open: usize {
        /// For reading only.
        const READ = 0;
        /// For writing only.
        const WRITE = 0o1;
        /// For both.
        const BOTH = 0o2;
        /// Made if it is not there.
        const CREATE = 0o100;
        /// Emptied.
        const TRUNCATE = 0o1000;
        /// Only a folder will do.
        const FOLDER = 0o200000;
    }
}

/// How a process ended, as wait4(2) encodes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status(pub i32);

impl Status {
    /// Ended by itself with this exit status.
    pub const fn exited(status: u8) -> Self {
        Status((status as i32) << 8)
    }

    /// The signal that ended it, if one did.
    pub const fn signal(self) -> Option<u8> {
        match self.0 & 0x7f {
            0 => None,
            signal => Some(signal as u8),
        }
    }

    /// The exit status, or 128 and the signal, as shells count.
    pub const fn code(self) -> u8 {
        match self.signal() {
            Some(signal) => 128 + signal,
            None => (self.0 >> 8) as u8,
        }
    }
}

/// The rest of a sentence that begins with the process.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signal().map(|signal| Signal::new(signal.into())) {
            Some(Ok(signal)) => write!(f, "was killed by {signal}"),
            _ => write!(f, "has ended with status {}", self.code()),
        }
    }
}

/// Ends the program.
pub fn exit(status: i32) -> ! {
    // SAFETY: no argument is an address.
    let _ = unsafe { call(EXIT, [status as usize, 0, 0, 0]) };
    unreachable!("exit returned")
}

/// Writes to a file; returns how many bytes went.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize> {
    // SAFETY: the kernel only reads the bytes.
    unsafe { call(WRITE, [fd.0 as usize, bytes.as_ptr().expose_provenance(), bytes.len(), 0]) }
}

/// Writes all of the bytes to a file.
pub fn write_all(fd: Fd, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        let written = write(fd, bytes)?;
        bytes = bytes.get(written..).filter(|_| written > 0).ok_or(Errno::EIO)?;
    }
    Ok(())
}

/// Reads from a file; returns how many bytes came, 0 at its end.
pub fn read(fd: Fd, into: &mut [u8]) -> Result<usize> {
    // SAFETY: the kernel writes within the slice, which is ours alone.
    unsafe { call(READ, [fd.0 as usize, into.as_mut_ptr().expose_provenance(), into.len(), 0]) }
}

/// Opens a file; `mode` are the rights of a file that is made.
pub fn open(path: &CStr, how: Open, mode: u16) -> Result<Fd> {
    // SAFETY: the kernel only reads the path.
    let fd = unsafe { call(OPEN, [path.as_ptr().expose_provenance(), how.bits(), mode.into(), 0]) }?;
    Ok(Fd(fd as u32))
}

/// Closes a file.
pub fn close(fd: Fd) -> Result<()> {
    // SAFETY: no argument is an address.
    unsafe { call(CLOSE, [fd.0 as usize, 0, 0, 0]) }.map(drop)
}

/// Fresh memory, zeroed; `size` in bytes is rounded up to whole pages. It is never given back.
pub fn more_memory(size: usize) -> Result<NonNull<u8>> {
    // SAFETY: the kernel maps memory where nothing was.
    let address = unsafe { call(MORE_MEMORY, [size, 0, 0, 0]) }?;
    NonNull::new(core::ptr::with_exposed_provenance_mut(address)).ok_or(Errno::ENOMEM)
}

/// Lets another task run.
pub fn yield_now() {
    // SAFETY: no argument is an address.
    let _ = unsafe { call(YIELD, [0; 4]) };
}

/// Starts a program as a child, in the folder `cwd` or in this program's own, with this program's fds 0, 1 and 2.
///
/// # Errors
/// Those of execve(2).
pub fn spawn(path: &CStr, arguments: &[&CStr], environment: &[&CStr], cwd: Option<&CStr>) -> Result<Pid> {
    let argv = null_ended(arguments)?;
    let envp = null_ended(environment)?;
    let cwd = cwd.map_or(null(), CStr::as_ptr);
    // SAFETY: the kernel only reads the strings and the lists, and both lists end in NULL.
    let pid = unsafe {
        call(
            SPAWN,
            [
                path.as_ptr().expose_provenance(),
                argv.as_ptr().expose_provenance(),
                envp.as_ptr().expose_provenance(),
                cwd.expose_provenance(),
            ],
        )
    }?;
    Ok(Pid(pid as u32))
}

/// Waits until a child has ended (this one, or whichever is first), and says how.
pub fn wait(child: Option<Pid>) -> Result<(Pid, Status)> {
    let mut status = 0_i32;
    let which = child.map_or(usize::MAX, |pid| pid.0 as usize);
    // SAFETY: the kernel writes an i32 to `status`.
    let pid = unsafe { call(WAIT, [which, (&raw mut status).expose_provenance(), 0, 0]) }?;
    Ok((Pid(pid as u32), Status(status)))
}

/// Sleeps at least this long.
pub fn sleep(time: Duration) -> Result<()> {
    let nanoseconds = usize::try_from(time.as_nanos()).unwrap_or(usize::MAX);
    // SAFETY: no argument is an address.
    unsafe { call(SLEEP, [nanoseconds, 0, 0, 0]) }.map(drop)
}

/// Turns the machine off; `status` is what its owner is told. Returns only if it may not.
pub fn power_off(status: Status) -> Errno {
    // SAFETY: no argument is an address.
    unsafe { call(POWER_OFF, [status.0 as usize, 0, 0, 0]) }.err().unwrap_or(Errno::EIO)
}

/// Writes a line on the status port, for whoever runs the machine. For pid 1 only.
pub fn report(line: &[u8]) -> Result<()> {
    // SAFETY: the kernel only reads the bytes.
    unsafe { call(REPORT, [line.as_ptr().expose_provenance(), line.len(), 0, 0]) }.map(drop)
}

/// The strings' addresses and a NULL. `ENOMEM`: there are too many.
fn null_ended(strings: &[&CStr]) -> Result<Vec<*const c_char>> {
    let mut list = Vec::new();
    list.try_reserve_exact(strings.len() + 1).map_err(|_| Errno::ENOMEM)?;
    list.extend(strings.iter().map(|string| string.as_ptr()));
    list.push(null());
    Ok(list)
}

/// Enters the gate.
///
/// # Safety
/// What the call does with the addresses among its arguments must be sound.
unsafe fn call(number: usize, [a, b, c, d]: [usize; 4]) -> Result<usize> {
    let value: usize;
    // SAFETY: the gate changes rax and, by the caller's promise, only memory that it may.
    unsafe { asm!("int 0x14", inlateout("rax") number => value, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d) };
    result_of(value)
}
