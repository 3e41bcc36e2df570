//! Roots as directories below `target/images`, and their archives: `root` is the default one, `tests` has the programs of the tests too.
//!
//! A root holds our programs, what stands in `user/root` and `user/root.modes`, and BusyBox. What nothing asks for any more is removed.

use super::c::{self, Group};
use super::modes::Modes;
use super::packages::{self, Program, Target};
use super::{busybox, date};
use crate::cpio::{Entry, folder};
use crate::files;
use crate::project::Project;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::io::BufWriter;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Brings the default root up to date.
pub fn build(project: &Project, groups: &[Group]) -> Result<()> {
    let programs = programs(project, groups, &[Target::Cor])?;
    let root = project.image("root");
    let sources = fill(project, &root, &programs)?;
    pack(&root, &project.image("root.cpio"), &sources, &is_no_test)
}

/// Brings the root of the bench up to date.
pub fn build_for_bench(project: &Project, groups: &[Group]) -> Result<()> {
    let programs = programs(project, groups, &[Target::Cor])?;
    let root = project.image("bench/root");
    let sources = fill(project, &root, &programs)?;
    pack(&root, &project.image("bench/root.cpio"), &sources, &is_no_test)
}

/// Brings the roots of the tests up to date.
pub fn build_for_tests(project: &Project, groups: &[Group]) -> Result<()> {
    let programs = programs(project, groups, &[Target::Cor, Target::Linux])?;
    let root = project.image("tests/root");
    let sources = fill(project, &root, &programs)?;
    pack(&root, &project.image("tests/soak.cpio"), &sources, &is_for_soak)?;
    pack(&root, &project.image("tests/tests.cpio"), &sources, &|_| true)
}

/// Fills a root with the skeleton, programs, and BusyBox; returns its files.
fn fill(project: &Project, root: &Path, programs: &[Program]) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(root).with_context(|| format!("cannot make {}", root.display()))?;
    let mut wanted = copy_skeleton(&project.path("user/root"), root)?;
    for program in programs {
        let to = root.join(&program.install);
        files::install(&program.file, &to)?;
        wanted.insert(to);
    }
    wanted.extend(busybox::install(root, &wanted)?);
    remove_others(root, &wanted)?;
    let modes = Modes::read(&project.path("user/root.modes"))?;
    modes.apply(root)?;
    let names = wanted.iter().map(|path| format!("{}\n", path.display()));
    let manifest = names.chain(modes.lines()).chain([format!("date {}\n", date::of_build()?)]).collect::<String>();
    let list = root.with_extension("list");
    files::replace_if_changed(&list, manifest.as_bytes())?;
    Ok(wanted.into_iter().chain([list, files::this_program()]).collect())
}

/// Builds the programs of some groups and targets.
fn programs(project: &Project, groups: &[Group], targets: &[Target]) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for &group in groups {
        programs.extend(c::build(project, group)?);
    }
    for &target in targets {
        programs.extend(packages::build(project, target)?);
    }
    Ok(programs)
}

/// Leaves out what tests read, which lies in the skeleton too.
fn is_no_test(path: &Path) -> bool {
    path != Path::new("tests")
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

/// Packs an archive if one of its files, or their list, has changed. Everything in it has the one date of the build.
fn pack(root: &Path, archive: &Path, sources: &[PathBuf], wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
    if files::is_fresh(archive, sources) {
        return Ok(());
    }
    let date = date::of_build()?;
    files::replace_with(archive, 0o644, |file| {
        folder::pack_as(root, BufWriter::with_capacity(1 << 20, file), wanted, &|entry| Entry { time: date, ..entry })?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, SystemTime};

    #[test]
    fn an_archive_does_not_tell_when_it_was_made() {
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
            pack(root.path(), &archive, &[out.path().join("missing")], &|_| true).unwrap();
            fs::read(archive).unwrap()
        };
        let archive = packed(0o644, ["a", "b"], 1_000_000_000);
        assert_eq!(archive, packed(0o644, ["b", "a"], 1_100_000_000));
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
