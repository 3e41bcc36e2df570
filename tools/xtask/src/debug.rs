//! `bin/debug` and `bin/debug_boot`: gdb on a machine that waits at its first instruction.
//!
//! gdb is given the linked ELF64 even for the 32-bit stub; an ELF32 would make it think that registers are short, and it dies at the
//! switch.

use crate::build::{self, Wanted};
use crate::project::Project;
use crate::run::machine::{Machine, child};
use crate::run::qemu::Line;
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
    #[command(flatten)]
    gdb: GdbOptions,
    #[command(flatten)]
    run: options::Options,
}

/// Runs gdb until the person leaves it; then the machine goes too.
pub fn debug(project: &Project, options: &Session) -> Result<()> {
    signals::hold()?;
    build::build(project, &Wanted { kernels: vec![options.run.build], roots: Vec::new() })?;
    let folder = run::private_folder()?;
    let line = run::machine_line(project, &options.run, folder.path())?;
    let first = if options.stub { "boot-to-stub" } else { "boot-to-kernel" }.to_string();
    Gdb { kernel: &project.linked_kernel(options.run.build), first, options: &options.gdb }.run(
        project,
        line,
        folder.path(),
    )
}

/// What gdb is told by whoever calls it.
#[derive(Args, Clone, Debug)]
pub struct GdbOptions {
    /// A command for gdb, after it has stopped at the start
    #[arg(long, value_name = "COMMAND")]
    execute: Vec<String>,
    /// End gdb after these commands
    #[arg(long)]
    batch: bool,
}

/// gdb with our commands, on a machine that waits for it.
pub struct Gdb<'a> {
    /// The kernel with its symbols.
    pub kernel: &'a Path,
    /// The first command, once gdb speaks with the machine.
    pub first: String,
    /// What the person wants.
    pub options: &'a GdbOptions,
}

impl Gdb<'_> {
    /// Starts a machine and runs gdb on it until that ends; then the machine goes too. Files are made in the run's folder.
    pub fn run(&self, project: &Project, mut line: Line, folder: &Path) -> Result<()> {
        let (console, socket) = (folder.join("console"), folder.join("gdb"));
        line.serial_file(&console)?;
        line.serial_file(&folder.join("status"))?;
        line.debugger(&socket)?;
        let mut machine = Machine::start(&line)?;
        let messages = machine.messages(true);
        let ended = self.command(project, &socket, Some(&console))?.status().context("cannot start gdb")?;
        machine.kill();
        // What QEMU said has been printed.
        drop(messages.map(|thread| thread.join()));
        ensure!(ended.success(), "gdb failed ({ended})");
        Ok(())
    }

    /// gdb's command line: the kernel's symbols, our commands, and the way to the first stop. The console is a file, unless the machine
    /// itself tells what stands there.
    pub fn command(&self, project: &Project, socket: &Path, console: Option<&Path>) -> Result<Command> {
        let mut gdb = child("gdb")?;
        gdb.args(["-q", "-nx"]);
        if self.options.batch {
            gdb.arg("-batch");
        }
        gdb.arg(self.kernel);
        let mut run = |command: &str| {
            gdb.args(["-ex", command]);
        };
        run(&format!("source {}", project.path("tools/cor.gdb").display()));
        if let Some(console) = console {
            run(&format!("python Console.path = {:?}", console.display().to_string()));
        }
        run(&format!("target remote {}", socket.display()));
        run(&self.first);
        self.options.execute.iter().for_each(|command| run(command));
        Ok(gdb)
    }
}
