//! Files in memory: memfd_create(2).

use super::arg::{Fd, Pointer};
use super::caller::Caller;
use crate::fs::memfd;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The longest name: a file's, less what /proc puts before it.
const LONGEST: usize = logic::path::NAME_MAX - b"memfd:".len();

/// memfd_create(2)
/// Differs: no huge pages: MFD_HUGETLB is `EINVAL`.
pub(super) fn memfd_create(caller: &mut Caller, name: Pointer, flags: u32) -> Result<Fd> {
    if flags & !(linux::MFD_CLOEXEC | linux::MFD_ALLOW_SEALING) != 0 {
        return Err(Errno::EINVAL);
    }
    let name = caller.space().read_text(caller.ctx, name.0, LONGEST + 1, Errno::EINVAL)?;
    let sealable = flags & linux::MFD_ALLOW_SEALING != 0;
    let file = memfd::create(caller.ctx, &name, &caller.lookup()?.credentials, sealable)?;
    caller.add_file(file, 0, flags & linux::MFD_CLOEXEC != 0)
}
