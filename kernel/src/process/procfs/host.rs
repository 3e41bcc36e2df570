//! What holds for the whole machine, in /proc/sys/kernel: uname(2)'s names, of which the first process's user may set two, and how far
//! the addresses of programs are left to chance.

use crate::fs::inode::Permissions;
use crate::fs::proc::{self, Contents, Fixed, READ_ONLY, Text, TextFile};
use crate::process::exec::Randomisation;
use crate::process::{caller, host};
use crate::task::TaskContext;
use alloc::sync::Arc;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// A name that can be set.
struct Named {
    get: fn() -> host::HostName,
    set: fn(&[u8]) -> Result<()>,
}

/// Registers them.
pub(super) fn register() -> Result<()> {
    let [system, release, version, _] = host::SYSTEM;
    proc::register("sys/kernel/ostype", Fixed(system))?;
    proc::register("sys/kernel/osrelease", Fixed(release))?;
    proc::register("sys/kernel/version", Fixed(version))?;
    add("sys/kernel/hostname", Named { get: host::name, set: host::set_name })?;
    add("sys/kernel/domainname", Named { get: host::domain, set: host::set_domain })?;
    add("sys/kernel/randomize_va_space", Randomisation)
}

fn add(path: &str, contents: impl Contents + 'static) -> Result<()> {
    let permissions = Permissions { mode: 0o644, ..READ_ONLY };
    proc::add(path, Arc::new(TextFile::new(proc::new_identity(), permissions, Arc::new(contents))))
}

impl Contents for Named {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        text.put(&(self.get)()).and_then(|()| text.put(b"\n")).map_err(|_| Errno::ENOMEM)
    }

    /// As on Linux, a line's end ends the name, and what is too long is cut.
    fn store(&self, ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        let thread = caller(ctx).ok_or(Errno::ESRCH)?;
        thread.process.credentials().need(linux::CAP_SYS_ADMIN)?;
        let end = bytes.iter().position(|&byte| byte == b'\n' || byte == 0).unwrap_or(bytes.len());
        (self.set)(&bytes[..end.min(host::NAME_MAX)])
    }
}
