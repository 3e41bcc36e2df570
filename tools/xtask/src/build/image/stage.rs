//! The staging directory of an image: the files that GRUB is to find, and the image's identity.

use super::identity::Identity;
use crate::build::date;
use crate::files;
use crate::project::{Build, Project};
use anyhow::{Context, Result};
use std::cell::OnceCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// The directory of the files that go into the image, within the staging directory.
pub const CONTENTS: &str = "contents";

/// The files of an image, before it is written.
pub struct Stage {
    directory: TempDir,
    date: u32,
    identity: OnceCell<Identity>,
}

impl Stage {
    /// Stages the kernel and GRUB's configuration. Further files may be added until the first call of `identity`.
    pub fn new(project: &Project, build: Build, configuration: &str) -> Result<Stage> {
        let directory = tempfile::Builder::new().prefix("image-").tempdir_in(project.image(""));
        let directory = directory.context("cannot make a directory in target/images")?;
        let stage = Stage { directory, date: date::of_build()?, identity: OnceCell::new() };
        let kernel = project.kernel(build);
        let to = stage.content("boot/cor.elf");
        files::install(&kernel, &to).context("there is no kernel (run make first)")?;
        files::replace(&stage.content("boot/grub/grub.cfg"), configuration.as_bytes())?;
        Ok(stage)
    }

    /// Returns the staging directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A file that helps to make the image.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// A file of the image.
    pub fn content(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.directory().join(CONTENTS).join(inside)
    }

    /// The date of everything in the image, in seconds since 1970.
    pub fn date(&self) -> u32 {
        self.date
    }

    /// The paths of all files inside the image, sorted.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let root = self.content("");
        files::files_under(&root)?.into_iter().map(|file| Ok(file.strip_prefix(&root)?.to_path_buf())).collect()
    }

    /// Returns the identity of the files. The first call adds the image's mark, an empty file named by the identity: by
    /// it GRUB recognizes this image among others, on whatever disk it lies.
    pub fn identity(&self) -> Result<Identity> {
        if let Some(identity) = self.identity.get() {
            return Ok(*identity);
        }
        let identity = self.files()?.iter().try_fold(Identity::new(), |identity, file| self.add(identity, file))?;
        files::replace(&self.content(mark(identity).trim_start_matches('/')), b"")?;
        self.set_dates(&self.content(""))?;
        Ok(*self.identity.get_or_init(|| identity))
    }

    /// The path of the mark inside the image, with a leading slash.
    pub fn mark(&self) -> Result<String> {
        Ok(mark(self.identity()?))
    }

    /// Adds a file's name, length and bytes.
    fn add(&self, identity: Identity, inside: &Path) -> Result<Identity> {
        let describe = || format!("cannot read {}", inside.display());
        let file = File::open(self.content(inside)).with_context(describe)?;
        let length = file.metadata().with_context(describe)?.len();
        let identity = identity.add(inside.as_os_str().as_encoded_bytes()).add(&length.to_le_bytes());
        identity.add_all(file).with_context(describe)
    }

    /// Gives everything in a directory, and itself, the image's date.
    fn set_dates(&self, directory: &Path) -> Result<()> {
        let describe = || format!("cannot set the date of {}", directory.display());
        for entry in fs::read_dir(directory).with_context(describe)? {
            let path = entry?.path();
            if path.is_dir() {
                self.set_dates(&path)?;
            } else {
                self.set_date(&path)?;
            }
        }
        self.set_date(directory)
    }

    /// Gives a file the image's date.
    pub fn set_date(&self, path: &Path) -> Result<()> {
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(self.date));
        let set = File::open(path).and_then(|file| file.set_modified(date));
        set.with_context(|| format!("cannot set the date of {}", path.display()))
    }
}

fn mark(identity: Identity) -> String {
    format!("/boot/{}.id", identity.hex())
}
