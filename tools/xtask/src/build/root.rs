//! The root folder `target/images/root` and its archives.
//!
//! It holds our programs, what stands in `user/root`, and BusyBox. What nothing asks for any more is removed.

use super::packages::Program;
use super::{busybox, date};
use crate::cpio::{Entry, LINK, folder};
use crate::files;
use crate::project::Project;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::io::BufWriter;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Brings folder and archives up to date.
pub fn build(project: &Project, programs: &[Program]) -> Result<()> {
    let root = project.image("root");
    fs::create_dir_all(&root).context("cannot make target/images/root")?;
    let mut wanted = copy_skeleton(&project.path("user/root"), &root)?;
    for program in programs {
        let to = root.join(&program.install);
        files::install(&program.file, &to)?;
        wanted.insert(to);
    }
    wanted.extend(busybox::install(&root, &wanted)?);
    remove_others(&root, &wanted)?;
    let date = date::of_build()?;
    let names = wanted.iter().map(|path| format!("{}\n", path.display())).collect::<String>();
    let manifest = format!("date {date}\n{names}");
    let list = project.image("root.list");
    files::replace_if_changed(&list, manifest.as_bytes())?;
    let sources: Vec<PathBuf> = wanted.into_iter().chain([list, files::this_program()]).collect();
    let pack = |name, wanted| pack(&root, &project.image(name), &sources, date, wanted);
    pack("root.cpio", &|path| !["tests", "soak"].map(Path::new).contains(&path))?;
    pack("soak.cpio", &is_for_soak)?;
    pack("tests.cpio", &|_| true)
}

/// Little enough for a machine with little memory.
fn is_for_soak(path: &Path) -> bool {
    path.starts_with("soak") || ["bin", "bin/busybox", "bin/sh", "tmp"].iter().any(|wanted| path == Path::new(wanted))
}

/// Copies `user/root`, if there is one; gives what was copied.
fn copy_skeleton(from: &Path, root: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut copied = BTreeSet::new();
    for source in files::files_under(from)? {
        let to = root.join(source.strip_prefix(from)?);
        match fs::read_link(&source) {
            Ok(target) if fs::read_link(&to).ok().as_ref() != Some(&target) => {
                fs::create_dir_all(to.parent().context("a link without a folder")?)?;
                let _ = fs::remove_file(&to);
                symlink(&target, &to).with_context(|| format!("cannot make {}", to.display()))?;
            }
            Ok(_) => {}
            Err(_) => files::install(&source, &to)?,
        }
        copied.insert(to);
    }
    Ok(copied)
}

/// Removes files that are not wanted, and folders that are empty.
fn remove_others(root: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for file in files::files_under(root)? {
        if !wanted.contains(&file) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            for folder in file.ancestors().skip(1).take_while(|folder| *folder != root) {
                // Fails, as it shall, where something is left.
                let _ = fs::remove_dir(folder);
            }
        }
    }
    Ok(())
}

/// Packs an archive if one of its files, or their list, has changed.
fn pack(root: &Path, archive: &Path, sources: &[PathBuf], date: u32, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    if files::is_fresh(archive, sources) {
        return Ok(());
    }
    files::replace_with(archive, 0o644, |file| {
        folder::pack_as(root, BufWriter::with_capacity(1 << 20, file), wanted, &|entry| reproducible(entry, date))?;
        Ok(())
    })
}

/// Removes from an entry's header what depends on the time and the umask(2) of the build.
fn reproducible(entry: Entry, date: u32) -> Entry {
    const STICKY: u32 = 0o1000;
    let for_all = entry.mode & STICKY != 0 || entry.is(LINK);
    Entry { time: date, mode: if for_all { entry.mode } else { entry.mode & !0o022 }, ..entry }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, SystemTime};

    #[test]
    fn an_archive_does_not_tell_when_and_by_whom_it_was_made() {
        let packed = |mode, names: [&str; 2], seconds| {
            let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            for name in names {
                let path = root.path().join(name);
                fs::write(&path, "x").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                let date = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
                fs::File::open(&path).unwrap().set_modified(date).unwrap();
            }
            let archive = out.path().join("archive");
            pack(root.path(), &archive, &[out.path().join("missing")], 7, &|_| true).unwrap();
            fs::read(archive).unwrap()
        };
        let archive = packed(0o644, ["a", "b"], 1_000_000_000);
        assert_eq!(archive, packed(0o664, ["b", "a"], 1_100_000_000));
        assert_ne!(archive, packed(0o755, ["a", "b"], 1_000_000_000));
    }

    #[test]
    fn what_is_not_wanted_goes_with_its_empty_folders() {
        let root = tempfile::tempdir().unwrap();
        let (keep, drop) = (root.path().join("bin/keep"), root.path().join("tests/old/drop"));
        for file in [&keep, &drop] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "x").unwrap();
        }
        remove_others(root.path(), &BTreeSet::from([keep.clone()])).unwrap();
        assert!(keep.exists() && !root.path().join("tests").exists());
    }
}
