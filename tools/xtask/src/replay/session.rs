//! `bin/replay`: a recorded run once more, under gdb or just to its end.

use super::player::Player;
use super::recording::Recording;
use crate::project::Project;
use crate::run::machine::{Machine, child};
use crate::run::qemu::Line;
use crate::run::{self, signals};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `bin/replay` is told.
#[derive(Args, Clone, Debug)]
pub struct Session {
    /// The folder of a recorded run (bin/run --record)
    recording: PathBuf,
    /// Without gdb: print what the console said, and how many instructions it took
    #[arg(long)]
    print: bool,
    /// A command for gdb, once the machine stands at its start
    #[arg(long, value_name = "COMMAND")]
    execute: Vec<String>,
    /// End gdb after these commands
    #[arg(long)]
    batch: bool,
}

/// Runs gdb, or the recording alone.
pub fn replay(project: &Project, options: &Session) -> Result<()> {
    let recording = Recording::open(&options.recording)?;
    let length = recording.length()?;
    if options.print {
        return print(&recording, length);
    }
    signals::hold()?;
    let folder = run::private_folder()?;
    let (console, socket) = (folder.path().join("console"), folder.path().join("gdb"));
    let mut line = Line::from_words(recording.line(&folder.path().join("state.qcow2"))?);
    line.serial_file(&console)?;
    line.serial_file(&folder.path().join("status"))?;
    line.debugger(&socket)?;
    let mut machine = Machine::start(&line)?;
    let messages = machine.messages(true);
    let ended = gdb(project, &recording, options, length, &socket, &console)?.status().context("cannot start gdb")?;
    machine.kill();
    drop(messages.map(|thread| thread.join()));
    ensure!(ended.success(), "gdb failed ({ended})");
    Ok(())
}

/// Plays the recording to its last instruction.
fn print(recording: &Recording, length: u64) -> Result<()> {
    let mut player = Player::start(recording)?;
    player.seek(length - 1)?;
    print!("{}", player.console()?);
    println!("bin/replay: {length} instructions");
    Ok(())
}

fn gdb(
    project: &Project,
    recording: &Recording,
    options: &Session,
    length: u64,
    socket: &Path,
    console: &Path,
) -> Result<Command> {
    let mut gdb = child("gdb")?;
    gdb.args(["-q", "-nx"]);
    if options.batch {
        gdb.arg("-batch");
    }
    gdb.arg(recording.file("kernel"));
    let mut run = |command: String| {
        gdb.args(["-ex", &command]);
    };
    run(format!("source {}", project.path("tools/cor.gdb").display()));
    run(format!("python Console.path = {:?}", console.display().to_string()));
    run(format!("target remote {}", socket.display()));
    // `continue` is to stop at the end, while there still is a machine to look at.
    run(format!("monitor replay_break {}", length - 1));
    options.execute.iter().cloned().for_each(run);
    Ok(gdb)
}
