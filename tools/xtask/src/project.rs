//! Where everything of the project stands.

use anyhow::{Context, Result};
use std::env;
use std::path::{Path, PathBuf};

/// The compiler's name for the kernel's machine.
pub const TARGET: &str = "x86_64-unknown-none";

/// The project's folder, found from where this program stands or was made.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// Finds the project: the folder above this program (`target/…/xtask`), else the one that it was compiled in.
    pub fn find() -> Result<Project> {
        let program = env::current_exe().context("cannot tell where this program stands")?;
        let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root =
            program.ancestors().chain(compiled.ancestors()).find(|folder| folder.join("grub/grub.cfg").is_file());
        Ok(Project { root: root.context("cannot find the project's folder")?.to_path_buf() })
    }

    /// The folder with the Makefile.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder of the project.
    pub fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// A file that the build makes: to boot from, or a part of the root.
    pub fn image(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join("target/images").join(name)
    }

    /// The kernel as cargo linked it, with everything that a debugger wants.
    pub fn linked_kernel(&self) -> PathBuf {
        self.linked_kernel_of("release")
    }

    /// The same, of another profile than the usual.
    pub fn linked_kernel_of(&self, profile: &str) -> PathBuf {
        self.root.join("target").join(TARGET).join(profile).join("cor")
    }

    /// Where tests keep what they print.
    pub fn test_output(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join("target/tests").join(name)
    }
}
