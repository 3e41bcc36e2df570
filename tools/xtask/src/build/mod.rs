//! `xtask build`: everything that a boot needs, in `target/images`.
//!
//! ```text
//! cor.elf     the kernel with its symbol table         kernel.rs, symbols.rs, elf.rs
//! run.iso     GRUB for BIOS and UEFI, and the kernel   iso.rs
//! init        Cor's own init
//! root/       the root folder                          packages.rs, c.rs, root.rs
//! root.cpio   it without /tests and /soak: the default root
//! soak.cpio   /soak and a shell
//! tests.cpio  all of it
//! ```
//! `xtask image` makes cor.iso of these, and other images that boot by themselves (image/).
//!
//! Cargo decides what to compile of Rust; for the rest a file is made again when one that it comes from is newer.

mod busybox;
mod c;
mod date;
pub mod elf;
pub mod image;
pub mod iso;
mod kernel;
pub mod packages;
mod root;
pub mod symbols;

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs::{self, File};

/// Builds everything that has changed.
pub fn build(project: &Project) -> Result<()> {
    let _lock = lock(project)?;
    kernel::build(project)?;
    iso::build(project)?;
    let mut programs = packages::build(project)?;
    programs.extend(c::build(project)?);
    root::build(project, &programs)
}

/// Waits until no other build is at work. Freed when the file is closed.
fn lock(project: &Project) -> Result<File> {
    fs::create_dir_all(project.image("")).context("cannot make target/images")?;
    let file = File::create(project.image(".lock")).context("cannot make target/images/.lock")?;
    file.lock().context("cannot lock target/images")?;
    Ok(file)
}
