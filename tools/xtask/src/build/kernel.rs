//! The kernel: linked by cargo, then given its symbol table.

use super::{elf, symbols};
use crate::project::{Build, Project, TARGET};
use crate::{command, files};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Builds `cor.elf`. Cargo shows what it compiles.
pub fn build(project: &Project, build: Build) -> Result<()> {
    if build == Build::Release {
        println!("kernel   compiling as a whole, which takes two minutes");
    }
    let mut cargo = kcargo(project, build.profile());
    command::run(cargo.args(["-p", "cor"]))?;
    let (linked, image) = (project.linked_kernel(build), project.kernel(build));
    if files::is_fresh(&image, &[&linked, &files::this_program()]) {
        return Ok(());
    }
    let (kernel, table) = finish(&fs::read(&linked)?, project.root())?;
    files::replace(&image, &kernel)?;
    println!("kernel   {} KiB, and {} KiB of symbols", (kernel.len() - table) / 1024, table / 1024);
    Ok(())
}

/// `tools/kcargo build` for the kernel's machine, by a profile of Cargo.toml.
pub fn kcargo(project: &Project, profile: &str) -> Command {
    let mut command = Command::new(project.path("tools/kcargo"));
    command.current_dir(project.root()).args(["build", "--profile", profile, "--target", TARGET]);
    command
}

/// The bootable kernel made from a linked one, and how long its symbol table is.
fn finish(linked: &[u8], root: &Path) -> Result<(Vec<u8>, usize)> {
    let table = symbols::table(linked, root).context("cannot make the kernel's symbol table")?;
    let kernel = elf::finish(linked, &table).context("cannot finish the kernel's ELF file")?;
    Ok((kernel, table.len()))
}
