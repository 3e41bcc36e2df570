//! From the number that a call returns to the error that it means.

use logic::errno::{Errno, Result};

/// The errors that a gate's calls are known to return.
const KNOWN: [Errno; 40] = [
    Errno::EPERM,
    Errno::ENOENT,
    Errno::ESRCH,
    Errno::EINTR,
    Errno::EIO,
    Errno::ENXIO,
    Errno::E2BIG,
    Errno::ENOEXEC,
    Errno::EBADF,
    Errno::ECHILD,
    Errno::EAGAIN,
    Errno::ENOMEM,
    Errno::EACCES,
    Errno::EFAULT,
    Errno::ENOTBLK,
    Errno::EBUSY,
    Errno::EEXIST,
    Errno::EXDEV,
    Errno::ENODEV,
    Errno::ENOTDIR,
    Errno::EISDIR,
    Errno::EINVAL,
    Errno::ENFILE,
    Errno::EMFILE,
    Errno::ENOTTY,
    Errno::ETXTBSY,
    Errno::EFBIG,
    Errno::ENOSPC,
    Errno::ESPIPE,
    Errno::EROFS,
    Errno::EMLINK,
    Errno::EPIPE,
    Errno::ERANGE,
    Errno::ENAMETOOLONG,
    Errno::ENOSYS,
    Errno::ENOTEMPTY,
    Errno::ELOOP,
    Errno::EOVERFLOW,
    Errno::EOPNOTSUPP,
    Errno::ETIMEDOUT,
];

/// What a call's return value says: the value, or the error when it is a small negative number (errno(3)).
/// An error that is not known becomes `EIO`.
pub fn result_of(value: usize) -> Result<usize> {
    match value.wrapping_neg() {
        number @ 1..4096 => {
            let known = KNOWN.into_iter().find(|errno| usize::from(errno.number()) == number);
            Err(known.unwrap_or(Errno::EIO))
        }
        _ => Ok(value),
    }
}
