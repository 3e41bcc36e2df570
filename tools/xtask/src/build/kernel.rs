//! The kernel: linked by cargo, then given its symbol table.

use super::{elf, symbols};
use crate::project::{Project, TARGET};
use crate::{command, files};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Builds `cor.elf`.
pub fn build(project: &Project) -> Result<()> {
    let mut cargo = kcargo(project);
    command::run(cargo.args(["-p", "cor"]))?;
    let (linked, image) = (project.linked_kernel(), project.image("cor.elf"));
    if files::is_fresh(&image, &[&linked, &files::this_program()]) {
        return Ok(());
    }
    let (kernel, table) = finish(&fs::read(&linked)?, project.root())?;
    files::replace(&image, &kernel)?;
    println!("kernel   {} KiB, and {} KiB of symbols", (kernel.len() - table) / 1024, table / 1024);
    Ok(())
}

/// `tools/kcargo build` for the kernel's machine.
pub fn kcargo(project: &Project) -> Command {
    let mut command = Command::new(project.path("tools/kcargo"));
    command.current_dir(project.root()).args(["build", "--quiet", "--release", "--target", TARGET]);
    command
}

/// The bootable kernel made from a linked one, and how long its symbol table is.
fn finish(linked: &[u8], root: &Path) -> Result<(Vec<u8>, usize)> {
    let table = symbols::table(linked, root).context("cannot make the kernel's symbol table")?;
    let kernel = elf::finish(linked, &table).context("cannot finish the kernel's ELF file")?;
    Ok((kernel, table.len()))
}
