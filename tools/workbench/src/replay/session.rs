//! `bin/replay`: a recorded run once more, under gdb or just to its end.

use super::player::Player;
use super::typed::serve;
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::io::{self, Write};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use xtask::debug::{Gdb, GdbOptions};
use xtask::project::Project;
use xtask::run::recording::Recording;
use xtask::run::{self, signals};

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
    let mut player = Player::start(&recording)?;
    if options.print {
        let length = player.end()?;
        let said = player.console()?;
        return writeln!(io::stdout(), "{said}bin/replay: {length} instructions").context("cannot print");
    }
    signals::hold()?;
    let folder = run::private_folder()?;
    let socket = folder.path().join("gdb");
    let listener = UnixListener::bind(&socket).context("cannot listen for gdb")?;
    let gdb = Gdb { kernel: &recording.file("kernel"), first: "monitor time".to_string(), options: &options.gdb };
    let mut gdb = gdb.command(project, &socket, None)?.spawn().context("cannot start gdb")?;
    serve(&mut gdb, &listener, &mut player)?;
    let ended = gdb.wait().context("cannot wait for gdb")?;
    ensure!(ended.success(), "gdb failed ({ended})");
    Ok(())
}
