//! `bin/run`: boots Cor (or a Linux kernel) in QEMU, with a program to run or a console to sit at.
//!
//! ```text
//! options.rs    what it can be told          values.rs    the values of options
//! check.rs      what is refused              limits.rs    the least memory, the longest command line
//! guest.rs      the first disk: the root, and /.cor behind it
//! linux.rs      --kernel: what the file is, and the initial file system that a Linux kernel needs
//! boot.rs       what the machine starts from and is told
//! qemu.rs       QEMU's command line          machine.rs   the running QEMU
//! session.rs    waiting for the end          console.rs   first serial port (stream.rs: its coding; pipes.rs: its way
//!                                                         if recorded; plain.rs: its text as plain lines)
//! profile/      --profile: samples, and the flame graph of them
//! clock.rs      how far a recorded machine is
//! control.rs    what QEMU is asked             qmp.rs       QEMU's control protocol
//! reset.rs      what a processor was at that reset itself
//! status.rs     second serial port             verdict.rs   what all that means for the exit status
//! explain.rs    what QEMU says when it fails   missing.rs   why a program was not found that is there
//! ```

mod boot;
mod check;
mod clock;
mod companions;
mod console;
mod control;
mod explain;
mod guest;
mod identify;
mod limits;
mod linux;
pub mod machine;
mod missing;
mod modules;
pub mod options;
mod pipes;
mod plain;
mod profile;
pub mod qemu;
pub mod qmp;
mod reset;
mod session;
pub mod signals;
mod status;
pub mod stream;
mod terminal;
mod values;
mod verdict;

pub use boot::machine_line;

use crate::command;
use crate::project::Project;
use crate::replay::recording::Recording;
use anyhow::{Context, Result};
use clock::Clock;
use console::{Mode, Port};
use control::Control;
use machine::{Machine, QEMU, Wire};
use options::{Boot, Options};
use pipes::{Input, Pipes};
use qemu::Line;
use qmp::Qmp;
use session::Session;
use status::exit;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use tempfile::TempDir;
use verdict::{Facts, Verdict, verdict};

/// Runs a machine to its end; gives the exit status for `bin/run`. Whatever is not the program's status comes with a line on
/// standard error.
pub fn run(project: &Project, options: &Options) -> i32 {
    let result = signals::hold().and_then(|()| try_run(project, options));
    let (status, message) = result.unwrap_or_else(|error| (exit::MACHINE, Some(format!("{error:#}"))));
    if let Some(message) = message {
        eprintln!("bin/run: {message}");
    }
    status
}

fn try_run(project: &Project, options: &Options) -> Result<Verdict> {
    let folder = private_folder()?;
    let mut line = machine_line(project, options, folder.path())?;
    if options.record.is_some() && options.boot == Boot::Grub && !options.quiet {
        eprintln!("bin/run: recording a boot by GRUB takes about twenty times as long as --boot direct");
    }
    let wires = Wires::connect(options, &mut line, folder.path())?;
    if options.verbose {
        eprintln!("{}", command::describe(Command::new(QEMU).args(line.words())));
    }
    let mut machine = Machine::start(&line)?;
    let messages = machine.messages(options.verbose);
    let terminal = if options.has_program() { None } else { terminal::Raw::enter() };
    let mut session = begin(wires, options, folder.path())?;
    let ending = session.wait();
    if !session.machine_is_gone() {
        if let Some(recording) = &options.record {
            end_recording(&Recording::open(recording)?, options, &mut session, &mut machine)?;
        }
        machine.kill();
        session.hold = None;
        session.drain();
    }
    let ended = machine.wait()?;
    drop(terminal);
    let file = |name| folder.path().join(name);
    let profile = options
        .profile
        .as_deref()
        .map_or(Ok(()), |drawing| profile::draw(project, options, &file(boot::ROOT), &file(profile::SAMPLES), drawing));
    let facts = Facts {
        ending,
        reported: &session.reported,
        registers: session.registers.as_deref(),
        messages: &messages.and_then(|thread| thread.join().ok()).unwrap_or_default(),
        ended,
        root: &options.record.as_deref().unwrap_or(folder.path()).join(boot::ROOT),
    };
    let verdict = verdict(project, options, &facts);
    // Why a machine failed tells more than that it left no samples.
    if verdict.1.is_none() {
        profile?;
    }
    Ok(verdict)
}

