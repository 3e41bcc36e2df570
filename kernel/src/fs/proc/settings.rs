//! The files of /proc/sys that tell of limits and ways of the kernel: Documentation/admin-guide/sysctl. Most never change here, so
//! nobody may write to them; the others belong to those who obey them.

use super::{Fixed, READ_ONLY, Text, TextFile, add, new_identity, register};
use crate::fs::descriptors::MAX_DESCRIPTORS;
use crate::fs::inode::Permissions;
use crate::fs::leases::BreakTime;
use crate::fs::{inode_state, open_file, pipe, random};
use crate::task::TaskContext;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::{self, Write};
use linux_raw_sys::general as linux;
use logic::errno::Result;

/// What is always so: the file's name, and its text.
const ALWAYS: [(&str, &str); 25] = [
    // A program that crashes leaves no file with its memory.
    ("kernel/core_pattern", "core"),
    ("kernel/core_uses_pid", "0"),
    ("kernel/dmesg_restrict", "0"),
    ("kernel/kptr_restrict", "0"),
    // What the kernel does at the end of its wits: it stops.
    ("kernel/panic", "0"),
    ("kernel/panic_on_oops", "1"),
    ("kernel/tainted", "0"),
    ("kernel/sched_child_runs_first", "0"),
    ("kernel/overflowuid", "65534"),
    ("kernel/overflowgid", "65534"),
    ("kernel/ngroups_max", "65536"),
    ("kernel/sysrq", "1"),
    ("kernel/random/poolsize", "256"),
    ("kernel/random/entropy_avail", "256"),
    ("fs/overflowuid", "65534"),
    ("fs/overflowgid", "65534"),
    ("fs/suid_dumpable", "0"),
    ("fs/protected_hardlinks", "0"),
    ("fs/protected_symlinks", "0"),
    ("vm/nr_hugepages", "0"),
    ("vm/overcommit_ratio", "50"),
    ("vm/overcommit_kbytes", "0"),
    ("vm/panic_on_oom", "0"),
    ("vm/oom_kill_allocating_task", "0"),
    ("vm/swappiness", "0"),
];

/// Registers them.
pub(super) fn register_all() -> Result<()> {
    for (name, text) in ALWAYS {
        register(&format!("sys/{name}"), Fixed(text))?;
    }
    register("sys/kernel/cap_last_cap", Fixed(linux::CAP_LAST_CAP))?;
    register("sys/kernel/random/uuid", uuid)?;
    register("sys/kernel/random/boot_id", Fixed(random_id()))?;
    let writable = Permissions { mode: 0o644, ..READ_ONLY };
    add("sys/fs/lease-break-time", Arc::new(TextFile::new(new_identity(), writable, Arc::new(BreakTime))))?;
    register("sys/fs/nr_open", Fixed(MAX_DESCRIPTORS))?;
    register("sys/fs/file-max", Fixed(open_file::most()))?;
    register("sys/fs/file-nr", open_files)?;
    register("sys/fs/inode-nr", inodes)?;
    register("sys/fs/pipe-max-size", Fixed(pipe::LARGEST))
}

/// A new one at each look.
fn uuid(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "{}", random_id())
}

/// A random number in the form of RFC 4122, version 4.
fn random_id() -> String {
    let mut bytes = random::bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let part = |from: u32, digits: u32| (number >> (from * 4)) & ((1 << (digits * 4)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(24, 8), part(20, 4), part(16, 4), part(12, 4), part(0, 12))
}

/// Open files, those that wait to be used again (none do), and how many there may be.
fn open_files(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "{}\t0\t{}", open_file::count(), open_file::most())
}

/// Inodes, and those of them that wait to be used again.
fn inodes(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "{}\t0", inode_state::count())
}
