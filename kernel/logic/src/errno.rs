//! The one error type of the kernel: Linux's error numbers, errno(3).

use linux_raw_sys::errno;

/// What went wrong, as a program sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(u16);

/// What almost everything in the kernel returns.
pub type Result<T, E = Errno> = core::result::Result<T, E>;

impl Errno {
    /// The positive number that Linux gives this error.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What a system call returns for this error: the negative number, as two's complement.
    pub const fn to_return_value(self) -> u64 {
        (self.0 as u64).wrapping_neg()
    }
}

macro_rules! errors {
    ($($name:ident $text:literal)*) => {
        #[allow(missing_docs, reason = "each is described by its text")]
        impl Errno {
            $(#[doc = $text] pub const $name: Errno = Errno(errno::$name as u16);)*

            /// The C name, such as `ENOENT`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Errno::$name => stringify!($name),)*
                    _ => "E?",
                }
            }

            /// What it means, in words.
            pub const fn text(self) -> &'static str {
                match self {
                    $(Errno::$name => $text,)*
                    _ => "unknown error",
                }
            }
        }
    };
}

errors! {
    EPERM "operation not permitted"
    ENOENT "no such file or directory"
    ESRCH "no such process"
    EINTR "interrupted by a signal"
    EIO "input/output error"
    ENXIO "no such device or address"
    E2BIG "argument list too long"
    ENOEXEC "not a program that can be run"
    EBADF "bad file descriptor"
    ECHILD "no child processes"
    EAGAIN "try again"
    ENOMEM "out of memory"
    EACCES "permission denied"
    EFAULT "bad address"
    ENOTBLK "not a block device"
    EBUSY "device or resource busy"
    EEXIST "file exists"
    EXDEV "link between file systems"
    ENODEV "no such device"
    ENOTDIR "not a directory"
    EISDIR "is a directory"
    EINVAL "invalid argument"
    ENFILE "too many open files in the system"
    EMFILE "too many open files"
    ENOTTY "not a terminal"
    ETXTBSY "program file is busy"
    EFBIG "file too large"
    ENOSPC "no space left on device"
    ESPIPE "cannot seek"
    EROFS "read-only file system"
    EMLINK "too many links"
    EPIPE "broken pipe"
    EDOM "argument outside the function's domain"
    ERANGE "result too large"
    EDEADLK "would deadlock"
    ENAMETOOLONG "file name too long"
    ENOLCK "no locks available"
    ENOSYS "not implemented"
    ENOTEMPTY "directory not empty"
    ELOOP "too many symbolic links"
    ELIBBAD "a library is damaged"
    ENODATA "no data"
    ETIME "timer expired"
    EOVERFLOW "value too large"
    EILSEQ "invalid byte sequence"
    EUSERS "too many users"
    EIDRM "identifier removed"
    ENOMSG "no message of that kind"
    EBADMSG "bad message"
    ENOTSOCK "not a socket"
    EDESTADDRREQ "destination address needed"
    EMSGSIZE "message too long"
    EPROTOTYPE "wrong type of socket"
    ENOPROTOOPT "no such option"
    EPROTONOSUPPORT "no such protocol"
    ESOCKTNOSUPPORT "no such type of socket"
    EAFNOSUPPORT "no such address family"
    EADDRINUSE "address in use"
    EADDRNOTAVAIL "address not available"
    ECONNABORTED "connection aborted"
    ECONNRESET "connection reset"
    ENOBUFS "no buffer space"
    EISCONN "already connected"
    ENOTCONN "not connected"
    ETOOMANYREFS "too many files on their way"
    ECONNREFUSED "connection refused"
    EOPNOTSUPP "operation not supported"
    ETIMEDOUT "timed out"
    EALREADY "already in progress"
    EINPROGRESS "in progress"
    ESTALE "stale handle"
    EDQUOT "quota exceeded"
    ECANCELED "cancelled"
    EOWNERDEAD "owner died"
    ENOTRECOVERABLE "state not recoverable"
}

impl core::fmt::Debug for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.name())
    }
}

impl core::fmt::Display for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({})", self.text(), self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Errno;

    #[test]
    fn numbers_are_those_of_linux() {
        assert_eq!(Errno::ENOENT.number(), 2);
        assert_eq!(Errno::ENOSYS.to_return_value() as i64, -38);
        assert_eq!(Errno::EFAULT.name(), "EFAULT");
    }
}
