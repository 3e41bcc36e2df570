//! `bin/replay`: a recorded run once more, under gdb or just to its end.

use super::player::Player;
use super::recording::Recording;
use crate::debug::{Gdb, GdbOptions};
use crate::project::Project;
use crate::run::qemu::Line;
use crate::run::{self, signals};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// What `bin/replay` is told.
#[derive(Args, Clone, Debug)]
pub struct Session {
    /// The folder of a recorded run (bin/run --record)
    recording: PathBuf,
    /// Without gdb: print what the console said, and how many instructions it took
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    gdb: GdbOptions,
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
    let line = Line::from_words(recording.line(&folder.path().join("state.qcow2"))?);
    // `continue` is to stop at the end, while there still is a machine to look at.
    let first = format!("monitor replay_break {}", length - 1);
    Gdb { kernel: &recording.file("kernel"), first, options: &options.gdb }.run(project, line, folder.path())
}

/// Plays the recording to its last instruction.
fn print(recording: &Recording, length: u64) -> Result<()> {
    let mut player = Player::start(recording)?;
    player.seek(length - 1)?;
    print!("{}", player.console()?);
    println!("bin/replay: {length} instructions");
    Ok(())
}
