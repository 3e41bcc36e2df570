//! Files that are made: whether they are still good, and how they are replaced.

use anyhow::{Context, Result};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Whether `made` is there and not older than any of `sources`. A source that is missing makes it stale.
pub fn is_fresh<P: AsRef<Path>>(made: &Path, sources: &[P]) -> bool {
    let Some(made) = modified(made) else { return false };
    sources.iter().all(|source| modified(source.as_ref()).is_some_and(|time| time <= made))
}

/// The file of the program `xtask`: a source of whatever the host tool makes in a format of its own.
pub fn this_program() -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name("xtask")
}

/// Replaces a file as a whole: a reader sees the old or the new one, never a part.
pub fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    replace_with(path, 0o644, |file| Ok(file.write_all(contents)?))
}

/// Replaces a file as a whole by what `write` writes.
pub fn replace_with(path: &Path, mode: u32, write: impl FnOnce(&mut fs::File) -> Result<()>) -> Result<()> {
    let describe = || format!("cannot write {}", path.display());
    let folder = path.parent().with_context(describe)?;
    fs::create_dir_all(folder).with_context(describe)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(describe)?;
    write(file.as_file_mut()).with_context(describe)?;
    file.as_file().set_permissions(Permissions::from_mode(mode)).with_context(describe)?;
    file.persist(path).with_context(describe)?;
    Ok(())
}

/// Sets a file's permissions.
pub fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// Copies a file, and gives the copy.
pub fn copied(from: &Path, to: &Path) -> Result<PathBuf> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(to.to_path_buf())
}

/// Replaces a file only if its contents change; says whether they did.
pub fn replace_if_changed(path: &Path, contents: &[u8]) -> Result<bool> {
    let changed = fs::read(path).ok().is_none_or(|old| old != contents);
    if changed {
        replace(path, contents)?;
    }
    Ok(changed)
}

/// Copies a file with its permissions, unless the copy is there and not older.
pub fn install(from: &Path, to: &Path) -> Result<()> {
    if is_fresh(to, &[from]) {
        return Ok(());
    }
    let describe = || format!("cannot copy {}", from.display());
    let mode = fs::metadata(from).with_context(describe)?.permissions().mode();
    let mut source = fs::File::open(from).with_context(describe)?;
    replace_with(to, mode & 0o7777, |file| {
        std::io::copy(&mut source, file)?;
        Ok(())
    })
}

/// All files (not folders) under a folder, sorted; none if the folder is missing.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => found.extend(files_under(&entry.path())?),
            false => found.push(entry.path()),
        }
    }
    found.sort();
    Ok(found)
}

/// A directory and all directories under it; none if it is missing, or a file.
pub fn directories_under(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if directory.is_dir() {
        found.push(directory.to_path_buf());
        for entry in fs::read_dir(directory).with_context(|| format!("cannot look into {}", directory.display()))? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                found.extend(directories_under(&entry.path())?);
            }
        }
    }
    Ok(found)
}

/// When the file itself (not where it points) was last written.
fn modified(path: &Path) -> Option<SystemTime> {
    fs::symlink_metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_stale_when_missing_or_older_than_a_source() {
        let folder = tempfile::tempdir().unwrap();
        let (source, made) = (folder.path().join("source"), folder.path().join("deep/made"));
        fs::write(&source, "1").unwrap();
        assert!(!is_fresh(&made, &[&source]));
        replace(&made, b"made").unwrap();
        assert!(is_fresh(&made, &[&source]));
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        assert!(!is_fresh(&made, &[&source]));
        assert!(!is_fresh(&made, &[folder.path().join("missing")]));
    }

    #[test]
    fn unchanged_contents_are_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert!(replace_if_changed(&path, b"a").unwrap());
        assert!(!replace_if_changed(&path, b"a").unwrap());
        assert!(replace_if_changed(&path, b"b").unwrap());
    }
}
