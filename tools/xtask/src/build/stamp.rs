//! Stamps: when a part of what is built was last brought up to date.

use crate::files;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What every part depends on: the versions of crates, the profiles, how this program makes things.
const COMMON: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml"];

/// The stamp of a part: an empty file under `target/images`.
pub struct Stamp {
    file: PathBuf,
    is_fresh: bool,
}

impl Stamp {
    /// Compares a part's stamp with its sources, files or directories of the project; what was made has to be there too.
    pub fn new(project: &Project, part: &str, sources: &[&str], made: &[PathBuf]) -> Result<Stamp> {
        let mut newer_than = vec![files::this_program()];
        for source in sources.iter().chain(&COMMON) {
            let path = project.path(source);
            // A directory itself is as new as its last added or removed name.
            newer_than.extend(files::directories_under(&path)?);
            newer_than.extend(if path.is_dir() { files::files_under(&path)? } else { vec![path] });
        }
        let file = project.image(format!(".{part}.stamp"));
        let is_fresh = files::is_fresh(&file, &newer_than) && made.iter().all(|made| made.exists());
        Ok(Stamp { file, is_fresh })
    }

    /// Whether nothing has changed since.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Does the work unless the part is fresh; then the stamp has the time at which the work began, since sources may change meanwhile.
    /// Tells whether there was something to do.
    pub fn renew_if_stale(&self, work: impl FnOnce() -> Result<()>) -> Result<bool> {
        if self.is_fresh {
            return Ok(false);
        }
        let began = SystemTime::now();
        work()?;
        renew(&self.file, began).with_context(|| format!("cannot write {}", self.file.display()))?;
        Ok(true)
    }
}

fn renew(file: &Path, time: SystemTime) -> std::io::Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    File::create(file)?.set_modified(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn work_is_done_once_until_a_source_changes() {
        let scratch = tempfile::tempdir().unwrap();
        let (file, source) = (scratch.path().join("deep/stamp"), scratch.path().join("source"));
        fs::write(&source, "1").unwrap();
        let done = Cell::new(0);
        let work = || {
            done.set(done.get() + 1);
            Ok(())
        };
        let stamp = || Stamp { file: file.clone(), is_fresh: files::is_fresh(&file, &[&source]) };
        assert!(stamp().renew_if_stale(work).unwrap());
        assert!(!stamp().renew_if_stale(work).unwrap());
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        assert!(stamp().renew_if_stale(work).unwrap());
        assert_eq!(done.get(), 2);
    }

    #[test]
    fn failed_work_leaves_no_stamp() {
        let scratch = tempfile::tempdir().unwrap();
        let stamp = Stamp { file: scratch.path().join("stamp"), is_fresh: false };
        assert!(stamp.renew_if_stale(|| anyhow::bail!("no")).is_err());
        assert!(!stamp.file.exists());
    }
}
