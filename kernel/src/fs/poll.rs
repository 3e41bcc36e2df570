//! Readiness: what poll(2) asks of a file.

use bitflags::bitflags;
use linux_raw_sys::general as linux;

bitflags! {
    /// What can be done with a file without waiting; the bits of poll(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Readiness: u32 {
        /// There is something to read, or the end.
        const IN = linux::POLLIN;
        /// There is something out of the ordinary to read.
        const PRI = linux::POLLPRI;
        /// There is room to write.
        const OUT = linux::POLLOUT;
        /// Something failed, or the reading end of a pipe is gone.
        const ERR = linux::POLLERR;
        /// The other side has hung up.
        const HUP = linux::POLLHUP;
        /// The other side will send nothing more.
        const RDHUP = linux::POLLRDHUP;
        /// As `IN`, by another name.
        const RDNORM = linux::POLLRDNORM;
        /// As `OUT`, by another name.
        const WRNORM = linux::POLLWRNORM;
    }
}

impl Readiness {
    /// What ends the wait of one who wants to read.
    pub const READ: Readiness = Readiness::IN.union(Readiness::ERR).union(Readiness::HUP);
    /// What ends the wait of one who wants to write.
    pub const WRITE: Readiness = Readiness::OUT.union(Readiness::ERR).union(Readiness::HUP);
}
