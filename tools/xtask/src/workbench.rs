//! The way to the other part of the host tool: `workbench` tests, measures, records and draws, and reads what compilers leave for
//! debuggers. It has most of the dependencies, so it is built when one of its commands is first called.

use crate::command;
use crate::project::Project;
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The package's name, and its program's.
const NAME: &str = "workbench";

/// Returns a command that starts the workbench, brought up to date.
pub fn command(project: &Project) -> Result<Command> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(project.root()).args(["build", "--package", NAME]);
    if project.is_built(NAME) {
        cargo.arg("--quiet");
    }
    command::run(&mut cargo)?;
    Ok(Command::new(project.tool(NAME)))
}

/// Becomes the workbench, with these words.
pub fn replace_this_program(project: &Project, words: &[OsString]) -> Result<()> {
    let error = command(project)?.args(words).exec();
    bail!("cannot start the workbench: {error}")
}
