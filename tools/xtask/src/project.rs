//! Where everything of the project stands.

use anyhow::{Context, Result};
use clap::ValueEnum;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler's name for the kernel's machine.
pub const TARGET: &str = "x86_64-unknown-none";

/// How the kernel is compiled: a profile of Cargo.toml.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Build {
    /// In pieces, with line tables: seconds after a change
    #[default]
    Quick,
    /// As a whole, with all that a debugger reads: the fastest kernel, two minutes
    Release,
    /// Without optimisation, with all checks, and variables for a debugger
    Unoptimized,
}

impl Build {
    /// All of them.
    pub const ALL: [Build; 3] = [Build::Quick, Build::Release, Build::Unoptimized];

    /// The profile's name, for cargo and for the directories of what it builds.
    pub fn profile(self) -> &'static str {
        match self {
            Build::Quick => "quick",
            Build::Release => "release",
            Build::Unoptimized => "unoptimized",
        }
    }
}

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

    /// A command of `xtask`, the program itself.
    pub fn xtask(&self) -> Command {
        Command::new(self.tool("xtask"))
    }

    /// A file that the build makes: to boot from, or a part of the root.
    pub fn image(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join("target/images").join(name)
    }

    /// The kernel as it boots.
    pub fn kernel(&self, build: Build) -> PathBuf {
        self.image(build.profile()).join("cor.elf")
    }

    /// The kernel as cargo linked it, with everything that a debugger wants.
    pub fn linked_kernel(&self, build: Build) -> PathBuf {
        self.root.join("target").join(TARGET).join(build.profile()).join("cor")
    }

    /// Whether a program of the host tool was built before; it may be out of date.
    pub fn is_built(&self, tool: &str) -> bool {
        self.tool(tool).is_file()
    }

    /// A program of the host tool.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.root.join("target/debug").join(name)
    }

    /// Where tests keep what they print.
    pub fn test_output(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join("target/tests").join(name)
    }
}
