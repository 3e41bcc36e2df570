//! `xtask`: the part of the host tool that builds, runs and debugs. `make` and the commands in `bin/` lead here. What else there is
//! belongs to the package `workbench`, which is built when one of its commands is first called.

use anyhow::Result;
use clap::{Args, Parser, Subcommand, error::ErrorKind};
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::process::exit;
use xtask::build::{self, Root, Wanted};
use xtask::debug;
use xtask::project::{Build, Project};
use xtask::run::{self, options::Options};
use xtask::{command, cpio, stories, version, workbench};

/// The commands of the workbench, for `--help`.
const FURTHER: &str = "\
Further commands, in the package workbench, which is built when the first of them is called (xtask COMMAND --help):
  test         Run the tests: all, or some stages
  test-one     Build and run one program of user/tests, on this host and on Cor
  test-long    Run the tests that take longer
  faults       Make everything fail that can fail in the programs of user/tests
  schedules    Run the programs of user/tests under many schedules
  soak         Test endurance, in its long form
  bench        Measure Cor beside Debian's kernel
  replay       Run a recorded run again under gdb (bin/replay)
  when         Tell when a value of a recorded run changed last (bin/when)
  syscalls     Write docs/syscalls.md (bin/syscalls)
  bootchart    Draw a boot step by step (bin/bootchart)";

/// The part of Cor's host tool that builds, runs and debugs
#[derive(Parser)]
#[command(name = "xtask", version, after_help = FURTHER)]
struct Cli {
    #[command(subcommand)]
    command: Do,
}

#[derive(Subcommand)]
enum Do {
    /// Build what a boot needs: kernel, boot image, root
    Build(BuildOptions),
    /// Make an image that boots by itself: for CD and USB stick, or with --size for a disk
    Image(build::image::Options),
    /// List the stories in features/, which bin/cucumber runs
    Features(stories::Stories),
    /// Tell Cor's version, and those of the programs that it is built and run with
    Version,
    /// Boot a machine (bin/run)
    Run(Box<Options>),
    /// Bring up gdb at the kernel's entry (bin/debug, bin/debug_boot)
    Debug(Box<debug::Session>),
    /// Pack a directory into a newc archive
    Pack {
        /// The directory to pack
        directory: PathBuf,
        /// The archive to make
        file: PathBuf,
    },
    /// List the members of a newc archive
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
    #[command(external_subcommand)]
    Further(Vec<OsString>),
}

/// The options of `xtask build`.
#[derive(Args)]
struct BuildOptions {
    /// How the kernel is compiled
    #[arg(long, value_enum, env = "COR_BUILD", default_value_t)]
    build: Build,
    /// A further root, with its programs
    #[arg(long, value_enum)]
    root: Vec<Root>,
}

impl BuildOptions {
    fn wanted(&self) -> Wanted {
        Wanted { kernels: vec![self.build], roots: self.root.clone() }
    }
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
    options: Options,
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
        (Ok(run), Ok(project)) => match build_kernel(&project, &run.options) {
            Err(error) => failed(&error),
            Ok(()) => run::run(&project, &run.options),
        },
    }
}

/// Brings a kernel up to date that the command bin/run itself, which builds the quick one, did not know of. What is printed about that
/// goes to standard error: standard output is the machine's.
fn build_kernel(project: &Project, options: &Options) -> Result<()> {
    if options.build == Build::default() || options.brings_its_kernel() || env::var_os("COR_NO_BUILD").is_some() {
        return Ok(());
    }
    let mut build = project.xtask();
    build.args(["build", "--build", options.build.profile()]).stdout(io::stderr());
    command::run(&mut build)
}

fn dispatch() -> i32 {
    command::status(Project::find().and_then(|project| execute(&project, Cli::parse().command)))
}

fn execute(project: &Project, command: Do) -> Result<()> {
    match command {
        Do::Build(options) => build::build(project, &options.wanted()),
        Do::Image(options) => build::image::make(project, &options),
        Do::Features(options) => stories::list(project, &options),
        Do::Version => version::print(project),
        Do::Run(options) => exit(run::run(project, &options)),
        Do::Debug(options) => debug::debug(project, &options),
        Do::Pack { directory, file } => pack(&directory, &file),
        Do::List { file } => cpio::list::list(&file),
        Do::Child { parent, words } => run::machine::become_child(parent, &words),
        Do::Further(words) => workbench::replace_this_program(project, &words),
    }
}

fn pack(directory: &Path, file: &Path) -> Result<()> {
    let to = File::create(file).map_err(|error| anyhow::anyhow!("cannot write {}: {error}", file.display()))?;
    cpio::folder::pack(directory, BufWriter::with_capacity(1 << 20, to), &|_| true)?;
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
