//! `bin/run`: boots Cor (or a Linux kernel) in QEMU, with a program to run or a console to sit at.
//!
//! ```text
//! options.rs    what it can be told
//! guest.rs      the first disk: the root, and /.cor behind it
//! linux.rs      --kernel: what the file is, and the initial file system that a Linux kernel needs
//! qemu.rs       QEMU's command line          machine.rs   the running QEMU
//! session.rs    waiting for the end          console.rs   first serial port (stream.rs: its coding)
//! status.rs     second serial port, and what it means for the exit status
//! ```

mod console;
mod control;
mod guest;
mod identify;
mod linux;
pub mod machine;
mod modules;
pub mod options;
pub mod qemu;
mod session;
mod signals;
mod status;
mod stream;
mod terminal;

use crate::build::iso;
use crate::command;
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use console::Mode;
use control::Control;
use machine::{Machine, QEMU, Wire};
use options::{Boot, Options};
use qemu::{Line, Start};
use session::{Ending, Session};
use status::{Status, exit};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use tempfile::TempDir;

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

fn try_run(project: &Project, options: &Options) -> Result<(i32, Option<String>)> {
    let folder = private_folder()?;
    let (console, status) = (Wire::new()?, Wire::new()?);
    let control = options.screen.as_ref().map(|_| Wire::new()).transpose()?;
    let mut line = machine_line(project, options, folder.path())?;
    line.serial("console", &console.theirs);
    line.serial("status", &status.theirs);
    if let Some(control) = &control {
        line.control(&control.theirs);
    }
    if options.verbose {
        eprintln!("{}", command::describe(Command::new(QEMU).args(line.words())));
    }

    let (events, happened) = mpsc::channel();
    signals::watch(events.clone());
    let mut machine = Machine::start(&line)?;
    let messages = machine.messages().map(|from| collect(from, options.verbose));
    let (console, status, control) = (console.keep(), status.keep(), control.map(Wire::keep));
    let mode = if options.has_program() { Mode::Program { quiet: options.quiet } } else { Mode::Interactive };
    let terminal = if mode == Mode::Interactive { terminal::Raw::enter() } else { None };
    session::watch_status(status, events.clone());
    let progress = console::connect(mode, console, &events)?;
    let scratch = folder.path().join("screen.ppm");
    let control = match (control, &options.screen) {
        (Some(wire), Some(picture)) => Some(Control::connect(wire, picture, scratch, &events)?),
        _ => None,
    };
    drop(events);

    let mut session = Session::new(happened, progress, options.timeout, control);
    let ending = session.wait();
    machine.kill();
    session.drain();
    let ended = machine.wait()?;
    drop(terminal);
    let messages = messages.and_then(|thread| thread.join().ok()).unwrap_or_default();
    Ok(match ending {
        Ending::Machine => of_machine(&session.lines, &messages, ended),
        Ending::Timeout => (exit::TIMEOUT, Some(format!("timed out after {} s", options.timeout.unwrap_or_default()))),
        Ending::Signal(signal) => (exit::SIGNAL + signal as i32, Some(format!("ended by {signal}"))),
        Ending::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => (exit::SIGNAL + 13, None),
        Ending::Output(error) => (exit::MACHINE, Some(format!("cannot write the output: {error}"))),
        Ending::Left => (0, None),
    })
}

/// A folder of this run's own; it goes with it.
fn private_folder() -> Result<TempDir> {
    tempfile::Builder::new().prefix("cor-run-").tempdir().context("cannot make a temporary folder")
}

/// The command line but for the wires. Files that it needs are made in the run's folder.
pub fn machine_line(project: &Project, options: &Options, folder: &Path) -> Result<Line> {
    let mut line = Line::machine(options);
    line.start(&start(project, options, folder)?)?;
    let root = folder.join("root.img");
    guest::write_root_disk(project, options, &root)?;
    line.disk(&root, false)?;
    for disk in &options.disk {
        line.disk(disk, options.snapshot)?;
    }
    if options.net || !options.forward.is_empty() {
        line.network(&options.forward);
    }
    Ok(line)
}

/// What the machine starts from.
fn start(project: &Project, options: &Options, folder: &Path) -> Result<Start> {
    if let Some(kernel) = &options.kernel {
        return linux::start(project, options, kernel, folder);
    }
    let arguments = kernel_arguments(options);
    if options.boot == Boot::Direct {
        return Ok(Start::Kernel(built(project, "cor.elf")?, None, arguments.join(" ")));
    }
    let image = folder.join("cor.iso");
    fs::write(&image, iso::with_arguments(project, &arguments)?).context("cannot write the boot image")?;
    let uefi = if options.boot == Boot::Uefi { Some(qemu::uefi(folder)?) } else { None };
    Ok(Start::Cd(image, uefi))
}

/// What Cor is told on its command line; `--append` comes last, so that it wins.
fn kernel_arguments(options: &Options) -> Vec<String> {
    let mut arguments = vec!["init=/.cor/init"];
    if options.has_program() {
        arguments.push("console=stream");
    }
    if options.quiet {
        arguments.push("quiet");
    }
    let own = options.append.split_whitespace();
    let replaced =
        |word: &&str| word.contains('=') && own.clone().any(|new| new.split('=').next() == word.split('=').next());
    arguments.retain(|word| !replaced(word));
    arguments.into_iter().chain(own).map(String::from).collect()
}

/// A file that `make` builds.
fn built(project: &Project, name: &str) -> Result<PathBuf> {
    let path = project.image(name);
    ensure!(path.is_file(), "{} is missing (run make first)", path.display());
    Ok(path)
}

/// Collects what QEMU says; if `verbose`, a person sees it at once.
fn collect(mut from: ChildStderr, verbose: bool) -> JoinHandle<String> {
    thread::spawn(move || {
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if verbose {
                eprint!("{}", String::from_utf8_lossy(&buffer[..length]));
            }
            all.extend_from_slice(&buffer[..length]);
        }
        String::from_utf8_lossy(&all).trim_end().to_string()
    })
}

/// The exit status of a machine that ended, and what is to be said about it.
fn of_machine(lines: &str, messages: &str, ended: std::process::ExitStatus) -> (i32, Option<String>) {
    match Status::of_lines(lines) {
        Some(status) => (status.exit_status(), status.message()),
        None if messages.is_empty() => {
            (exit::MACHINE, Some(format!("the machine ended without telling its status (QEMU: {ended})")))
        }
        None => (exit::MACHINE, Some(format!("the machine failed: {messages}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_told_what_the_run_needs() {
        let mut options = Options { program: vec!["/bin/x".into()], quiet: true, ..Options::default() };
        assert_eq!(kernel_arguments(&options).join(" "), "init=/.cor/init console=stream quiet");
        options.append = "init=/sbin/init  loud".into();
        assert_eq!(kernel_arguments(&options).join(" "), "console=stream quiet init=/sbin/init loud");
        assert_eq!(kernel_arguments(&Options::default()).join(" "), "init=/.cor/init");
    }
}
