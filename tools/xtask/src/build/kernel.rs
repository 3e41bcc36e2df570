//! The kernel: linked by cargo, then given its symbol table.

use super::{elf, symbols};
use crate::project::{Project, TARGET};
use crate::{command, files};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The profile without optimisation, in Cargo.toml.
const UNOPTIMIZED: &str = "unoptimized";

/// Builds `cor.elf`.
pub fn build(project: &Project) -> Result<()> {
    build_as(project, "release", "cor.elf")
}

/// Builds `cor-unoptimized.elf`.
pub fn build_unoptimized(project: &Project) -> Result<()> {
    build_as(project, UNOPTIMIZED, "cor-unoptimized.elf")
}

fn build_as(project: &Project, profile: &str, name: &str) -> Result<()> {
    command::run(kcargo(project, profile).args(["-p", "cor"]))?;
    let (linked, image) = (project.linked_kernel_of(profile), project.image(name));
    if files::is_fresh(&image, &[&linked, &files::this_program()]) {
        return Ok(());
    }
    let (kernel, table) = finish(&fs::read(&linked)?, project.root())?;
    files::replace(&image, &kernel)?;
    println!("kernel   {} KiB, and {} KiB of symbols", (kernel.len() - table) / 1024, table / 1024);
    Ok(())
}

/// `tools/kcargo build` for the kernel's machine, by a profile.
pub fn kcargo(project: &Project, profile: &str) -> Command {
    let mut command = Command::new(project.path("tools/kcargo"));
    command.current_dir(project.root()).args(["build", "--quiet", "--profile", profile, "--target", TARGET]);
    command
}

/// The bootable kernel made from a linked one, and how long its symbol table is.
fn finish(linked: &[u8], root: &Path) -> Result<(Vec<u8>, usize)> {
    let table = symbols::table(linked, root).context("cannot make the kernel's symbol table")?;
    let kernel = elf::finish(linked, &table).context("cannot finish the kernel's ELF file")?;
    Ok((kernel, table.len()))
}