/// Ends a machine that is recorded, in order.
fn end_recording(recording: &Recording, options: &Options, session: &mut Session, machine: &mut Machine) -> Result<()> {
    recording.note_length(session.instructions()?)?;
    machine.end();
    if !options.snapshot {
        options.disk.iter().enumerate().try_for_each(|(number, disk)| recording.write_back(disk, number))?;
    }
    if !options.quiet {
        let folder = recording.folder().display();
        eprintln!("bin/run: recorded; bin/replay {folder} has it again, bin/when {folder} EXPRESSION asks about it");
    }
    Ok(())
}

/// A folder of this run's own; it goes with it.
pub fn private_folder() -> Result<TempDir> {
    tempfile::Builder::new().prefix("cor-run-").tempdir().context("cannot make a temporary folder")
}

/// What QEMU calls the console's end.
const CONSOLE: &str = "console";

/// The wires between the machine and us.
struct Wires {
    console: ConsoleWire,
    status: Wire,
    control: Wire,
}

/// The console's.
enum ConsoleWire {
    Socket(Wire),
    /// The pipes, and a control connection that tells how far the machine is.
    Pipes(Pipes, Wire),
}

impl ConsoleWire {
    /// What goes to the machine, at once or when it first waits, what comes from it, and what is to be held until QEMU has ended.
    fn ends(self, at_once: bool) -> Result<(Port, File, Option<File>)> {
        match self {
            ConsoleWire::Pipes(pipes, pace) => {
                let qmp = Qmp::connect(pace.keep(), control::PATIENCE, |_| ())?;
                let input = Input::new(pipes.input, Clock::start(qmp), at_once);
                Ok((Box::new(input), pipes.output, Some(pipes.hold)))
            }
            ConsoleWire::Socket(wire) => {
                let ours = OwnedFd::from(wire.keep());
                let input = File::from(ours.try_clone().context("cannot copy a socket")?);
                Ok((Box::new(input), ours.into(), None))
            }
        }
    }
}

impl Wires {
    /// Makes them, and tells QEMU. Files that it needs are made in the run's folder.
    fn connect(options: &Options, line: &mut Line, folder: &Path) -> Result<Wires> {
        let console = if options.record.is_some() {
            let (pipes, pace) = (Pipes::new(folder)?, Wire::new()?);
            line.serial_pipes(CONSOLE, &pipes.path)?;
            line.control("pace", &pace.theirs);
            ConsoleWire::Pipes(pipes, pace)
        } else {
            let wire = Wire::new()?;
            line.serial(CONSOLE, &wire.theirs);
            ConsoleWire::Socket(wire)
        };
        let wires = Wires { console, status: Wire::new()?, control: Wire::new()? };
        line.serial("status", &wires.status.theirs);
        line.control("control", &wires.control.theirs);
        Ok(wires)
    }
}

/// Begins to listen to a machine that has been started.
fn begin(wires: Wires, options: &Options, folder: &Path) -> Result<Session> {
    let (events, happened) = mpsc::channel();
    signals::watch(events.clone());
    session::watch_status(wires.status.keep(), events.clone());
    let mode = if options.has_program() {
        Mode::Program { quiet: options.quiet, fed: !options.is_repeatable() }
    } else {
        Mode::Interactive { announced: options.kernel.is_none() }
    };
    let (input, output, hold) = wires.console.ends(options.has_program())?;
    let console = console::connect(mode, input, output, &events)?;
    let control = Control::connect(wires.control.keep(), options, folder.join("screen.ppm"), &events)?;
    let mut session = Session::new(happened, console, options.timeout, control);
    session.hold = hold;
    Ok(session)
}
