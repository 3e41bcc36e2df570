//! `bin/debug` and `bin/debug_boot`: gdb on a machine that waits at its first instruction.
//!
//! The kernel is built once more for it, with its types described (`target/debugging`): else gdb knows only functions and lines. gdb
//! is given that ELF64 even for the 32-bit stub; an ELF32 would make it think that registers are short, and it dies at the switch.

use crate::build;
use crate::project::Project;
use crate::run::machine::{Machine, child};
use crate::run::{self, options, signals};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::path::Path;
use std::process::Command;

/// What `bin/debug` can be told: what `bin/run` can, and what is for gdb.
#[derive(Args, Clone, Debug)]
pub struct Session {
    /// Stop at the first instruction of the boot stub, not of the kernel (bin/debug_boot)
    #[arg(long)]
    stub: bool,
    /// A command for gdb, after it has stopped there
    #[arg(long, value_name = "COMMAND")]
    execute: Vec<String>,
    /// End gdb after these commands
    #[arg(long)]
    batch: bool,
    #[command(flatten)]
    run: options::Options,
}

/// Runs gdb until the person leaves it; then the machine goes too.
pub fn debug(project: &Project, options: &Session) -> Result<()> {
    signals::hold()?;
    let project = &project.for_debugger();
    build::build_for_debugger(project)?;
    let folder = run::private_folder()?;
    let (console, status) = (folder.path().join("console"), folder.path().join("status"));
    let socket = folder.path().join("gdb");
    let mut line = run::machine_line(project, &options.run, folder.path())?;
    line.serial_file(&console)?;
    line.serial_file(&status)?;
    line.debugger(&socket)?;
    let mut machine = Machine::start(&line)?;
    let messages = machine.messages(true);
    let ended = gdb(project, options, &socket, &console)?.status().context("cannot start gdb")?;
    machine.kill();
    // What QEMU said has been printed.
    drop(messages.map(|thread| thread.join()));
    ensure!(ended.success(), "gdb failed ({ended})");
    Ok(())
}

/// gdb's command: the kernel's symbols, our commands, and the way to the first stop.
fn gdb(project: &Project, options: &Session, socket: &Path, console: &Path) -> Result<Command> {
    let mut gdb = child("gdb")?;
    gdb.args(["-q", "-nx"]);
    if options.batch {
        gdb.arg("-batch");
    }
    gdb.arg(project.linked_kernel());
    let mut run = |command: String| {
        gdb.args(["-ex", &command]);
    };
    run(format!("source {}", project.path("tools/cor.gdb").display()));
    run(format!("python Console.path = {:?}", console.display().to_string()));
    run(format!("target remote {}", socket.display()));
    run(if options.stub { "boot-to-stub" } else { "boot-to-kernel" }.to_string());
    options.execute.iter().cloned().for_each(run);
    Ok(gdb)
}
