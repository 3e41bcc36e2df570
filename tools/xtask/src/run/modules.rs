//! The drivers that lie beside a Linux kernel, and what they depend on.

use crate::command;
use crate::files::files_under;
use anyhow::{Context, Result, bail};
use object::{Object, ObjectSection};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A module's name and contents.
pub type Module = (String, Vec<u8>);

/// The wanted modules with those that they need, in the order in which to load them. One that is not there may be part of the
/// kernel itself, so its absence is no error.
pub fn find(kernel: &Path, version: &str, wanted: &[&str]) -> Result<Vec<Module>> {
    let mut found = HashMap::new();
    for file in folder(kernel, version).map_or(Ok(Vec::new()), |folder| files_under(&folder))? {
        if let Some(name) = module_name(&file) {
            found.insert(name, file);
        }
    }
    let mut order = Vec::new();
    for name in wanted {
        add(name, &found, &mut order)?;
    }
    Ok(order)
}

/// Where the modules are: in a package's or a system's tree, or in the kernel's own folder.
fn folder(kernel: &Path, version: &str) -> Option<PathBuf> {
    let beside = fs::canonicalize(kernel).ok()?.parent()?.to_path_buf();
    let parent = beside.parent().unwrap_or(&beside);
    let trees = [parent.join("lib/modules"), beside.join("lib/modules"), parent.join("usr/lib/modules")];
    let exact = trees.iter().map(|tree| tree.join(version)).find(|folder| !version.is_empty() && folder.is_dir());
    let own = || Some(beside.clone()).filter(|folder| holds_modules(folder));
    let only = || {
        let mut all = trees.iter().filter_map(|tree| fs::read_dir(tree).ok()).flatten().flatten();
        all.next().map(|entry| entry.path()).filter(|_| all.next().is_none())
    };
    exact.or_else(own).or_else(only)
}

fn holds_modules(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| module_name(&entry.path()).is_some())
}

/// The name of the module in a file; they write - and _ as they please.
fn module_name(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let (name, ending) = name.split_once(".ko")?;
    ["", ".xz", ".zst", ".gz"].contains(&ending).then(|| name.replace('-', "_"))
}

/// Adds a module behind those that it needs.
fn add(name: &str, found: &HashMap<String, PathBuf>, order: &mut Vec<Module>) -> Result<()> {
    let Some(file) = found.get(name).filter(|_| !order.iter().any(|(there, _)| there == name)) else { return Ok(()) };
    let module = read(file)?;
    for needed in needs(&module).with_context(|| format!("{} is not a module", file.display()))? {
        add(&needed, found, order)?;
    }
    order.push((name.to_string(), module));
    Ok(())
}

/// A module's contents, unpacked.
fn read(file: &Path) -> Result<Vec<u8>> {
    let unpack = match file.extension().and_then(OsStr::to_str) {
        Some("xz") => "xz",
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        Some("ko") => return fs::read(file).with_context(|| format!("cannot read {}", file.display())),
        _ => bail!("{} is packed in a way that we do not know", file.display()),
    };
    Ok(command::capture(Command::new(unpack).arg("-dc").arg(file))?.stdout)
}

/// The modules that a module says it depends on: its `.modinfo` holds `name=value` strings, each ended by NUL.
fn needs(module: &[u8]) -> Result<Vec<String>> {
    let file = object::File::parse(module)?;
    let info = file.section_by_name(".modinfo").context("it has no .modinfo")?;
    let info = String::from_utf8_lossy(info.data()?).into_owned();
    let depends = info.split('\0').find_map(|field| field.strip_prefix("depends=")).unwrap_or("");
    Ok(depends.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_known_by_their_files() {
        let name = |file: &str| module_name(Path::new(file));
        assert_eq!(name("a/virtio-rng.ko"), Some("virtio_rng".into()));
        assert_eq!(name("virtio.ko.xz"), Some("virtio".into()));
        assert_eq!(name("vmlinuz"), None);
        assert_eq!(name("x.kotlin"), None);
    }

    #[test]
    fn no_modules_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let kernel = folder.path().join("vmlinuz");
        fs::write(&kernel, "").unwrap();
        assert!(find(&kernel, "6.1", &["virtio_blk"]).unwrap().is_empty());
    }
}
