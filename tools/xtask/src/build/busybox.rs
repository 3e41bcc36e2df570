//! The userland: BusyBox as the distribution has it, not one byte changed, and a link for each of its commands.

use crate::files;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where distributions put their statically linked one.
const PLACES: [&str; 3] = ["/bin/busybox", "/usr/bin/busybox", "/usr/lib/busybox/busybox-static"];

/// Puts BusyBox into the root, with links for all commands that `taken` does not have already; gives what was put there. Without
/// a static BusyBox on this machine nothing is.
pub fn install(root: &Path, taken: &BTreeSet<PathBuf>) -> Result<BTreeSet<PathBuf>> {
    let mut installed = BTreeSet::new();
    let Some(busybox) = PLACES.iter().map(Path::new).find(|place| is_static(place)) else { return Ok(installed) };
    let to = root.join("bin/busybox");
    files::install(busybox, &to)?;
    installed.insert(to);
    for command in commands(busybox)? {
        let link = root.join(&command);
        if taken.contains(&link) || installed.contains(&link) {
            continue;
        }
        let up = Path::new(&command).components().count() - 1;
        make_link(&link, &Path::new(&"../".repeat(up)).join("bin/busybox"))?;
        installed.insert(link);
    }
    Ok(installed)
}

/// The commands, as paths without a leading slash.
fn commands(busybox: &Path) -> Result<Vec<String>> {
    let listed = Command::new(busybox).arg("--list-full").output().context("busybox does not run")?;
    let text = String::from_utf8(listed.stdout).context("busybox lists odd names")?;
    // Cor has an init of its own, which takes the signals that BusyBox's poweroff, reboot and halt send.
    let unwanted = ["sbin/init", "linuxrc"];
    Ok(text.lines().filter(|line| !unwanted.contains(line)).map(str::to_owned).collect())
}

fn make_link(link: &Path, target: &Path) -> Result<()> {
    if fs::read_link(link).is_ok_and(|old| old == target) {
        return Ok(());
    }
    fs::create_dir_all(link.parent().context("a link without a folder")?)?;
    let _ = fs::remove_file(link);
    symlink(target, link).with_context(|| format!("cannot make {}", link.display()))
}

/// Whether it is a program without an interpreter.
fn is_static(file: &Path) -> bool {
    use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
    let Ok(bytes) = fs::read(file) else { return false };
    let Ok(elf) = ElfFile64::<object::Endianness>::parse(&*bytes) else { return false };
    let endian = elf.endian();
    let headers = elf.elf_header().program_headers(endian, &*bytes);
    headers.is_ok_and(|headers| headers.iter().all(|header| header.p_type(endian) != object::elf::PT_INTERP))
}
