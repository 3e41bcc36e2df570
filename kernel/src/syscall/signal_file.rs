//! Signals as files: signalfd(2).

use super::arg::{Fd, Known, Pointer};
use super::caller::Caller;
use super::signal::read_set;
use crate::process::signal::{self, SignalFile};
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

bitflags! {
    /// How one is made.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct SignalFileFlags: u32 {
        const CLOSE_ON_EXEC = linux::O_CLOEXEC;
        const NONBLOCK = linux::O_NONBLOCK;
    }
}

/// signalfd(2), without flags
pub(super) fn signalfd(caller: &mut Caller, fd: Fd, set: Pointer, size: u64) -> Result<Fd> {
    signalfd4(caller, fd, set, size, Known(SignalFileFlags::empty()))
}

/// signalfd4(2)
pub(super) fn signalfd4(
    caller: &mut Caller,
    fd: Fd,
    set: Pointer,
    size: u64,
    flags: Known<SignalFileFlags>,
) -> Result<Fd> {
    let wanted = match set.non_null() {
        Some(_) => read_set(caller, set, size)?.ok_or(Errno::EFAULT)?,
        None => return Err(if size == size_of::<u64>() as u64 { Errno::EFAULT } else { Errno::EINVAL }),
    };
    if fd.0 != -1 {
        let file = caller.file(fd)?;
        file.check_opened()?;
        file.file_as::<SignalFile>().ok_or(Errno::EINVAL)?.want(wanted);
        return Ok(fd);
    }
    let nonblock = flags.0.contains(SignalFileFlags::NONBLOCK);
    let file = signal::open(caller.process(), wanted, nonblock);
    caller.add_file(file, 0, flags.0.contains(SignalFileFlags::CLOSE_ON_EXEC))
}
