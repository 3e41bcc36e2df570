//! The few calls of Linux's gate that Cor's own has no match for: `syscall`, numbers as in unistd_64.h.

use core::arch::asm;

use cor_rt::gate::Fd;
use cor_rt::{Result, result_of};

const SEEK: usize = 8;
const DUPLICATE: usize = 32;
const DUPLICATE_TO: usize = 33;
const LIST: usize = 217;

/// Moves a file's position to its start, lseek(2).
pub(crate) fn rewind(fd: Fd) -> Result<()> {
    // SAFETY: no argument is an address.
    unsafe { call(SEEK, fd, 0, 0) }.map(drop)
}

/// Another number for an open file, dup(2).
pub(crate) fn duplicate(fd: Fd) -> Result<Fd> {
    // SAFETY: no argument is an address.
    unsafe { call(DUPLICATE, fd, 0, 0) }.map(|fd| Fd(fd as u32))
}

/// Makes `to` mean the same open file, dup2(2).
pub(crate) fn duplicate_to(fd: Fd, to: Fd) -> Result<()> {
    // SAFETY: no argument is an address.
    unsafe { call(DUPLICATE_TO, fd, to.0 as usize, 0) }.map(drop)
}

/// Reads entries of a folder, getdents64(2); returns how many bytes came.
pub(crate) fn list(fd: Fd, into: &mut [u8]) -> Result<usize> {
    // SAFETY: the kernel writes within the slice, which is ours alone.
    unsafe { call(LIST, fd, into.as_mut_ptr().expose_provenance(), into.len()) }
}

/// Enters the gate.
///
/// # Safety
/// What the call does with the addresses among its arguments must be sound.
unsafe fn call(number: usize, fd: Fd, second: usize, third: usize) -> Result<usize> {
    let value: usize;
    // SAFETY: the gate changes rax, rcx, r11 and, by the caller's promise, only memory that it may.
    unsafe {
        asm!("syscall", inlateout("rax") number => value, in("rdi") fd.0 as usize, in("rsi") second, in("rdx") third,
            out("rcx") _, out("r11") _)
    };
    result_of(value)
}
