//! Programs and files of this host that go along into the root: `--with`. A dynamic program brings the libraries that ldd(1) names, each to
//! the place that it has here.

use crate::cpio::{Entry, write::Writer};
use crate::{command, files::files_under};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// Adds all that is named, and what it needs, to an archive.
pub fn add(named: &[PathBuf], archive: &mut Writer<Vec<u8>>) -> Result<()> {
    let mut all = BTreeSet::new();
    for path in named {
        ensure!(
            path.is_absolute(),
            "--with {}: an absolute path is needed, which it has in the root too",
            path.display()
        );
        let found = if path.is_dir() { files_under(path)? } else { vec![path.clone()] };
        for file in found.into_iter().filter(|file| file.is_file()) {
            all.extend(libraries(&file));
            all.insert(without_dots(&file));
        }
    }
    all.iter().try_for_each(|file| add_file(file, archive))
}

/// The path without `.` and `..`, which an archive's names do not have.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The files that a dynamic program or library is linked with; none for anything else.
fn libraries(file: &Path) -> Vec<PathBuf> {
    let is_elf = fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"\x7fELF"));
    let told = is_elf.then(|| command::capture(Command::new("ldd").arg(file)).ok()).flatten();
    told.map_or(Vec::new(), |told| paths(&String::from_utf8_lossy(&told.stdout)))
}

/// The absolute paths that ldd printed.
fn paths(told: &str) -> Vec<PathBuf> {
    told.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

fn add_file(file: &Path, archive: &mut Writer<Vec<u8>>) -> Result<()> {
    let describe = || format!("cannot read {}", file.display());
    let data = fs::read(file).with_context(describe)?;
    let mode = fs::metadata(file).with_context(describe)?.permissions().mode() & 0o7777;
    let name = file.as_os_str().as_bytes().strip_prefix(b"/").unwrap_or_default().to_vec();
    let entry = Entry { name, inode: archive.fresh_inode(), ..Entry::file("", mode, u32::try_from(data.len())?) };
    archive.add(&entry, &mut &*data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ldd_prints_is_read() {
        let told =
            "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\t/lib64/ld.so.2 (0x1)\n";
        assert_eq!(paths(told), [PathBuf::from("/lib/x/libc.so.6"), PathBuf::from("/lib64/ld.so.2")]);
        assert!(paths("\tstatically linked\n").is_empty());
        assert!(libraries(Path::new("/etc/passwd")).is_empty());
    }

    #[test]
    fn paths_lose_their_dots() {
        assert_eq!(without_dots(Path::new("/usr/lib/gcc/12/../../x/./crt1.o")), Path::new("/usr/lib/x/crt1.o"));
    }
}
