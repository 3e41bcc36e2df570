//! `xtask`: the host's side of Cor. `make` and the commands in `bin/` lead here.

#![allow(unreachable_pub, reason = "nothing outside reaches into a program")]

mod bench;
mod bootchart;
mod build;
mod command;
mod cpio;
mod debian_kernel;
mod debug;
mod files;
mod project;
mod replay;
mod run;
mod stories;
mod syscalls;
mod test;
mod version;

use anyhow::Result;
use clap::{Parser, Subcommand, error::ErrorKind};
use project::Project;
use std::ffi::OsString;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::exit;

/// The host's side of Cor
#[derive(Parser)]
#[command(name = "xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Do,
}

#[derive(Subcommand)]
enum Do {
    /// Build the kernel, the boot image and the root
    Build,
    /// Run the tests: all, or these
    Test {
        /// What to test
        stages: Vec<test::Stage>,
    },
    /// List the stories in features/, which bin/cucumber runs
    Features(stories::Stories),
    /// Tell Cor's version, and those of the programs that it is built and run with
    Version,
    /// Have everything fail that can fail in the programs of user/tests
    Faults {
        /// Programs as they lie in the root, or folders of them (with a slash at the end)
        programs: Vec<String>,
    },
    /// Run the programs of user/tests under many schedules
    Schedules(test::Schedules),
    /// Test endurance, in its long form
    Soak(test::Endurance),
    /// Measure Cor beside Debian's kernel
    Bench(bench::Options),
    /// Boot a machine (bin/run)
    Run(Box<run::options::Options>),
    /// Bring up gdb at the kernel's entry (bin/debug, bin/debug_boot)
    Debug(Box<debug::Session>),
    /// Run a recorded run again under gdb (bin/replay)
    Replay(replay::Session),
    /// Tell when a value of a recorded run changed last (bin/when)
    When(replay::When),
    /// Write docs/syscalls.md (bin/syscalls)
    Syscalls,
    /// Draw a boot step by step (bin/bootchart)
    Bootchart(bootchart::Options),
    /// Pack a folder into a newc archive
    Pack {
        /// What to pack
        folder: PathBuf,
        /// The archive to make
        file: PathBuf,
    },
    /// List what is in a newc archive
    List {
        /// The archive
        file: PathBuf,
    },
    /// Become another program (for bin/run itself)
    #[command(hide = true)]
    Child {
        /// The process to die with
        parent: i32,
        /// The program and its arguments
        #[arg(last = true)]
        words: Vec<OsString>,
    },
}

/// Boots Cor, or a Linux kernel, in QEMU
///
/// With PROGRAM it runs that program under init and ends with its exit status (128+N for signal N). Other statuses: 124
/// the timeout came first, 125 the machine, its kernel or bin/run failed, 126 PROGRAM cannot be run, 127 PROGRAM was
/// not found, 130 Ctrl-C. Each of them comes with a line on standard error. Without PROGRAM it is a console: Ctrl-A x
/// leaves, Ctrl-A b sends a break (twice for the terminal, once and a letter for the magic key), Ctrl-A a is Ctrl-A.
/// Where standard input is no terminal it is typed there, and ends as it does. Where standard output is no terminal,
/// the console comes as plain lines without escape sequences and carriage returns; what PROGRAM prints is never
/// changed.
#[derive(Parser)]
#[command(
    name = "bin/run",
    bin_name = "bin/run",
    display_name = "Cor",
    version,
    override_usage = "bin/run [OPTIONS] [-- PROGRAM ARG...]"
)]
struct Run {
    #[command(flatten)]
    options: run::options::Options,
}

fn main() {
    let words: Vec<OsString> = std::env::args_os().collect();
    let code = if words.get(1).is_some_and(|word| word == "run") { run_machine(&words[1..]) } else { dispatch() };
    exit(code);
}

/// `bin/run`, for whom every failure of its own has status 125.
fn run_machine(words: &[OsString]) -> i32 {
    let failed = |error: &dyn std::fmt::Display| {
        eprintln!("bin/run: {error:#}");
        125
    };
    match (Run::try_parse_from(words), Project::find()) {
        (Err(error), _) if [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion].contains(&error.kind()) => {
            error.print().map_or(1, |()| 0)
        }
        (Err(error), _) => failed(&error.to_string().trim_start_matches("error: ")),
        (_, Err(error)) => failed(&error),
        (Ok(run), Ok(project)) => run::run(&project, &run.options),
    }
}

fn dispatch() -> i32 {
    let result = Project::find().and_then(|project| execute(&project, Cli::parse().command));
    match result {
        Ok(()) => 0,
        // Whoever read our output has had enough.
        Err(error) if error.root_cause().downcast_ref().is_some_and(is_broken_pipe) => 141,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            1
        }
    }
}

fn is_broken_pipe(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

fn execute(project: &Project, command: Do) -> Result<()> {
    match command {
        Do::Build => build::build(project),
        Do::Test { stages } => test::test(project, &stages),
        Do::Features(options) => stories::list(project, &options),
        Do::Version => version::print(project),
        Do::Faults { programs } => test::faults(project, &programs),
        Do::Schedules(options) => test::schedules(project, &options),
        Do::Soak(options) => test::soak(project, &options),
        Do::Bench(options) => bench::bench(project, &options),
        Do::Run(options) => exit(run::run(project, &options)),
        Do::Debug(options) => debug::debug(project, &options),
        Do::Replay(options) => replay::replay(project, &options),
        Do::When(options) => replay::when(project, &options),
        Do::Syscalls => syscalls::write(project),
        Do::Bootchart(options) => bootchart::draw(project, &options),
        Do::Pack { folder, file } => pack(&folder, &file),
        Do::List { file } => cpio::list::list(&file),
        Do::Child { parent, words } => run::machine::become_child(parent, &words),
    }
}

fn pack(folder: &Path, file: &Path) -> Result<()> {
    let to = File::create(file).map_err(|error| anyhow::anyhow!("cannot write {}: {error}", file.display()))?;
    cpio::folder::pack(folder, BufWriter::with_capacity(1 << 20, to), &|_| true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
        Run::command().debug_assert();
    }
}
