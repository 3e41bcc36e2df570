//! Making files of an archive's entries. A later entry of the same name wins, as in Linux's initramfs.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nix::fcntl::AT_FDCWD;
use nix::sys::stat::{Mode, SFlag, UtimensatFlags, makedev, mknod, utimensat};
use nix::sys::time::TimeSpec;

use crate::archive::{Archive, Entry, Item};

/// The files with several names that were met, until the archive ends.
type Links = HashMap<(u32, u32, u32), PathBuf>;

/// Unpacks archives into the root.
pub(crate) fn unpack(input: &mut impl BufRead) -> Result<()> {
    let mut archive = Archive::new(input);
    let mut links = Links::new();
    let mut folders = Vec::new();
    let mut ended = true;
    while let Some(item) = archive.next()? {
        let Item::Entry(entry) = item else {
            links.clear();
            ended = true;
            continue;
        };
        ended = false;
        let path = Path::new("/").join(&entry.name);
        make(&path, &entry, &mut archive.data(&entry), &mut links).with_context(|| path.display().to_string())?;
        if kind(&entry) == SFlag::S_IFDIR {
            folders.push((path, entry.time));
        }
    }
    ensure!(ended, "the archive is cut off: its trailer is missing");
    for (path, time) in folders {
        set_time(&path, time).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn kind(entry: &Entry) -> SFlag {
    SFlag::from_bits_truncate(entry.mode) & SFlag::S_IFMT
}

fn make(path: &Path, entry: &Entry, data: &mut impl Read, links: &mut Links) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match kind(entry) {
        SFlag::S_IFDIR => make_folder(path)?,
        SFlag::S_IFREG => make_file(path, entry, data, links)?,
        SFlag::S_IFLNK => make_symlink(path, entry, data)?,
        _ => make_node(path, entry, links)?,
    }
    lchown(path, Some(entry.user), Some(entry.group))?;
    if kind(entry) != SFlag::S_IFLNK {
        fs::set_permissions(path, fs::Permissions::from_mode(entry.mode & 0o7777))?;
    }
    Ok(set_time(path, entry.time)?)
}

fn make_folder(path: &Path) -> io::Result<()> {
    if !path.symlink_metadata().is_ok_and(|there| there.is_dir()) {
        remove(path)?;
        fs::create_dir(path)?;
    }
    Ok(())
}

/// Makes a file, or another name of one; the data comes with the last name.
fn make_file(path: &Path, entry: &Entry, data: &mut impl Read, links: &mut Links) -> Result<()> {
    let linked = link(path, entry, links)?;
    let file = match linked {
        true if entry.size == 0 => return Ok(()),
        true => OpenOptions::new().write(true).truncate(true).open(path)?,
        false => File::create_new(path)?,
    };
    let copied = io::copy(data, &mut &file)?;
    ensure!(copied == u64::from(entry.size), "the archive is cut off in its data");
    Ok((&file).flush()?)
}

fn make_symlink(path: &Path, entry: &Entry, data: &mut impl Read) -> Result<()> {
    let mut target = Vec::new();
    data.read_to_end(&mut target)?;
    ensure!(target.len() == entry.size as usize, "the archive is cut off in its data");
    remove(path)?;
    Ok(symlink(OsString::from_vec(target), path)?)
}

/// Makes a device, a pipe or a socket.
fn make_node(path: &Path, entry: &Entry, links: &mut Links) -> Result<()> {
    if !link(path, entry, links)? {
        let (major, minor) = entry.device;
        mknod(path, kind(entry), Mode::from_bits_truncate(entry.mode & 0o7777), makedev(major.into(), minor.into()))?;
    }
    Ok(())
}

/// Makes room for a name, and makes it a link if the file has been met under another one.
fn link(path: &Path, entry: &Entry, links: &mut Links) -> io::Result<bool> {
    let met = links.get(&entry.identity).filter(|_| entry.links > 1).cloned();
    if met.as_deref() == Some(path) {
        return Ok(true);
    }
    remove(path)?;
    match &met {
        Some(met) => fs::hard_link(met, path)?,
        None if entry.links > 1 => drop(links.insert(entry.identity, path.to_owned())),
        None => {}
    }
    Ok(met.is_some())
}

/// Removes what an earlier entry left under the name.
fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(there) if there.is_dir() => fs::remove_dir(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
}

fn set_time(path: &Path, seconds: u32) -> nix::Result<()> {
    let time = TimeSpec::new(seconds.into(), 0);
    utimensat(AT_FDCWD, path, &time, &time, UtimensatFlags::NoFollowSymlink)
}
