//! The mounts as text, as a process sees them from its root: fstab(5) and proc(5)'s mountinfo.

use super::Text;
use crate::fs::mount::{self, Mount, MountFlags, Path};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use logic::errno::{Errno, Result};

/// /proc/PID/mounts: source, place, type, options.
pub fn show_mounts(root: &Path, text: &mut Text) -> Result<()> {
    each(root, text, |mount, place, text| {
        put_escaped(text, mount.source.as_bytes())?;
        text.put(b" ")?;
        put_escaped(text, place)?;
        write!(text, " {} {}", mount.volume.system.type_name(), Writable(mount))?;
        put_flags(text, mount)?;
        writeln!(text, " 0 0")
    })
}

/// /proc/PID/mountinfo: numbers, the part that is shown, place, options, type, source.
pub fn show_mount_info(root: &Path, text: &mut Text) -> Result<()> {
    each(root, text, |mount, place, text| {
        let parent = mount.on().map_or(mount.id, |on| on.mount.id);
        let device = mount.root.inode().id().device;
        write!(text, "{} {parent} {}:{} ", mount.id, device.major, device.minor)?;
        let shown = Path { mount: mount.clone(), dentry: mount.volume.root.clone() };
        let shown = shown_part(mount, &shown).map_err(|_| fmt::Error)?;
        put_escaped(text, &shown)?;
        text.put(b" ")?;
        put_escaped(text, place)?;
        write!(text, " {}", Writable(mount))?;
        put_flags(text, mount)?;
        write!(text, " - {} ", mount.volume.system.type_name())?;
        put_escaped(text, mount.source.as_bytes())?;
        writeln!(text, " {}", Writable(mount))
    })
}

/// /proc/PID/mountstats.
pub fn show_mount_statistics(root: &Path, text: &mut Text) -> Result<()> {
    each(root, text, |mount, place, text| {
        text.put(b"device ")?;
        put_escaped(text, mount.source.as_bytes())?;
        text.put(b" mounted on ")?;
        put_escaped(text, place)?;
        writeln!(text, " with fstype {}", mount.volume.system.type_name())
    })
}

fn each(
    root: &Path,
    text: &mut Text,
    mut line: impl FnMut(&Arc<Mount>, &[u8], &mut Text) -> fmt::Result,
) -> Result<()> {
    let mut shown = Ok(());
    mount::for_each(|mount| {
        if shown.is_ok() {
            shown = place_of(mount, root).and_then(|place| match place {
                Some(place) => line(mount, &place, text).map_err(|_| Errno::ENOMEM),
                None => Ok(()),
            });
        }
    });
    shown
}

/// Where a mount is, seen from a root; `None` if it cannot be seen.
fn place_of(mount: &Arc<Mount>, root: &Path) -> Result<Option<Vec<u8>>> {
    let top = Path { mount: mount.clone(), dentry: mount.root.clone() };
    let place = top.text(root)?;
    Ok((!place.unreachable).then_some(place.text))
}

/// Which part of its file system a mount shows.
fn shown_part(mount: &Mount, top: &Path) -> Result<Vec<u8>> {
    let mut names = Vec::new();
    let mut here = mount.root.clone();
    while let (Some(parent), name) = here.parent_and_name() {
        names.push(name);
        if Arc::ptr_eq(&parent, &top.dentry) {
            break;
        }
        here = parent;
    }
    let mut text = Vec::new();
    for name in names.iter().rev() {
        text.try_reserve(name.len() + 1).map_err(|_| Errno::ENOMEM)?;
        text.push(b'/');
        text.extend_from_slice(name);
    }
    if text.is_empty() {
        text.push(b'/');
    }
    Ok(text)
}

struct Writable<'a>(&'a Mount);

impl fmt::Display for Writable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_read_only() { "ro" } else { "rw" })
    }
}

fn put_flags(text: &mut Text, mount: &Mount) -> fmt::Result {
    let options = [
        (MountFlags::NO_SET_ID, "nosuid"),
        (MountFlags::NO_DEVICES, "nodev"),
        (MountFlags::NO_RUN, "noexec"),
        (MountFlags::NO_ACCESS_TIME, "noatime"),
        (MountFlags::NO_DIRECTORY_TIME, "nodiratime"),
        (MountFlags::SELDOM_ACCESS_TIME, "relatime"),
    ];
    for (_, name) in options.iter().filter(|(flag, _)| mount.flags().contains(*flag)) {
        write!(text, ",{name}")?;
    }
    Ok(())
}

/// Blanks and backslashes in octal, so that a line falls apart at blanks.
fn put_escaped(text: &mut Text, bytes: &[u8]) -> fmt::Result {
    for &byte in bytes {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' => write!(text, "\\{byte:03o}")?,
            byte => text.put(&[byte])?,
        }
    }
    Ok(())
}
