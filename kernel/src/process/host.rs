//! What the machine is called: uname(2), sethostname(2), /proc/sys/kernel.

use arrayvec::ArrayVec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// The longest name.
pub const NAME_MAX: usize = linux_raw_sys::system::__NEW_UTS_LEN as usize;

/// A name.
pub type HostName = ArrayVec<u8, NAME_MAX>;

static NODE: SpinLock<HostName> = SpinLock::new("host name", ArrayVec::new_const());
static DOMAIN: SpinLock<HostName> = SpinLock::new("domain name", ArrayVec::new_const());

/// The system's name, release, version and machine: programs look at the first two to know what they may ask for.
pub const SYSTEM: [&str; 4] = ["Linux", "6.1.0-cor", "#1 Cor 0.1.0", "x86_64"];

/// The release for programs that know none after 2.6 (UNAME26 of personality(2)).
pub const OLD_RELEASE: &str = "2.6.61-cor";

/// What a name is until it is set.
const NONE: &[u8] = b"(none)";

/// The host's name.
pub fn name() -> HostName {
    or_none(NODE.lock().clone())
}

/// The host's NIS domain.
pub fn domain() -> HostName {
    or_none(DOMAIN.lock().clone())
}

/// Names the host; `EINVAL` if that is too long.
pub fn set_name(name: &[u8]) -> Result<()> {
    *NODE.lock() = HostName::try_from(name).map_err(|_| Errno::EINVAL)?;
    Ok(())
}

/// Names its domain likewise.
pub fn set_domain(name: &[u8]) -> Result<()> {
    *DOMAIN.lock() = HostName::try_from(name).map_err(|_| Errno::EINVAL)?;
    Ok(())
}

fn or_none(name: HostName) -> HostName {
    if name.is_empty() { NONE.iter().copied().collect() } else { name }
}
