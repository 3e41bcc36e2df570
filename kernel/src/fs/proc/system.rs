//! The files of /proc that tell of the machine's memory, the time and the mounts.

use super::{Text, register};
use crate::fs::mount::{self, Mount, MountFlags};
use crate::task::TaskContext;
use core::fmt::{self, Write};
use logic::address::PAGE_SIZE;
use logic::errno::Result;
use machine::{clock, frame};

/// Registers them.
pub(super) fn register_all() -> Result<()> {
    register("meminfo", memory)?;
    register("uptime", uptime)?;
    register("mounts", mounts)?;
    register("filesystems", file_systems)
}

fn memory(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let kilobytes = |frames: usize| frames * (PAGE_SIZE / 1024);
    let (total, free) = (kilobytes(frame::total_frames()), kilobytes(frame::free_frames()));
    for (name, size) in [("MemTotal", total), ("MemFree", free), ("MemAvailable", free)] {
        writeln!(text, "{name}:{size:>width$} kB", width = 23 - name.len())?;
    }
    Ok(())
}

/// The time since boot, and the time that all CPUs were idle together; the second is not measured yet.
fn uptime(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let hundredths = clock::now().0 / 10_000_000;
    writeln!(text, "{}.{:02} 0.00", hundredths / 100, hundredths % 100)
}

fn mounts(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let mut written = Ok(());
    mount::for_each(|mount| written = written.and_then(|()| line(mount, text)));
    written
}

/// As fstab(5) writes it: source, place, type, options.
fn line(mount: &Mount, text: &mut Text) -> fmt::Result {
    write!(text, "{} ", mount.source)?;
    match &mount.on() {
        None => text.put(b"/")?,
        Some(on) => {
            let Ok(place) = on.system_text() else { return Err(fmt::Error) };
            for &byte in &place.text {
                match byte {
                    b' ' | b'\t' | b'\n' | b'\\' => write!(text, "\\{byte:03o}")?,
                    byte => text.put(&[byte])?,
                }
            }
        }
    }
    let writable = if mount.is_read_only() { "ro" } else { "rw" };
    write!(text, " {} {writable}", mount.volume.system.type_name())?;
    let options =
        [(MountFlags::NO_SET_ID, "nosuid"), (MountFlags::NO_DEVICES, "nodev"), (MountFlags::NO_RUN, "noexec")];
    for (_, name) in options.iter().filter(|(flag, _)| mount.flags().contains(*flag)) {
        write!(text, ",{name}")?;
    }
    writeln!(text, " 0 0")
}

fn file_systems(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    for name in ["tmpfs", "devtmpfs", "proc"] {
        writeln!(text, "nodev\t{name}")?;
    }
    Ok(())
}
